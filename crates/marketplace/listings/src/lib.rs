//! Ads, their taxonomy, their moderation.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bulk;
mod consumers;
mod contract;
mod error;
mod guess;
mod http;
mod jobs;
mod letter;
mod model;
mod personal;
mod service;
mod store;
mod taxonomy;
mod wording;

use std::sync::{Arc, OnceLock};

use svetu_contracts::{
    geo::GeoContract, identity::IdentityContract, listings::ListingsContract, media::MediaContract,
    personal::PersonalData, users::UsersContract,
};
use svetu_db::{Db, JobKind};
use svetu_kernel::SharedClock;
use svetu_ports::{Cache, ConsumerGroup, Mailer, Secrets};
use utoipa_axum::router::OpenApiRouter;

pub use error::ListingError;
use service::Service;

/// This schema's own tables.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
/// Sentences of this service's problems, letters and statements of reasons.
pub const MESSAGES: &str = include_str!("../messages.toml");

pub struct ListingsDeps {
    /// Of the schema `listings`.
    pub db: Db,
    pub clock: SharedClock,
    pub geo: Arc<dyn GeoContract>,
    pub media: Arc<dyn MediaContract>,
    pub identity: Arc<dyn IdentityContract>,
    pub cache: Arc<dyn Cache>,
    pub mailer: Arc<dyn Mailer>,
    pub secrets: Arc<dyn Secrets>,
    /// Of the site as people reach it, without a slash at its end: `http://localhost:8080`.
    pub site_url: String,
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Listings(Arc<Service>);

impl Listings {
    /// # Errors
    /// When the database or the secrets cannot be read, or the taxonomy or the moderation rules are broken.
    pub async fn init(deps: ListingsDeps) -> Result<Self, ListingError> {
        Ok(Self(Arc::new(Service::try_new(deps).await?)))
    }

    /// Users asks this service at its start, so that it is told of users afterwards: statistics then count favourites.
    pub fn connect_users(&self, users: Arc<dyn UsersContract>) {
        let _: Result<(), _> = OnceLock::set(&self.0.users, users);
    }

    /// Paths without `/api/v1`.
    pub fn routes(&self) -> OpenApiRouter {
        http::routes(&self.0)
    }

    pub fn consumers(&self) -> Vec<ConsumerGroup> {
        consumers::groups(&self.0)
    }

    pub fn jobs(&self) -> Vec<JobKind> {
        jobs::kinds(&self.0)
    }

    pub fn contract(&self) -> Arc<dyn ListingsContract> {
        Arc::new(contract::Contract(Arc::clone(&self.0)))
    }

    pub fn personal(&self) -> Arc<dyn PersonalData> {
        Arc::new(contract::Contract(Arc::clone(&self.0)))
    }
}

/// Brings the stored taxonomy to what the committed files say; an operator's edits stay. For `svetu migrate`.
///
/// # Errors
/// When the files are broken or the database cannot be written.
pub async fn load_taxonomy(db: &Db) -> Result<bool, ListingError> {
    taxonomy::load(db).await
}
