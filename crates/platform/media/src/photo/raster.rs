use super::PhotoError;

/// Interleaved 8-bit RGB without padding: `pixels.len() == width · height · 3`, both sides at least 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

impl Raster {
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, PhotoError> {
        let expected = u64::from(width) * u64::from(height) * 3;
        if expected == 0 || expected != pixels.len() as u64 {
            return Err(PhotoError::Corrupt);
        }
        Ok(Self { width, height, pixels })
    }
}
