use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

use super::*;

const RED: Rgb<u8> = Rgb([220, 30, 30]);
const GREEN: Rgb<u8> = Rgb([30, 200, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 220]);
const GREY: Rgb<u8> = Rgb([128, 128, 128]);

/// Quadrants red, green / blue, grey.
fn quadrants(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => RED,
        (false, true) => GREEN,
        (true, false) => BLUE,
        (false, false) => GREY,
    })
}

/// Little-endian TIFF with an orientation and a GPS directory (latitude reference `N`, a marker text as datum).
fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0]);
    tiff.extend(orientation.to_le_bytes());
    tiff.extend([0, 0, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend([2, 0, 0x01, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0]);
    tiff.extend([0x12, 0, 2, 0, 8, 0, 0, 0, 68, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"HOMEGPS\0");
    tiff
}

fn jpeg_with(image: &RgbImage, prepare: impl FnOnce(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 92);
    prepare(&mut encoder);
    let (width, height) = (image.width() as u16, image.height() as u16);
    encoder.encode(image.as_raw(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    jpeg_with(image, |_| {})
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn corners(bytes: &[u8]) -> [Rgb<u8>; 4] {
    let image = image::load_from_memory(bytes).unwrap().into_rgb8();
    let (right, bottom) = (image.width() * 3 / 4, image.height() * 3 / 4);
    let (left, top) = (image.width() / 4, image.height() / 4);
    [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| *image.get_pixel(x, y))
}

fn near(a: Rgb<u8>, b: Rgb<u8>) -> bool {
    a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) < 24)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

#[test]
fn every_format_gives_the_same_variants() {
    let image = quadrants(700, 350);
    for bytes in [jpeg(&image), encoded(image.clone(), ImageFormat::Png), encoded(image.clone(), ImageFormat::WebP)] {
        let photo = process(&bytes).unwrap();
        assert_eq!(photo.widths(), [160, 320, 640, 700]);
        assert_eq!((photo.width, photo.height), (700, 350));
        assert_eq!(photo.variants.len(), 8);
        for variant in &photo.variants {
            let read = image::load_from_memory(&variant.bytes).unwrap();
            assert_eq!((read.width(), read.height()), (variant.width, variant.height));
            for (seen, meant) in corners(&variant.bytes).into_iter().zip([RED, GREEN, BLUE, GREY]) {
                assert!(near(seen, meant), "{seen:?} {meant:?} {:?}", variant.format);
            }
        }
    }
}

#[test]
fn every_exif_orientation_is_applied() {
    // Where the stored quadrants (red, green, blue, grey) stand when shown; EXIF 2.32, tag 0x0112.
    let shown = [
        (1, [RED, GREEN, BLUE, GREY]),
        (2, [GREEN, RED, GREY, BLUE]),
        (3, [GREY, BLUE, GREEN, RED]),
        (4, [BLUE, GREY, RED, GREEN]),
        (5, [RED, BLUE, GREEN, GREY]),
        (6, [BLUE, RED, GREY, GREEN]),
        (7, [GREY, GREEN, BLUE, RED]),
        (8, [GREEN, GREY, RED, BLUE]),
    ];
    let image = quadrants(240, 120);
    for (orientation, expected) in shown {
        let bytes = jpeg_with(&image, |encoder| encoder.add_exif_metadata(&exif(orientation)).unwrap());
        let photo = process(&bytes).unwrap();
        let upright = if orientation < 5 { (240, 120) } else { (120, 240) };
        assert_eq!((photo.width, photo.height), upright, "orientation {orientation}");
        for variant in &photo.variants {
            for (seen, meant) in corners(&variant.bytes).into_iter().zip(expected) {
                assert!(near(seen, meant), "orientation {orientation}: {seen:?} is not {meant:?}");
            }
        }
    }
}

#[test]
fn no_metadata_and_no_appended_file_survives() {
    let mut bytes = jpeg_with(&quadrants(400, 300), |encoder| {
        encoder.add_exif_metadata(&exif(1)).unwrap();
        encoder.add_app_segment(1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>HOMEGPS</x:xmpmeta>".to_vec()).unwrap();
        encoder.add_app_segment(13, b"Photoshop 3.0\0HOMEGPS".to_vec()).unwrap();
        encoder.add_app_segment(4, b"<script>alert(1)</script>".to_vec()).unwrap();
    });
    bytes.extend(b"<html><script>alert(1)</script></html>PK\x05\x06");
    assert!(contains(&bytes, b"HOMEGPS"));
    let photo = process(&bytes).unwrap();
    for variant in &photo.variants {
        for trace in
            [&b"HOMEGPS"[..], b"Exif", b"EXIF", b"xmpmeta", b"Photoshop", b"<script>", b"<html>", b"PK\x05\x06"]
        {
            assert!(!contains(&variant.bytes, trace), "{} in {:?}", trace.escape_ascii(), variant.format);
        }
        assert!(sniff(&variant.bytes).is_ok() || variant.format == Format::Avif);
    }
}

#[test]
fn a_page_that_pretends_is_refused() {
    let mut page = b"<html><script>alert(1)</script></html>".to_vec();
    page.extend(jpeg(&quadrants(64, 64)));
    assert_eq!(process(&page).unwrap_err(), PhotoError::UnknownType);
}

#[test]
fn a_file_that_breaks_off_is_refused() {
    let image =
        RgbImage::from_fn(200, 150, |x, y| Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, ((x * y) % 256) as u8]));
    let files = [jpeg(&image), encoded(image.clone(), ImageFormat::Png), encoded(image, ImageFormat::WebP)];
    for bytes in files {
        for part in [12, 40, bytes.len() / 2, bytes.len() - 40, bytes.len() - 3] {
            let error = process(&bytes[..part]).unwrap_err();
            assert!(matches!(error, PhotoError::Truncated | PhotoError::Corrupt), "{part} of {}: {error}", bytes.len());
        }
    }
}

/// A PNG header that announces much and holds little.
fn png_announcing(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(quadrants(4, 4), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[test]
fn bombs_are_refused_by_their_header() {
    let announced = process(&png_announcing(60_000, 60_000)).unwrap_err();
    assert_eq!(announced, PhotoError::TooManyPixels { width: 60_000, height: 60_000, pixels_max: PIXELS_MAX });
    let long = process(&png_announcing(20_000, 10)).unwrap_err();
    assert_eq!(long, PhotoError::SideTooLong { width: 20_000, height: 10, side_px_max: SIDE_PX_MAX });

    let mut jpeg = jpeg(&quadrants(64, 64));
    let frame = memchr::memmem::find(&jpeg, b"\xFF\xC0").unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    assert!(matches!(process(&jpeg).unwrap_err(), PhotoError::TooManyPixels { width: 65_535, height: 65_535, .. }));
}

#[test]
fn thousands_of_scans_are_refused() {
    let mut bytes = jpeg(&quadrants(64, 64));
    let scan = memchr::memmem::find(&bytes, b"\xFF\xDA").unwrap();
    let repeated = bytes[scan..bytes.len() - 2].to_vec();
    bytes.truncate(bytes.len() - 2);
    for _ in 0..200 {
        bytes.extend(&repeated);
    }
    bytes.extend([0xFF, 0xD9]);
    assert_eq!(process(&bytes).unwrap_err(), PhotoError::Bomb);
}

#[test]
fn too_many_bytes_are_refused_before_anything_is_read() {
    let mut bytes = jpeg(&quadrants(64, 64));
    bytes.resize(BYTES_MAX + 1, 0);
    assert!(matches!(process(&bytes).unwrap_err(), PhotoError::TooManyBytes { .. }));
}

#[test]
fn wide_gamut_becomes_srgb() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let muted = RgbImage::from_pixel(64, 64, Rgb([200, 100, 100]));
    let tagged = jpeg_with(&muted, |encoder| encoder.add_icc_profile(&profile).unwrap());
    let photo = process(&tagged).unwrap();
    let seen = corners(&photo.variants[0].bytes)[0];
    // Display P3 (200, 100, 100) is sRGB (213, 95, 98) by the CSS Color 4 matrices.
    assert!(near(seen, Rgb([213, 95, 98])) && seen.0[0] > 206, "{seen:?}");
    assert!(!contains(&photo.variants[0].bytes, b"ICC_PROFILE"));
}

#[test]
fn transparency_becomes_white_and_deep_colour_eight_bits() {
    let clear = image::RgbaImage::from_pixel(32, 32, image::Rgba([255, 0, 0, 0]));
    let photo = process(&encoded(clear, ImageFormat::Png)).unwrap();
    assert!(near(corners(&photo.variants[0].bytes)[0], Rgb([255, 255, 255])));
    let deep = image::ImageBuffer::from_pixel(32, 32, image::Rgb([65_535_u16, 0, 0]));
    let photo = process(&encoded(DynamicImage::ImageRgb16(deep), ImageFormat::Png)).unwrap();
    assert!(near(corners(&photo.variants[0].bytes)[0], Rgb([254, 0, 0])));
    let grey = image::GrayImage::from_pixel(32, 32, image::Luma([77]));
    let photo = process(&encoded(grey, ImageFormat::Jpeg)).unwrap();
    assert!(near(corners(&photo.variants[0].bytes)[0], Rgb([77, 77, 77])));
}

#[test]
fn near_duplicates_have_near_hashes() {
    let scene = |shift: u32| {
        RgbImage::from_fn(640, 480, |x, y| {
            let wave = |v: u32, period: u32| ((v + shift) % period * 255 / period) as u8;
            Rgb([wave(x, 211), wave(y, 173), wave(x + 2 * y, 307)])
        })
    };
    let first = process(&jpeg(&scene(0))).unwrap();
    let smaller = image::imageops::thumbnail(&scene(0), 400, 300);
    let again = process(&encoded(smaller, ImageFormat::Png)).unwrap();
    let other = process(&jpeg(&scene(90))).unwrap();
    assert!(hamming(first.perceptual_hash, again.perceptual_hash) <= 6);
    assert!(hamming(first.perceptual_hash, other.perceptual_hash) > 14);
    assert_ne!(first.hash, again.hash);
    assert!((15..=40).contains(&first.thumbhash.len()));
}

#[test]
fn slivers_keep_a_pixel() {
    let photo = process(&encoded(quadrants(2_000, 1), ImageFormat::Png)).unwrap();
    assert_eq!((photo.width, photo.height), (1920, 1));
    let photo = process(&encoded(quadrants(1, 500), ImageFormat::Png)).unwrap();
    assert_eq!(photo.widths(), [1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_damaged_file_never_panics(at in 2_usize..2_000, value: u8, kind in 0_usize..3, cut in 0_usize..200) {
        let image = quadrants(48, 40);
        let mut bytes = match kind {
            0 => jpeg(&image),
            1 => encoded(image, ImageFormat::Png),
            _ => encoded(image, ImageFormat::WebP),
        };
        let at = at % bytes.len();
        bytes[at] = value;
        let keep = bytes.len().saturating_sub(cut);
        let _ = process(&bytes[..keep]);
    }
}
