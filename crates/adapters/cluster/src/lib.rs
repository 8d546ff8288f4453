//! The platform as several processes: what is asked across them is gRPC, what people ask is passed on as HTTP, and every connection is
//! mutual TLS 1.3 under names of roles.
//!
//! A contract has two halves here ([`contracts`]), so that a service holds `Arc<dyn ListingsContract>` and cannot tell where it is
//! kept (docs/adr/0023).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod calls;
pub mod contracts;
mod door;
mod error;
pub mod keys;
mod passage;
mod peers;
mod places;
mod reflection;
mod telemetry;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod wire;

pub use contracts::Kept;
pub use door::{Door, DoorParts, Readiness};
pub use error::ClusterError;
pub use passage::{Passage, Routes};
pub use peers::{PeerError, PeerStand, Peers};
pub use tls::{Credentials, TlsFiles};
pub use token::{Believer, Minter, Said};
