use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many items a page may hold: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to {max}")]
pub struct LimitError {
    pub max: u32,
}

impl Limit {
    pub const MAX: u32 = 100;
    pub const DEFAULT: Self = Self(24);

    pub const fn try_new(limit: u32) -> Result<Self, LimitError> {
        if limit == 0 || limit > Self::MAX { Err(LimitError { max: Self::MAX }) } else { Ok(Self(limit)) }
    }

    pub const fn get(self) -> u32 {
        self.0
    }

    /// As PostgreSQL's `LIMIT` takes it.
    pub fn sql(self) -> i64 {
        i64::from(self.0)
    }
}

/// A page of a keyset listing: `cursor` is absent on the last page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque: hand it back as `cursor` to get the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl<T> Page<T> {
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), cursor: self.cursor }
    }
}
