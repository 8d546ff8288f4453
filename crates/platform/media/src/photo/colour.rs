use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::raster::Raster;

/// Brings the pixels from the embedded profile's space to sRGB. A profile that is broken, or not of RGB, is ignored: untagged means sRGB.
pub fn to_srgb(raster: &mut Raster, icc: &[u8]) {
    let Ok(source) = ColorProfile::new_from_slice(icc) else { return };
    if source.color_space != DataColorSpace::Rgb {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = source.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default())
    else {
        return;
    };
    let mut converted = vec![0; raster.pixels.len()];
    if transform.transform(&raster.pixels, &mut converted).is_ok() {
        raster.pixels = converted;
    }
}
