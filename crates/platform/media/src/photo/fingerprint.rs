use std::{fmt, str::FromStr};

use fast_image_resize::Resizer;

use super::{PhotoError, ladder::resize, raster::Raster};

/// Changes when the same source must give other variants: their URLs are cached for ever.
const PIPELINE: &str = "svetu.rs media photo pipeline 1";

/// BLAKE3 of the source under the pipeline's version; 64 hexadecimal digits in URLs and object names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash([u8; 32]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 lower-case hexadecimal digits")]
pub struct ContentHashError;

impl ContentHash {
    pub fn of(source: &[u8]) -> Self {
        Self(blake3::Hasher::new_derive_key(PIPELINE).update(source).finalize().into())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = ContentHashError;

    fn from_str(text: &str) -> Result<Self, ContentHashError> {
        let canonical = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !canonical {
            return Err(ContentHashError);
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(0..32) {
            *byte = u8::from_str_radix(&text[digits * 2..digits * 2 + 2], 16).map_err(|_| ContentHashError)?;
        }
        Ok(Self(bytes))
    }
}

/// How many of 64 bits differ; up to about 10 is the same photo recompressed, resized or slightly edited.
pub const fn hamming(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// ThumbHash (evanw.github.io/thumbhash), about 25 bytes.
pub fn thumbhash(raster: &Raster) -> Result<Vec<u8>, PhotoError> {
    const SIDE_PX_MAX: u32 = 100;
    let longest = raster.width.max(raster.height);
    let small = if longest > SIDE_PX_MAX {
        let scale = |side: u32| (side * SIDE_PX_MAX / longest).max(1);
        resize(&mut Resizer::new(), raster, scale(raster.width), scale(raster.height))?
    } else {
        raster.clone()
    };
    let rgba: Vec<u8> =
        small.pixels.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX]).collect();
    Ok(::thumbhash::rgba_to_thumb_hash(small.width as usize, small.height as usize, &rgba))
}

/// Difference hash: 9 × 8 luminances, a bit where the right neighbour is brighter.
pub fn dhash(raster: &Raster) -> Result<u64, PhotoError> {
    let grid = resize(&mut Resizer::new(), raster, 9, 8)?;
    let luminance: Vec<u32> = grid
        .pixels
        .chunks_exact(3)
        .map(|pixel| 299 * u32::from(pixel[0]) + 587 * u32::from(pixel[1]) + 114 * u32::from(pixel[2]))
        .collect();
    Ok(luminance
        .chunks_exact(9)
        .flat_map(|row| row.windows(2))
        .fold(0, |bits, pair| (bits << 1) | u64::from(pair[1] > pair[0])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_have_one_written_form() {
        let hash = ContentHash::of(b"photo");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().to_uppercase().parse::<ContentHash>(), Err(ContentHashError));
        assert_eq!("../../etc/passwd".parse::<ContentHash>(), Err(ContentHashError));
        assert_ne!(hash.bytes(), blake3::hash(b"photo").as_bytes());
    }
}
