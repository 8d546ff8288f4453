//! Media owns uploads, the photo pipeline, variants, orphans and `/media` URLs for everybody.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod config;
mod contract;
mod error;
mod fetch;
mod files;
mod http;
mod jobs;
mod model;
mod personal;
pub mod photo;
mod pool;
mod service;
mod store;

use std::sync::Arc;

use object_store::ObjectStore;
use svetu_contracts::{media::MediaContract, personal::PersonalData};
use svetu_db::{Db, JobKind, Schema};
use svetu_kernel::SharedClock;
use svetu_ports::ConsumerGroup;
use utoipa_axum::router::OpenApiRouter;

pub use config::MediaConfig;
pub use error::MediaError;
pub use fetch::FetchError;

pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

pub const SCHEMA: Schema = Schema { name: "media", migrator: &MIGRATOR };

/// The sentences of this crate's problems.
pub const MESSAGES: &str = include_str!("../messages.toml");

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Media(Arc<service::Service>);

impl Media {
    /// `db` is the service's own (schema `media`); `objects` is where variants are kept, below `photos/`.
    pub fn try_new(
        db: Db,
        clock: SharedClock,
        objects: Arc<dyn ObjectStore>,
        config: MediaConfig,
    ) -> Result<Self, MediaError> {
        service::Service::try_new(db, clock, files::Files::new(objects), config).map(Self)
    }

    /// Below `/api/v1`: `/media/uploads…`.
    pub fn routes(&self) -> OpenApiRouter {
        http::routes(Arc::clone(&self.0))
    }

    /// At the root: `/media/{hash}/{file}`.
    pub fn files(&self) -> OpenApiRouter {
        http::files(Arc::clone(&self.0))
    }

    pub fn contract(&self) -> Arc<dyn MediaContract> {
        Arc::new(contract::Contract(Arc::clone(&self.0)))
    }

    pub fn personal(&self) -> Arc<dyn PersonalData> {
        Arc::new(contract::Contract(Arc::clone(&self.0)))
    }

    pub fn consumers(&self) -> Vec<ConsumerGroup> {
        personal::groups(&self.0)
    }

    pub fn jobs(&self) -> Vec<JobKind> {
        jobs::jobs(&self.0)
    }
}
