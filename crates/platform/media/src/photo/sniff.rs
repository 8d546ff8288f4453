//! What the bytes say they are, and whether the container is whole. Names and `Content-Type` headers are not asked.

use super::PhotoError;

/// A format that is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    WebP,
}

/// A progressive JPEG of a camera has about 10 scans. Each costs a pass over all coefficients.
const JPEG_SCANS_MAX: u32 = 64;
/// Segments before and between scans; a large ICC profile or EXIF takes a few dozen.
const JPEG_SEGMENTS_MAX: u32 = 4_096;
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The format by the first bytes, with the container's outer structure checked to its end.
///
/// Data after the end of the picture (motion photos, gain maps, an appended archive or page) is allowed and ignored.
pub fn sniff(bytes: &[u8]) -> Result<Kind, PhotoError> {
    match bytes {
        [] => Err(PhotoError::Empty),
        [0xFF, 0xD8, 0xFF, ..] => jpeg_is_whole(bytes).map(|()| Kind::Jpeg),
        _ if bytes.starts_with(PNG_SIGNATURE) => png_is_whole(bytes).map(|()| Kind::Png),
        [b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'E', b'B', b'P', ..] => {
            let declared = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
            if declared + 8 > bytes.len() as u64 { Err(PhotoError::Truncated) } else { Ok(Kind::WebP) }
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] if is_heif(brand) => Err(PhotoError::Heic),
        _ => Err(PhotoError::UnknownType),
    }
}

/// ISO/IEC 23008-12 brands of still pictures coded in HEVC; `mif1` and `msf1` say HEIF without the codec.
fn is_heif(brand: &[u8]) -> bool {
    const BRANDS: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];
    BRANDS.iter().any(|known| brand.starts_with(known))
}

/// Walks markers from SOI to EOI (ITU-T T.81 annex B). Decoders fill what is missing with grey; an upload that broke off is refused instead.
fn jpeg_is_whole(bytes: &[u8]) -> Result<(), PhotoError> {
    let mut at = 2;
    let mut scans = 0;
    for _ in 0..JPEG_SEGMENTS_MAX {
        let marker = next_marker(bytes, &mut at)?;
        match marker {
            0xD9 => return if scans > 0 { Ok(()) } else { Err(PhotoError::Corrupt) },
            // Stand-alone: TEM and restart markers.
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let (Some(high), Some(low)) = (bytes.get(at), bytes.get(at + 1)) else {
            return Err(PhotoError::Truncated);
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length < 2 {
            return Err(PhotoError::Corrupt);
        }
        at += length;
        if marker == 0xDA {
            scans += 1;
            if scans > JPEG_SCANS_MAX {
                return Err(PhotoError::Bomb);
            }
            at = end_of_scan(bytes, at)?;
        }
    }
    Err(PhotoError::Bomb)
}

/// The marker at `at`, fill bytes skipped; `at` moves behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Result<u8, PhotoError> {
    loop {
        match (bytes.get(*at), bytes.get(*at + 1)) {
            (Some(0xFF), Some(0xFF)) => *at += 1,
            (Some(0xFF), Some(0)) => return Err(PhotoError::Corrupt),
            (Some(0xFF), Some(marker)) => {
                *at += 2;
                return Ok(*marker);
            }
            // Some encoders leave stray bytes between segments; decoders skip them, so does this.
            (Some(_), Some(_)) => *at += 1,
            _ => return Err(PhotoError::Truncated),
        }
    }
}

/// The position of the first marker that ends entropy-coded data: not a stuffed zero, not a restart.
fn end_of_scan(bytes: &[u8], from: usize) -> Result<usize, PhotoError> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..).ok_or(PhotoError::Truncated)?;
        at += memchr::memchr(0xFF, rest).ok_or(PhotoError::Truncated)?;
        match bytes.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            Some(_) => return Ok(at),
            None => return Err(PhotoError::Truncated),
        }
    }
}

/// Walks chunks to IEND (PNG specification, §5).
fn png_is_whole(bytes: &[u8]) -> Result<(), PhotoError> {
    const CHUNKS_MAX: u32 = 100_000;
    let mut at = PNG_SIGNATURE.len();
    for _ in 0..CHUNKS_MAX {
        let Some([a, b, c, d, name @ ..]) = bytes.get(at..at + 8) else {
            return Err(PhotoError::Truncated);
        };
        let length = u32::from_be_bytes([*a, *b, *c, *d]);
        if length > i32::MAX as u32 {
            return Err(PhotoError::Corrupt);
        }
        at += 12 + length as usize;
        if at > bytes.len() {
            return Err(PhotoError::Truncated);
        }
        if name == b"IEND" {
            return Ok(());
        }
    }
    Err(PhotoError::Bomb)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_end(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), head in 0_usize..4) {
            let heads: [&[u8]; 4] = [b"", b"\xFF\xD8\xFF\xE0", PNG_SIGNATURE, b"RIFF\x10\0\0\0WEBP"];
            bytes.splice(0..0, heads[head].iter().copied());
            let _ = sniff(&bytes);
        }
    }

    #[test]
    fn other_types_are_named() {
        assert_eq!(sniff(b""), Err(PhotoError::Empty));
        assert_eq!(sniff(b"<html><script>"), Err(PhotoError::UnknownType));
        assert_eq!(sniff(b"GIF89a\x01\0\x01\0"), Err(PhotoError::UnknownType));
        assert_eq!(sniff(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err(PhotoError::UnknownType));
        assert_eq!(sniff(b"\0\0\0\x18ftypheic\0\0\0\0"), Err(PhotoError::Heic));
        assert_eq!(sniff(b"\0\0\0\x18ftypavif\0\0\0\0"), Err(PhotoError::UnknownType));
    }
}
