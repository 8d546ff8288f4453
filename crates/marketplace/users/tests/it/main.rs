//! The service on a real PostgreSQL, behind its real HTTP kit. The other services are played by their contracts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod events;
mod lists;
mod personal;
mod world;
