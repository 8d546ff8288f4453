//! Ads, their taxonomy, their moderation.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod model;

/// This schema's own tables.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
