//! Seller pages, favourites, what was viewed, and the letter about a price that fell.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod consumers;
mod contract;
mod error;
mod http;
mod jobs;
mod letter;
mod model;
mod personal;
mod service;
mod store;

use std::sync::Arc;

use svetu_contracts::{
    identity::IdentityContract, listings::ListingsContract, personal::PersonalData, users::UsersContract,
};
use svetu_db::{Db, JobKind};
use svetu_kernel::SharedClock;
use svetu_ports::{ConsumerGroup, Mailer, SecretError, Secrets};
use utoipa_axum::router::OpenApiRouter;

pub use error::UsersError;

pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
pub const MESSAGES: &str = include_str!("../messages.toml");

pub struct UsersDeps {
    pub db: Db,
    pub clock: SharedClock,
    pub listings: Arc<dyn ListingsContract>,
    pub identity: Arc<dyn IdentityContract>,
    pub mailer: Arc<dyn Mailer>,
    pub secrets: Arc<dyn Secrets>,
    /// Of the site as people reach it, without a slash at its end: `http://localhost:8080`.
    pub site_url: String,
}

/// The service.
#[derive(Clone)]
pub struct Users {
    db: Db,
    clock: SharedClock,
    listings: Arc<dyn ListingsContract>,
    identity: Arc<dyn IdentityContract>,
    mailer: Arc<dyn Mailer>,
    site_url: Arc<str>,
    /// Signs the addresses that end letters with one click.
    unsubscribe_key: [u8; 32],
}

impl Users {
    /// # Errors
    /// When the secrets cannot be opened.
    pub async fn init(deps: UsersDeps) -> Result<Self, SecretError> {
        let UsersDeps { db, clock, listings, identity, mailer, secrets, site_url } = deps;
        let secret = secrets.get_or_create("users.unsubscribe", 32).await?;
        let unsubscribe_key = blake3::derive_key("svetu users unsubscribe v1", secret.expose());
        Ok(Self { db, clock, listings, identity, mailer, site_url: site_url.into(), unsubscribe_key })
    }

    /// Paths without `/api/v1`.
    pub fn routes(&self) -> OpenApiRouter {
        http::routes(self.clone())
    }

    pub fn consumers(&self) -> Vec<ConsumerGroup> {
        consumers::groups(self)
    }

    pub fn jobs(&self) -> Vec<JobKind> {
        jobs::kinds(self)
    }

    pub fn contract(&self) -> Arc<dyn UsersContract> {
        Arc::new(self.clone())
    }

    pub fn personal(&self) -> Arc<dyn PersonalData> {
        Arc::new(self.clone())
    }
}
