//! Accounts, sessions and roles: the one way in.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod api_keys;
mod audit;
mod calls;
mod contract;
mod cookies;
mod error;
mod factors;
mod guessable;
mod guesses;
mod http;
mod jobs;
mod letter;
mod limits;
mod model;
mod oauth;
mod password;
mod people;
mod phone;
mod privacy;
mod seal;
mod service;
mod sessions;
mod staff;
mod store;
mod support;
mod tenants;
mod token;
mod upstream;

use std::sync::Arc;

use object_store::ObjectStore;
use svetu_contracts::{identity::IdentityContract, personal::PersonalData};
use svetu_db::{Db, JobKind};
use svetu_kernel::SharedClock;
use svetu_ports::{ConsumerGroup, Mailer, SmsSender};
use utoipa_axum::router::OpenApiRouter;

pub use audit::{
    Fault as AuditFault, FaultKind as AuditFaultKind, Head as AuditHead, HeadError as AuditHeadError,
    Report as AuditReport,
};
pub use error::IdentityError;
pub use oauth::{AuthMethod, ClientError, KeyView, NewClient, RegisteredClient, SiteClient};
pub use password::HashCost;
pub use people::People;
pub use phone::PhoneConfig;
pub use service::{AuditEntry, Identity, Person, PersonSession};
pub use upstream::{Brand, ClientSecret, UpstreamConfig, UpstreamConfigError};

pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
pub const MESSAGES: &str = include_str!("../messages.toml");

pub struct IdentityDeps {
    pub db: Db,
    pub clock: SharedClock,
    pub mailer: Arc<dyn Mailer>,
    /// Of the site as people reach it, without a slash at its end: `http://localhost:8080`.
    pub site_url: String,
    /// The door speaks TLS: the session's cookie is bound to this host and to HTTPS.
    pub secure: bool,
    pub hash_cost: HashCost,
    /// Seals the signing keys, and all that the provider derives: 32 bytes, the same in every process.
    pub oauth_secret: [u8; 32],
    /// What the platform's own API knows of scopes: discovery lists them.
    pub api_scopes: Vec<String>,
    /// Opens what is personal.
    pub people: People,
    /// Where files for people wait, below `exports/`.
    pub objects: Arc<dyn ObjectStore>,
    /// Providers elsewhere that people may sign in by, in the order of their buttons.
    pub upstreams: Vec<UpstreamConfig>,
    pub sms: Arc<dyn SmsSender>,
    pub phones: PhoneConfig,
}

impl Identity {
    /// Paths without `/api/v1`.
    pub fn routes(&self) -> OpenApiRouter {
        http::routes(self.clone())
    }

    /// The OpenID Provider's own paths, at the root beside the API: `/oauth/…`, `/.well-known/…`.
    pub fn oauth_routes(&self) -> axum::Router {
        oauth::routes(self.clone())
    }

    /// Identity reacts to nobody.
    pub fn consumers(&self) -> Vec<ConsumerGroup> {
        Vec::new()
    }

    pub fn jobs(&self) -> Vec<JobKind> {
        jobs::kinds(self)
    }

    pub fn contract(&self) -> Arc<dyn IdentityContract> {
        Arc::new(self.clone())
    }

    /// What it holds of people, beside what other services do.
    pub fn personal(&self) -> Arc<dyn PersonalData> {
        Arc::new(self.clone())
    }
}
