use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use webp::{Encoder as WebPEncoder, WebPConfig};

use super::{PhotoError, raster::Raster};

const JPEG_QUALITY: u8 = 80;
const WEBP_QUALITY: f32 = 78.0;
/// 0 (fast) to 6 (small); 4 is libwebp's own choice and that of libvips.
const WEBP_METHOD: i32 = 4;

/// The encodings of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    Jpeg,
    WebP,
    Avif,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::WebP, Self::Avif];

    /// As in the last part of a URL.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Avif => "avif",
        }
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
        }
    }

    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }
}

/// One file that is served.
#[derive(Debug, Clone)]
pub struct Variant {
    pub width: u32,
    pub height: u32,
    pub format: Format,
    pub bytes: Bytes,
}

pub fn jpeg(raster: &Raster) -> Result<Variant, PhotoError> {
    let (Ok(width), Ok(height)) = (u16::try_from(raster.width), u16::try_from(raster.height)) else {
        return Err(PhotoError::Corrupt);
    };
    let mut bytes = Vec::with_capacity(raster.pixels.len() / 12);
    let mut encoder = Encoder::new(&mut bytes, JPEG_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&raster.pixels, width, height, ColorType::Rgb).map_err(|_| PhotoError::Corrupt)?;
    Ok(variant(raster, Format::Jpeg, bytes.into()))
}

pub fn webp(raster: &Raster) -> Result<Variant, PhotoError> {
    let mut config = WebPConfig::new().map_err(|()| PhotoError::Corrupt)?;
    config.quality = WEBP_QUALITY;
    config.method = WEBP_METHOD;
    let encoded = WebPEncoder::from_rgb(&raster.pixels, raster.width, raster.height)
        .encode_advanced(&config)
        .map_err(|_| PhotoError::Corrupt)?;
    Ok(variant(raster, Format::WebP, Bytes::copy_from_slice(&encoded)))
}

pub(super) fn variant(raster: &Raster, format: Format, bytes: Bytes) -> Variant {
    Variant { width: raster.width, height: raster.height, format, bytes }
}
