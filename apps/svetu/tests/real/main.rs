//! The platform on OpenSearch, and its traces, also through Kafka: `make test-engines`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(unused_imports, reason = "each test binary uses a part of it")]
#[path = "../platform/mod.rs"]
mod platform;

mod away;
mod questions;
mod same;
mod trace;
