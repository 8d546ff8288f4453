//! What services promise each other: the events they publish and the few questions that they answer at once.
//!
//! A module a service. Events are additive only; a trait's messages are plain serialisable types,
//! so that the same promise can be kept in one process or across two (docs/adr/0002).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod geo;
pub mod identity;
pub mod listings;
pub mod media;
pub mod personal;
pub mod search;
pub mod sessions;
pub mod taxonomy;
pub mod users;

/// Why a question to another service got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    #[error("not found")]
    NotFound,
    #[error("refused: {0}")]
    Refused(String),
    #[error("unavailable: {0}")]
    Unavailable(String),
}
