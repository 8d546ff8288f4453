//! OAuth 2.0 and OpenID Connect on the accounts of this crate: the authorization server.
//!
//! A request's way: [`request`] says what is asked, [`authorize`] whom to ask and when a code is due, [`token`] exchanges it.

mod admission;
mod authorize;
pub(crate) mod client;
mod client_auth;
mod device;
mod discovery;
mod dpop;
mod error;
mod exchange;
mod grants;
mod http;
mod jose;
mod keys;
mod known;
mod logout;
mod params;
mod registration;
mod request;
mod request_object;
mod site;
mod spent;
mod staff;
mod token;
mod tokens;

use std::sync::Arc;

use chrono::Duration;

pub(crate) use authorize::Question;
pub(crate) use client::Client;
pub use client::{AuthMethod, ClientError, NewClient, RegisteredClient};
pub use http::routes;
pub(crate) use http::see;
pub use keys::KeyView;
pub use site::SiteClient;

use crate::IdentityError;

type Result<T, E = error::OAuthError> = std::result::Result<T, E>;

/// An answer's code is good for so long (RFC 6749 §4.1.2: at most ten minutes; FAPI 2.0 §5.3.2.1: one).
const CODE_S: i64 = 60;
/// RFC 9126 §2.2, FAPI 2.0 §5.3.2.2: less than ten minutes.
const PUSHED_S: i64 = 90;
/// Somebody looks for their password.
const WAITING_S: i64 = 1_800;
const ACCESS_TOKEN_S: i64 = 600;
const ID_TOKEN_S: i64 = 3_600;
/// A grant ends at last, and a refresh token that nobody uses.
const GRANT_S: i64 = 180 * 86_400;
const REFRESH_IDLE_S: i64 = 30 * 86_400;
/// Within it a public client that lost the answer gets the same successor again (RFC 9700 §4.14.2).
const REFRESH_GRACE_S: i64 = 10;

/// How old what a process knows of a client may be when the client proves that it is itself.
const CLIENT_KNOWN_S: i64 = 2;

/// What the authorization server keeps in memory.
pub struct OAuth {
    /// `http://localhost:8080`: the site's address.
    issuer: Arc<str>,
    api_scopes: Vec<String>,
    keys: keys::Keys,
    nonces: dpop::Nonces,
    /// Calls clients: no redirect is followed.
    callers: logout::Callers,
    /// Registrations, as clients prove themselves; other processes' changes count within [`CLIENT_KNOWN_S`].
    pub(crate) clients: known::Known<String, Arc<Client>>,
    /// Claims of access tokens whose signature was found right, by the hash of the token.
    verified: known::Known<[u8; 32], tokens::AccessClaims>,
    /// Derives a refresh token from the one before.
    successor_key: [u8; 32],
}

impl OAuth {
    /// # Errors
    /// When there is no TLS for calls to clients.
    pub fn try_new(issuer: Arc<str>, secret: &[u8; 32], api_scopes: Vec<String>) -> Result<Self, IdentityError> {
        Ok(Self {
            issuer,
            api_scopes,
            callers: logout::Callers::try_new()?,
            keys: keys::Keys::new(blake3::derive_key("svetu identity oauth keys v1", secret)),
            nonces: dpop::Nonces::new(blake3::derive_key("svetu identity dpop nonces v1", secret)),
            clients: known::Known::new(Duration::seconds(CLIENT_KNOWN_S)),
            verified: known::Known::new(Duration::seconds(ACCESS_TOKEN_S)),
            successor_key: blake3::derive_key("svetu identity refresh successors v1", secret),
        })
    }

    pub(crate) fn api_scopes(&self) -> &[String] {
        &self.api_scopes
    }

    fn endpoint(&self, name: &str) -> String {
        format!("{}/oauth/{name}", self.issuer)
    }

    /// The audience of the platform's own API.
    fn api(&self) -> String {
        format!("{}/api/v1", self.issuer)
    }
}

pub(crate) use grants::prune;
pub(crate) use logout::{announce as announce_ended, job as logout_job, over_job as sessions_over_job};
pub(crate) use spent::spend;

impl From<IdentityError> for error::OAuthError {
    fn from(error: IdentityError) -> Self {
        Self::internal(error)
    }
}

impl From<sqlx::Error> for error::OAuthError {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(IdentityError::from(error))
    }
}

impl From<svetu_db::DbError> for error::OAuthError {
    fn from(error: svetu_db::DbError) -> Self {
        Self::internal(IdentityError::from(error))
    }
}
