//! The port [`SearchIndex`](svetu_ports::SearchIndex) on OpenSearch 2, shared by all processes of a platform.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg(feature = "engine")]

mod answer;
mod bulk;
mod client;
mod filter;
mod generation;
mod index;
mod layout;
mod place;
mod query;
mod rank;
mod request;
mod tokens;

pub use index::OpenSearchIndex;
pub use place::OpenSearchUrlError;
