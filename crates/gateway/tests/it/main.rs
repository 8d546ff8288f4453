#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crossing;
mod drain;
mod limits;
mod limits_together;
mod routing;
mod sessions;
mod site;
mod tls;
mod wire;
mod world;
