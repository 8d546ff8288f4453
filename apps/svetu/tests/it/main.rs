//! The real binary: what a person types, real files, a database that dies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../platform/mod.rs"]
mod platform;

mod cli;
mod cluster;
mod configuration;
mod databases;
mod erasure;
mod identity;
mod import;
mod lifetime;
mod metrics;
mod outage;
mod rolled_back;
mod rubbish;
mod seed;
mod site_session;
