//! What tests of services stand on: a database of their own on a real PostgreSQL, a clock that is moved by hand, the service
//! behind its real HTTP kit, and the mail that it sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clock;
#[cfg(feature = "collector")]
mod collector;
mod database;
mod engine;
#[cfg(feature = "collector")]
mod jaeger;
mod server;

pub use clock::{clock, eventually};
#[cfg(feature = "collector")]
pub use collector::{Collector, SeenSpan};
pub use database::TestDb;
pub use engine::Engine;
pub use expect_test::{Expect, expect};
#[cfg(feature = "collector")]
pub use jaeger::spans as jaeger_spans;
