//! The site's sessions: a confidential client of the OpenID Provider, so that no token ever reaches a browser (ADR 19).
//!
//! A browser holds a cookie; behind it stand the tokens that the provider gave for it, sealed. They are renewed before they are
//! over, and gone when the provider says that its session ended.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod cookies;
mod error;
mod flow;
mod http;
mod jobs;
mod provider;
mod renewal;
mod service;
mod store;

use std::sync::Arc;

use axum::Router;
use svetu_contracts::{identity::IdentityContract, sessions::SessionsContract};
use svetu_db::{Db, JobKind, Schema};
use svetu_kernel::SharedClock;
use svetu_ports::ConsumerGroup;

pub use error::SessionsError;

pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

pub const SCHEMA: Schema = Schema { name: "sessions", migrator: &MIGRATOR };

/// Where people are sent by the provider, and where it calls; what a client is registered with.
pub mod paths {
    pub use svetu_contracts::sessions::SIGN_IN;
    pub const CALLBACK: &str = "/session/callback";
    pub const END: &str = "/session/end";
    pub const BACKCHANNEL: &str = "/session/backchannel";
}

pub struct SessionsDeps {
    /// The service's own (schema `sessions`).
    pub db: Db,
    pub clock: SharedClock,
    pub identity: Arc<dyn IdentityContract>,
    /// `/oauth/…` and `/.well-known/…` of the provider: called as a function, or what passes requests on to it.
    pub provider: Router,
    /// What people type, without a slash at its end; the issuer's name, too.
    pub site_url: String,
    /// As the provider knows us.
    pub client_id: String,
    pub client_secret: String,
    /// Seals tokens and what browsers keep while they are away; the same in every process.
    pub key: [u8; 32],
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Sessions(Arc<service::Service>);

impl Sessions {
    /// # Errors
    /// When the address of the site is none.
    pub fn try_new(deps: SessionsDeps) -> Result<Self, SessionsError> {
        Ok(Self(Arc::new(service::Service::try_new(deps)?)))
    }

    /// At the root: `/session/…`.
    pub fn routes(&self) -> Router {
        http::routes(Arc::clone(&self.0))
    }

    pub fn contract(&self) -> Arc<dyn SessionsContract> {
        Arc::clone(&self.0) as Arc<dyn SessionsContract>
    }

    /// It reacts to nobody's events: what ends a session is told by the provider's own protocol.
    pub fn consumers(&self) -> Vec<ConsumerGroup> {
        Vec::new()
    }

    /// When no more requests come in: what was begun with the provider is written down, or its time is over.
    pub async fn settle(&self) {
        self.0.renewals.settle().await;
    }

    pub fn jobs(&self) -> Vec<JobKind> {
        jobs::jobs(&self.0)
    }
}
