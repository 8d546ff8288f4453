//! The service on a real PostgreSQL, the real index and bus, behind its real HTTP kit and policy. The other services are played
//! by their contracts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asked;
mod events;
mod letters;
mod map;
mod others;
mod paging;
mod personal;
mod saved;
mod words;
mod world;
