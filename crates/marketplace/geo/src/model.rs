use svetu_contracts::geo::Point;
use svetu_kernel::{Language, PlaceId};

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// From 30,000 inhabitants.
    City,
    Town,
    Village,
    /// A municipality inside a city (gradska opština).
    Municipality,
    /// A quarter that people name in ads; without official borders.
    Quarter,
}

impl PlaceKind {
    pub const ALL: [Self; 5] = [Self::City, Self::Town, Self::Village, Self::Municipality, Self::Quarter];

    pub const fn name(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Town => "town",
            Self::Village => "village",
            Self::Municipality => "municipality",
            Self::Quarter => "quarter",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A row of the gazetteer.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRecord {
    pub id: PlaceId,
    pub key: String,
    /// Serbian, Latin script; `name_cyrl` the same in Cyrillic.
    pub name: String,
    pub name_cyrl: String,
    pub name_ru: String,
    pub name_en: String,
    pub country: String,
    pub kind: PlaceKind,
    pub parent: Option<PlaceId>,
    pub point: Point,
    pub precise: bool,
    /// 0: not known.
    pub population: i32,
    pub postal_codes: Vec<String>,
    pub aliases: Vec<String>,
    /// False: no longer in the gazetteer; answered by id, not offered.
    pub offered: bool,
}

impl PlaceRecord {
    pub fn name_in(&self, language: Language) -> &str {
        match language {
            Language::SrLatn => &self.name,
            Language::SrCyrl => &self.name_cyrl,
            Language::Ru => &self.name_ru,
            Language::En => &self.name_en,
        }
    }

    /// How likely somebody means it: inhabitants, fewer abroad; a named quarter counts like a town.
    pub fn weight(&self) -> i32 {
        let inhabitants = match self.kind {
            PlaceKind::Quarter => 15_000,
            PlaceKind::City | PlaceKind::Town | PlaceKind::Village | PlaceKind::Municipality => self.population,
        };
        if self.country == "RS" { inhabitants } else { inhabitants / 20 }
    }
}

/// A point that lies on the Earth.
///
/// # Errors
/// The name of the coordinate that does not.
pub fn valid_point(lat: f64, lon: f64) -> Result<Point, &'static str> {
    if !(-90.0..=90.0).contains(&lat) {
        Err("lat")
    } else if !(-180.0..=180.0).contains(&lon) {
        Err("lon")
    } else {
        Ok(Point { lat, lon })
    }
}
