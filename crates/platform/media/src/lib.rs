//! Media owns uploads, the photo pipeline, variants, orphans and `/media` URLs for everybody.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod photo;
