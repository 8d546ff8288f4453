//! The service on a real PostgreSQL, behind its real HTTP kit and the real policy. Other services are played by their contracts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod authorisation;
mod bulk;
mod contact;
mod drafts;
mod lifecycle;
mod moderation;
mod newest;
mod paging;
mod personal;
mod prices;
mod privacy;
mod reading;
mod taxonomy;
mod time;
mod verdict;
mod world;
