//! A PostgreSQL of our own: found, initialised, supervised, stopped.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod changes;
mod cluster;
mod error;
mod installation;
mod supervisor;

pub use error::PostgresError;
pub use installation::Installation;
pub use supervisor::{Postgres, Settings};
