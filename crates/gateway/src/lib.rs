//! The one door: everything from outside comes through here, and only what it says about a request is believed behind it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod body;
mod breaker;
mod config;
mod connections;
mod csrf;
mod docs;
mod edge;
mod health;
mod io;
mod limits;
mod load;
mod network;
mod origin;
mod secure;
mod server;
mod session;
mod site;
mod sorry;
mod tally;
mod telemetry;
mod tls;
mod work;

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use svetu_contracts::{identity::IdentityContract, sessions::SessionsContract};
use svetu_http::Kit;
use svetu_kernel::SharedClock;
use tokio::{net::TcpListener, sync::watch};

pub use config::{GatewayConfig, GatewayError, GatewayLimits, TlsFiles, is_this_machine};
pub use limits::SharedLimits;

/// The sentences of this crate's own problems and of its one page.
pub const MESSAGES: &str = include_str!("../messages.toml");

/// What stands behind the door.
pub struct GatewayParts {
    /// Paths without `/api/v1`.
    pub api: Router,
    /// `/media/…`.
    pub media: Router,
    /// `/oauth/…` and `/.well-known/…` of the OpenID Provider.
    pub oauth: Router,
    pub kit: Arc<Kit>,
    /// `/session/…`: where browsers are signed in and out of the site.
    pub signing: Router,
    pub identity: Arc<dyn IdentityContract>,
    pub sessions: Arc<dyn SessionsContract>,
    pub clock: SharedClock,
    /// The Node site; without one everything that is no API is 404.
    pub site: Option<SocketAddr>,
    pub openapi: serde_json::Value,
    /// `/dev/mail…`: letters of a developer's machine. Not there under a public address that is another machine's.
    pub dev_mail: Option<Router>,
    /// Signs challenges (`work.rs`); the same in every process.
    pub work_key: [u8; 32],
    /// None: this process alone counts.
    pub shared_limits: Option<SharedLimits>,
    /// Whether everything behind the door is up.
    pub ready: watch::Receiver<bool>,
}

pub struct Gateway(server::Server);

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    /// # Errors
    /// When a network, an origin or the certificate cannot be understood.
    pub fn try_new(config: GatewayConfig, parts: GatewayParts) -> Result<Self, GatewayError> {
        Ok(Self(server::Server::try_new(config, parts)?))
    }

    /// Serves until it is told to stop (or nobody is left to tell it), then lets running requests end for the time
    /// that is configured. `inside` is for the site's own calls: it stays open until the last page is out.
    ///
    /// # Errors
    /// When a listener is not what it must be.
    pub async fn serve(
        self,
        public: TcpListener,
        inside: Option<TcpListener>,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), GatewayError> {
        self.0.serve(public, inside, stopped).await
    }
}
