use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, Limits,
    codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};

use super::{BYTES_MAX, Kind, PIXELS_MAX, PhotoError, SIDE_PX_MAX, raster::Raster, sniff::sniff};

/// What one decode may allocate: a 16-bit RGBA picture of the most pixels, and the decoder's own tables.
const DECODE_BYTES_MAX: u64 = PIXELS_MAX * 8 + 64 * 1024 * 1024;
const ICC_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The pixels as stored, and what is needed to show them right.
pub struct Decoded {
    pub raster: Raster,
    pub orientation: Orientation,
    pub icc: Option<Vec<u8>>,
}

/// Bounds are checked on the header before any pixel is decoded.
pub fn decode(bytes: &[u8]) -> Result<Decoded, PhotoError> {
    if bytes.len() > BYTES_MAX {
        return Err(PhotoError::TooManyBytes { bytes: bytes.len() as u64, bytes_max: BYTES_MAX as u64 });
    }
    match sniff(bytes)? {
        Kind::Jpeg => read(JpegDecoder::new(Cursor::new(bytes)).map_err(refused)?),
        Kind::Png => read(PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(refused)?),
        Kind::WebP => read(WebPDecoder::new(Cursor::new(bytes)).map_err(refused)?),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    limits
}

fn read(mut decoder: impl ImageDecoder) -> Result<Decoded, PhotoError> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PhotoError::Corrupt);
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(PhotoError::TooManyPixels { width, height, pixels_max: PIXELS_MAX });
    }
    if width.max(height) > SIDE_PX_MAX {
        return Err(PhotoError::SideTooLong { width, height, side_px_max: SIDE_PX_MAX });
    }
    decoder.set_limits(limits()).map_err(refused)?;
    // Metadata that cannot be read is as good as absent: the pixels decide.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc = decoder.icc_profile().ok().flatten().filter(|profile| profile.len() <= ICC_BYTES_MAX);
    let image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok(Decoded { raster: flatten(image)?, orientation, icc })
}

/// RGB on white: a variant is the same picture in formats that know transparency and in those that don't.
fn flatten(image: DynamicImage) -> Result<Raster, PhotoError> {
    let (width, height) = (image.width(), image.height());
    let pixels = if image.color().has_alpha() {
        let rgba = image.into_rgba8();
        rgba.as_raw()
            .chunks_exact(4)
            .flat_map(|pixel| {
                let alpha = u32::from(pixel[3]);
                [0, 1, 2].map(|channel| {
                    let blended = (u32::from(pixel[channel]) * alpha + 255 * (255 - alpha) + 127) / 255;
                    u8::try_from(blended).unwrap_or(u8::MAX)
                })
            })
            .collect()
    } else {
        image.into_rgb8().into_raw()
    };
    Raster::new(width, height, pixels)
}

fn refused(error: ImageError) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::Bomb,
        ImageError::IoError(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => PhotoError::Truncated,
        ImageError::IoError(_)
        | ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_) => PhotoError::Corrupt,
    }
}
