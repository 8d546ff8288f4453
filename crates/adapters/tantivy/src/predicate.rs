//! Filters evaluated on the columns of one segment.

use std::collections::HashSet;

use svetu_ports::search_index::{Filter, GeoBox, GeoPoint, plane};
use tantivy::DocId;
use tantivy::columnar::Column;

use crate::columns::{Keywords, Points, SegmentColumns};

pub(crate) enum Predicate {
    Never,
    Keyword { column: Keywords, ordinals: Ordinals },
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

impl Predicate {
    pub fn open(filter: &Filter, columns: &SegmentColumns) -> tantivy::Result<Self> {
        Ok(match filter {
            Filter::Keyword { key, any_of } => {
                let Some(column) = columns.keywords(key)? else { return Ok(Self::Never) };
                let mut ordinals = HashSet::with_capacity(any_of.len());
                for value in any_of {
                    if let Some(ordinal) = column.ordinal(value)? {
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
            Filter::Number { key, min, max } => match columns.numbers(key)? {
                Some(column) => Self::Number { column, min: min.unwrap_or(i64::MIN), max: max.unwrap_or(i64::MAX) },
                None => Self::Never,
            },
            Filter::InBox(area) => Self::InBox { points: columns.points().clone(), area: *area },
            Filter::Within { center, radius_m } => Self::Within {
                points: columns.points().clone(),
                center: *center,
                radius_m: *radius_m,
                area: plane::around(*center, *radius_m),
            },
            Filter::All(parts) => {
                Self::All(parts.iter().map(|part| Self::open(part, columns)).collect::<tantivy::Result<_>>()?)
            }
            Filter::Any(parts) => {
                Self::Any(parts.iter().map(|part| Self::open(part, columns)).collect::<tantivy::Result<_>>()?)
            }
            Filter::Not(part) => Self::Not(Box::new(Self::open(part, columns)?)),
        })
    }

    #[inline]
    pub fn matches(&self, doc: DocId) -> bool {
        match self {
            Self::Never => false,
            Self::Keyword { column, ordinals } => match ordinals {
                Ordinals::One(wanted) => column.ordinals(doc).any(|ordinal| ordinal == *wanted),
                Ordinals::Many(wanted) => column.ordinals(doc).any(|ordinal| wanted.contains(&ordinal)),
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
