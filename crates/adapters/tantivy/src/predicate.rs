//! Filters evaluated on the columns of one segment.

use std::collections::HashSet;

use svetu_ports::search_index::{Filter, GeoBox, GeoPoint, plane};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

use crate::schema::{keyword_column, number_column};

pub(crate) enum Predicate {
    Never,
    Keyword { column: StrColumn, ordinals: Ordinals },
    Number { column: Column<i64>, min: i64, max: i64 },
    InBox { points: Points, area: GeoBox },
    Within { points: Points, center: GeoPoint, radius_m: f64, area: GeoBox },
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
}

pub(crate) enum Ordinals {
    One(u64),
    Many(HashSet<u64>),
}

/// Where the documents of a segment are.
#[derive(Clone)]
pub(crate) struct Points {
    lat: Column<i64>,
    lon: Column<i64>,
}

impl Points {
    pub fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        Ok(Self { lat: segment.fast_fields().i64("lat")?, lon: segment.fast_fields().i64("lon")? })
    }

    #[inline]
    pub fn get(&self, doc: DocId) -> Option<GeoPoint> {
        Some(GeoPoint { lat: plane::degrees(self.lat.first(doc)?), lon: plane::degrees(self.lon.first(doc)?) })
    }
}

impl Predicate {
    pub fn open(filter: &Filter, segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(match filter {
            Filter::Keyword { key, any_of } => {
                let Some(column) = columns.str(&keyword_column(key))? else { return Ok(Self::Never) };
                let mut ordinals = HashSet::with_capacity(any_of.len());
                for value in any_of {
                    if let Some(ordinal) = column.dictionary().term_ord(value.as_bytes())? {
                        ordinals.insert(ordinal);
                    }
                }
                let ordinals = match (ordinals.len(), ordinals.iter().next()) {
                    (1, Some(only)) => Ordinals::One(*only),
                    (0, _) => return Ok(Self::Never),
                    _ => Ordinals::Many(ordinals),
                };
                Self::Keyword { column, ordinals }
            }
            Filter::Number { key, min, max } => match columns.column_opt::<i64>(&number_column(key))? {
                Some(column) => Self::Number { column, min: min.unwrap_or(i64::MIN), max: max.unwrap_or(i64::MAX) },
                None => Self::Never,
            },
            Filter::InBox(area) => Self::InBox { points: Points::open(segment)?, area: *area },
            Filter::Within { center, radius_m } => Self::Within {
                points: Points::open(segment)?,
                center: *center,
                radius_m: *radius_m,
                area: plane::around(*center, *radius_m),
            },
            Filter::All(parts) => {
                Self::All(parts.iter().map(|part| Self::open(part, segment)).collect::<tantivy::Result<_>>()?)
            }
            Filter::Any(parts) => {
                Self::Any(parts.iter().map(|part| Self::open(part, segment)).collect::<tantivy::Result<_>>()?)
            }
            Filter::Not(part) => Self::Not(Box::new(Self::open(part, segment)?)),
        })
    }

    #[inline]
    pub fn matches(&self, doc: DocId) -> bool {
        match self {
            Self::Never => false,
            Self::Keyword { column, ordinals } => match ordinals {
                Ordinals::One(wanted) => column.term_ords(doc).any(|ordinal| ordinal == *wanted),
                Ordinals::Many(wanted) => column.term_ords(doc).any(|ordinal| wanted.contains(&ordinal)),
            },
            Self::Number { column, min, max } => column.first(doc).is_some_and(|value| (*min..=*max).contains(&value)),
            Self::InBox { points, area } => points.get(doc).is_some_and(|point| area.contains(point)),
            Self::Within { points, center, radius_m, area } => points
                .get(doc)
                .is_some_and(|point| area.contains(point) && plane::distance_m(*center, point) <= *radius_m),
            Self::All(parts) => parts.iter().all(|part| part.matches(doc)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(doc)),
            Self::Not(part) => !part.matches(doc),
        }
    }
}
