//! From the decoded picture down: the largest width from the source, each next one from the one before.

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};
use image::{RgbImage, imageops, metadata::Orientation};

use super::{PhotoError, colour, decode::Decoded, raster::Raster};

/// Widths of variants, in pixels of the upright picture.
pub const WIDTHS: [u32; 5] = [160, 320, 640, 1280, 1920];

/// The widths that a picture gets, ascending, never empty: none is wider than the picture itself.
/// A picture that falls between two steps also keeps its own width, else a 1,200 px photo would be shown at 640.
pub fn widths_of(width: u32) -> Vec<u32> {
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|step| *step <= width).collect();
    if width < WIDTHS[WIDTHS.len() - 1] && widths.last() != Some(&width) {
        widths.push(width);
    }
    widths
}

/// Upright sRGB rasters of [`widths_of`], ascending.
pub fn rasters(decoded: Decoded) -> Result<Vec<Raster>, PhotoError> {
    let Decoded { raster: source, orientation, icc } = decoded;
    let turned = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (width, height) = if turned { (source.height, source.width) } else { (source.width, source.height) };
    let widths = widths_of(width);
    let mut resizer = Resizer::new();
    let mut descending: Vec<Raster> = Vec::with_capacity(widths.len());
    for step in widths.iter().rev() {
        let scaled = scaled_height(width, height, *step);
        let raster = match descending.last() {
            Some(previous) => resize(&mut resizer, previous, *step, scaled)?,
            None => {
                // Turning and converting the largest variant costs a fraction of doing so with the source.
                let (w, h) = if turned { (scaled, *step) } else { (*step, scaled) };
                let mut largest = upright(resize(&mut resizer, &source, w, h)?, orientation)?;
                if let Some(icc) = &icc {
                    colour::to_srgb(&mut largest, icc);
                }
                largest
            }
        };
        descending.push(raster);
    }
    descending.reverse();
    Ok(descending)
}

fn scaled_height(width: u32, height: u32, step: u32) -> u32 {
    let rounded = (u64::from(height) * u64::from(step) + u64::from(width) / 2) / u64::from(width.max(1));
    u32::try_from(rounded).unwrap_or(height).max(1)
}

/// Lanczos, three lobes; the same size is a copy. Of this kind of pixel alone: to compile the resampler for all of them takes minutes.
pub fn resize(resizer: &mut Resizer, source: &Raster, width: u32, height: u32) -> Result<Raster, PhotoError> {
    if (source.width, source.height) == (width, height) {
        return Ok(source.clone());
    }
    let view = TypedImageRef::<U8x3>::from_buffer(source.width, source.height, &source.pixels)
        .map_err(|_| PhotoError::Corrupt)?;
    let mut pixels = vec![0; width as usize * height as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut pixels).map_err(|_| PhotoError::Corrupt)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    resizer.resize_typed(&view, &mut target, &options).map_err(|_| PhotoError::Corrupt)?;
    Raster::new(width, height, pixels)
}

fn upright(raster: Raster, orientation: Orientation) -> Result<Raster, PhotoError> {
    if orientation == Orientation::NoTransforms {
        return Ok(raster);
    }
    let image = RgbImage::from_raw(raster.width, raster.height, raster.pixels).ok_or(PhotoError::Corrupt)?;
    let image = match orientation {
        Orientation::NoTransforms => image,
        Orientation::Rotate90 => imageops::rotate90(&image),
        Orientation::Rotate180 => imageops::rotate180(&image),
        Orientation::Rotate270 => imageops::rotate270(&image),
        Orientation::FlipHorizontal => imageops::flip_horizontal(&image),
        Orientation::FlipVertical => imageops::flip_vertical(&image),
        Orientation::Rotate90FlipH => imageops::flip_horizontal(&imageops::rotate90(&image)),
        Orientation::Rotate270FlipH => imageops::flip_horizontal(&imageops::rotate270(&image)),
    };
    Raster::new(image.width(), image.height(), image.into_raw())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_never_enlarge() {
        assert_eq!(widths_of(4000), [160, 320, 640, 1280, 1920]);
        assert_eq!(widths_of(1920), [160, 320, 640, 1280, 1920]);
        assert_eq!(widths_of(1200), [160, 320, 640, 1200]);
        assert_eq!(widths_of(640), [160, 320, 640]);
        assert_eq!(widths_of(90), [90]);
    }

    proptest! {
        #[test]
        fn steps_ascend_and_fit(width in 1_u32..20_000, height in 1_u32..20_000) {
            let widths = widths_of(width);
            prop_assert!(widths.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(*widths.last().unwrap(), width.min(1920));
            for step in widths {
                prop_assert!((1..=height).contains(&scaled_height(width, height, step)));
            }
        }
    }
}
