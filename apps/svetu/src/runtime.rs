//! A platform that runs: services, background work and, where it has one, the door.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use svetu_db::outbox;
use svetu_gateway::{Gateway, GatewayConfig, GatewayLimits, GatewayParts, TlsFiles};
use svetu_http::{Kit, KitConfig};
use svetu_kernel::SharedClock;
use svetu_policy::CedarAuthorizer;
use svetu_sessions::Sessions;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    background::Background,
    cli::Role,
    config::Config,
    control::Control,
    engines::Engines,
    platform::{self, Contracts, Index, Platform},
    schemas,
};

pub struct Runtime {
    engines: Engines,
    platform: Platform,
    background: Background,
    _control: Option<Control>,
    door: Option<Door>,
    ready: watch::Sender<bool>,
}

/// Where requests come in, taken beforehand.
pub struct Doors {
    pub public: TcpListener,
    /// On the loopback, for the site's own calls.
    pub inside: Option<TcpListener>,
    /// Who answers what is not the API.
    pub site: Option<SocketAddr>,
}

struct Door {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Door {
    fn open(gateway: Gateway, doors: Doors) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            if let Err(error) = gateway.serve(doors.public, doors.inside, stopped).await {
                tracing::error!(%error, "the door is closed");
            }
        });
        Self { stop, task }
    }
}

impl Runtime {
    /// Without doors nobody can reach it: for a command's own work.
    pub async fn start(
        config: &Config,
        engines: Engines,
        roles: &[Role],
        public_url: &str,
        doors: Option<Doors>,
    ) -> Result<Self> {
        let mut platform = Platform::assemble(&engines, roles, public_url, Index::Open).await?;
        let (ready, is_ready) = watch::channel(false);
        let door = match doors {
            Some(doors) => {
                let sessions = platform.open_sessions(&engines, public_url).await?;
                let gateway = gateway(config, &engines, &platform, &sessions, public_url, doors.site, is_ready).await?;
                Some(Door::open(gateway, doors))
            }
            None => None,
        };
        let control = match platform.search() {
            Some(search) => Some(Control::open(&config.state.folder, search)?),
            None => None,
        };
        let background =
            Background::start(&engines.bus, engines.own_bus.clone(), &engines.clock, platform.parts(&engines)?);
        Ok(Self { engines, platform, background, _control: control, door, ready })
    }

    pub fn contracts(&self) -> Result<Contracts> {
        self.platform.contracts()
    }

    pub fn clock(&self) -> SharedClock {
        Arc::clone(&self.engines.clock)
    }

    /// Everything that is committed now is on the bus; false when it is not within the time.
    pub async fn outboxes_drained(&self, within: Duration) -> Result<bool> {
        for schema in schemas::all() {
            if !outbox::drained(&self.engines.db(schema.name)?, within).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `/health/ready` says so from here on.
    pub fn ready(&self) {
        self.ready.send_replace(true);
    }

    /// No new requests; those at work get their time.
    pub async fn close_door(&mut self) {
        self.ready.send_replace(false);
        if let Some(door) = self.door.take() {
            door.stop.send_replace(true);
            if let Err(error) = door.task.await {
                tracing::error!(%error, "the door failed");
            }
        }
    }

    pub async fn stop(mut self) {
        self.close_door().await;
        self.background.stop().await;
        drop(self.platform);
        self.engines.close().await;
    }
}

/// What all requests go through.
async fn kit(engines: &Engines) -> Result<Arc<Kit>> {
    let key = engines.secrets.get_or_create("http.cursors", 32).await.context("secrets.url")?;
    Ok(Kit::new(KitConfig {
        authorizer: Arc::new(CedarAuthorizer::try_new()?),
        clock: Arc::clone(&engines.clock),
        catalogue: platform::catalogue()?,
        cursor_key: blake3::derive_key("svetu http cursors v1", key.expose()),
        body_bytes_max: Kit::BODY_BYTES_MAX,
    }))
}

async fn gateway(
    config: &Config,
    engines: &Engines,
    platform: &Platform,
    sessions: &Sessions,
    public_url: &str,
    site: Option<SocketAddr>,
    ready: watch::Receiver<bool>,
) -> Result<Gateway> {
    let (door, limits) = (&config.door, &config.limits);
    let tls = (!door.tls_certificate.is_empty())
        .then(|| TlsFiles { certificate: PathBuf::from(&door.tls_certificate), key: PathBuf::from(&door.tls_key) });
    let settings = GatewayConfig {
        public_url: public_url.to_owned(),
        tls,
        trusted_proxies: door.trusted_proxies.clone(),
        cors_origins: door.cors_origins.clone(),
        metrics_allow: config.metrics.allow.clone(),
        limits: GatewayLimits {
            address_per_minute: limits.address_per_minute,
            account_per_minute: limits.account_per_minute,
            body_bytes_max: limits.body_mb_max * 1024 * 1024,
            concurrent_max: limits.concurrent_max,
            request_ms_max: limits.request_ms_max,
        },
        drain_s_max: door.drain_s_max,
    };
    let work_key = engines.secrets.get_or_create("gateway.work", 32).await.context("secrets.url")?;
    let identity = platform.identity.as_ref().context("the gateway asks identity who somebody is")?;
    let parts = GatewayParts {
        signing: sessions.routes(),
        sessions: sessions.contract(),
        api: platform.routes().into(),
        media: platform.files().into(),
        oauth: platform.oauth(),
        kit: kit(engines).await?,
        identity: identity.contract(),
        clock: Arc::clone(&engines.clock),
        site,
        openapi: serde_json::to_value(platform.openapi()?)?,
        dev_mail: engines.outbox.clone().map(svetu_embedded::dev_mail_routes),
        work_key: blake3::derive_key("svetu gateway work v1", work_key.expose()),
        ready,
    };
    Gateway::try_new(settings, parts).context("the gateway")
}
