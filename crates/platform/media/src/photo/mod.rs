//! The photo pipeline: untrusted bytes in, clean variants out. Synchronous and pure; [`crate::pool`] decides where it runs.
//!
//! Nothing of the source file survives but its pixels: every variant is encoded anew from an sRGB raster, so no EXIF, XMP,
//! GPS position, embedded preview or appended file can come out again.

mod colour;
mod decode;
mod encode;
mod error;
mod fingerprint;
mod ladder;
mod raster;
mod sniff;

pub use encode::{Format, Variant};
pub use error::PhotoError;
pub use fingerprint::{ContentHash, hamming};
pub use ladder::{WIDTHS, widths_of};
pub use sniff::{Kind, sniff};

/// 20 MB, the bound of one upload.
pub const BYTES_MAX: usize = 20 * 1024 * 1024;
/// 50 megapixels, from the header.
pub const PIXELS_MAX: u64 = 50_000_000;
/// The longest side that WebP can hold.
pub const SIDE_PX_MAX: u32 = 16_383;

/// A photo that went through the pipeline.
#[derive(Debug)]
pub struct Photo {
    /// Of the source bytes and the pipeline's version: the same photo has the same URLs.
    pub hash: ContentHash,
    /// Pixels of the largest variant, upright.
    pub width: u32,
    pub height: u32,
    pub thumbhash: Vec<u8>,
    pub perceptual_hash: u64,
    /// Ascending widths; JPEG and WebP of each.
    pub variants: Vec<Variant>,
}

impl Photo {
    /// Widths that exist, ascending.
    pub fn widths(&self) -> Vec<u32> {
        let mut widths: Vec<u32> = self.variants.iter().map(|variant| variant.width).collect();
        widths.dedup();
        widths
    }
}

/// Checks and decodes a photo and makes its JPEG and WebP variants.
///
/// Memory: at most about 8 bytes for each of [`PIXELS_MAX`] while decoding.
pub fn process(bytes: &[u8]) -> Result<Photo, PhotoError> {
    let rasters = ladder::rasters(decode::decode(bytes)?)?;
    let (Some(smallest), Some(largest)) = (rasters.first(), rasters.last()) else {
        return Err(PhotoError::Corrupt);
    };
    let thumbhash = fingerprint::thumbhash(smallest)?;
    let perceptual_hash = fingerprint::dhash(smallest)?;
    let (width, height) = (largest.width, largest.height);
    let mut variants = Vec::with_capacity(rasters.len() * 2);
    for raster in &rasters {
        variants.push(encode::jpeg(raster)?);
        variants.push(encode::webp(raster)?);
    }
    Ok(Photo { hash: ContentHash::of(bytes), width, height, thumbhash, perceptual_hash, variants })
}

#[cfg(test)]
mod tests;
