//! Pictures of ads, drawn from vectors: 1280 × 960 JPEG.

use jpeg_encoder::{ColorType, Encoder, EncodingError};
use resvg::{tiny_skia, usvg};

use crate::scenes;

const WIDTH: u16 = 1280;
const HEIGHT: u16 = 960;
const JPEG_QUALITY: u8 = 88;

/// What a picture shows. Equal keys draw equal bytes; a world has some hundreds of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PictureKey {
    subject: Subject,
    /// Index into the colours of things, or into the palettes of backgrounds.
    colour: u8,
    variant: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Subject {
    Hatchback,
    Saloon,
    Suv,
    Block,
    House,
    Room,
    Phone,
    Screen,
    Dress,
    Shirt,
    /// Position in `icons/lucide.txt`.
    Emblem(u16),
}

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the drawing is no SVG: {0}")]
    Svg(#[from] usvg::Error),
    #[error("no room for the pixels")]
    Size,
    #[error("the picture could not be written: {0}")]
    Encode(#[from] EncodingError),
}

impl PictureKey {
    /// Compositions of one subject.
    pub const VARIANTS: u8 = 2;

    /// `colour` is the ad's; `chance` chooses one where it says none.
    pub(crate) fn new(
        category: &str,
        icon: &str,
        body: Option<&str>,
        colour: Option<&str>,
        chance: u8,
        variant: u8,
    ) -> Self {
        let subject = match (category, body) {
            ("cars" | "breakers", Some("suv")) => Subject::Suv,
            ("cars" | "breakers", Some("saloon" | "estate" | "coupe")) => Subject::Saloon,
            ("cars" | "breakers" | "wanted-vehicles", _) => Subject::Hatchback,
            ("flats-sale" | "flats-rent" | "garages" | "premises-sale", _) if variant == 0 => Subject::Block,
            ("flats-sale" | "flats-rent" | "flats-daily" | "rooms" | "flatmate" | "sofas", _) => Subject::Room,
            ("houses-sale" | "houses-rent" | "cottages" | "garden-sheds" | "prefab", _) => Subject::House,
            ("smartphones" | "button-phones" | "phones-for-parts" | "phone-cases" | "tablets", _) => Subject::Phone,
            ("tvs" | "monitors" | "laptops", _) => Subject::Screen,
            ("dresses" | "wedding" | "skirts" | "maternity" | "girls-clothes", _) => Subject::Dress,
            (_, _) if icon == "shirt" => Subject::Shirt,
            _ => Subject::Emblem(scenes::icon(icon)),
        };
        let colour = match subject {
            // One palette a category: its icon's.
            Subject::Emblem(icon) => (icon % scenes::PALETTES) as u8,
            _ => colour.map_or(chance % scenes::COLOUR_COUNT, scenes::colour),
        };
        Self { subject, colour, variant: variant % Self::VARIANTS }
    }
}

/// Draws a picture: bytes of a JPEG.
///
/// # Errors
/// Only when memory is short or a committed drawing is broken.
pub fn draw(key: PictureKey) -> Result<Vec<u8>, PictureError> {
    let svg = scenes::svg(key.subject, key.colour, key.variant);
    let tree = usvg::Tree::from_str(&svg, &usvg::Options::default())?;
    let mut pixels = tiny_skia::Pixmap::new(WIDTH.into(), HEIGHT.into()).ok_or(PictureError::Size)?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    let mut bytes = Vec::with_capacity(200_000);
    // Opaque everywhere: premultiplied or not is the same.
    Encoder::new(&mut bytes, JPEG_QUALITY).encode(pixels.data(), WIDTH, HEIGHT, ColorType::Rgba)?;
    Ok(bytes)
}
