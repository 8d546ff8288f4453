//! Ads, their taxonomy, their moderation.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod error;
mod model;
mod store;
mod taxonomy;

pub use error::ListingError;

/// This schema's own tables.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
