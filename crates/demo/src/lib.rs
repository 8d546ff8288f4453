//! The demo world: believable Serbian ads, their sellers, favourites, saved searches and pictures, drawn from a seed.
//!
//! Pure and bounded: item `i` is made from the seed and `i` alone, nothing is held. Writing it through the services is
//! the caller's part (`svetu seed`).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod attributes;
mod cars;
mod choices;
mod leaves;
mod people;
mod picture;
mod scenes;
mod words;
mod world;

pub use people::Seller;
pub use picture::{PictureError, PictureKey, draw};
pub use world::{Draft, Favourite, SavedSearch, World, WorldError};

#[cfg(test)]
mod tests;
