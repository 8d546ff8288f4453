//! The service on a real PostgreSQL, behind its real HTTP kit and the real policy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api_keys;
mod audit;
mod authorisation;
mod contract;
mod entrance;
mod enumeration;
mod factors;
mod limits;
mod oauth;
mod phone;
mod privacy;
mod recovery;
mod roles;
mod secrecy;
mod sessions;
mod shops;
mod staff;
mod support;
mod upstream;
mod world;
