//! A platform that runs: services, background work and, where it has one, the door.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result, bail};
use svetu_cluster::Routes;
use svetu_gateway::{Gateway, GatewayConfig, GatewayLimits, GatewayParts, SharedLimits, TlsFiles};
use svetu_http::{Kit, KitConfig};
use svetu_kernel::SharedClock;
use svetu_policy::CedarAuthorizer;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    background::Background,
    cli::Role,
    cluster::{self, Elsewhere, InnerDoor},
    config::Config,
    control::{self, Control},
    door,
    engines::Engines,
    figures, meters,
    platform::{self, Contracts, Index, Platform},
    probe::Probe,
    telemetry::Telemetry,
};

pub struct Runtime {
    engines: Engines,
    platform: Platform,
    background: Background,
    _control: Option<Control>,
    door: Option<Door>,
    inner: Option<InnerDoor>,
    _probe: Option<Probe>,
    telemetry: Option<Telemetry>,
    ready: watch::Sender<bool>,
}

/// What this process plays, and in which company.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub roles: &'a [Role],
    pub elsewhere: Option<&'a Elsewhere>,
}

impl Part<'static> {
    pub const WHOLE: Self = Self { roles: &Role::ALL, elsewhere: None };
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
        part: Part<'_>,
        public_url: &str,
        doors: Option<Doors>,
    ) -> Result<Self> {
        let Part { roles, elsewhere } = part;
        let mut platform = Platform::assemble(&engines, roles, public_url, Index::Open, elsewhere).await?;
        let (ready, is_ready) = watch::channel(false);
        let listens = elsewhere.filter(|_| !config.cluster.listen.is_empty());
        if doors.is_some() || listens.is_some() {
            platform.register_site(&engines, public_url).await?;
        }
        let kit = if doors.is_some() || elsewhere.is_some() {
            Some(kit(&engines, config.identity.staff_second_factor.is_needed()).await?)
        } else {
            None
        };
        let (mut telemetry, metrics) = (None, kit.clone());
        if let Some(kit) = &kit {
            telemetry = Some(Telemetry::start(&config.telemetry, roles, &kit.metrics)?);
            figures::watch(&kit.metrics, &engines, is_ready.clone())?;
        }
        let probe = match (config.cluster.probe.parse(), &kit) {
            (Ok(address), Some(kit)) => Some(Probe::open(address, Arc::clone(kit), is_ready.clone()).await?),
            _ => None,
        };
        let inner = match (listens, &kit) {
            (Some(elsewhere), Some(kit)) => {
                let clock = Arc::clone(&engines.clock);
                Some(InnerDoor::open(config, elsewhere, &platform, roles, Arc::clone(kit), clock).await?)
            }
            _ => None,
        };
        let door = match (doors, kit) {
            (Some(doors), Some(kit)) => {
                Some(open(config, &engines, &mut platform, part, kit, public_url, doors, is_ready).await?)
            }
            _ => None,
        };
        // Of the process that alone has the index.
        let control = match platform.search().filter(|_| elsewhere.is_none()) {
            Some(search) => Some(Control::open(&config.state.folder, control::of_search(search))?),
            None => None,
        };
        let parts = platform.parts(&engines)?;
        if let Some(metrics) = &metrics {
            meters::register(&metrics.metrics, engines.pools(), elsewhere);
        }
        let metrics = metrics.as_deref().map(|kit| &kit.metrics);
        let background = Background::start(&engines.bus, engines.own_bus.clone(), &engines.clock, parts, metrics);
        Ok(Self { engines, platform, background, _control: control, door, inner, _probe: probe, telemetry, ready })
    }

    pub fn contracts(&self) -> Result<Contracts> {
        self.platform.contracts()
    }

    pub fn clock(&self) -> SharedClock {
        Arc::clone(&self.engines.clock)
    }

    /// `/health/ready` says so from here on.
    pub async fn ready(&self) {
        self.ready.send_replace(true);
        if let Some(inner) = &self.inner {
            inner.ready().await;
        }
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
        if let Some(inner) = self.inner.take() {
            inner.close().await;
        }
    }

    pub async fn stop(mut self) {
        self.close_door().await;
        self.platform.settle().await;
        self.background.stop().await;
        drop(self.platform);
        self.engines.close().await;
        if let Some(telemetry) = self.telemetry {
            telemetry.close().await;
        }
    }
}

/// What all requests go through.
async fn kit(engines: &Engines, staff_factor: bool) -> Result<Arc<Kit>> {
    let key = engines.secrets.get_or_create("http.cursors", 32).await.context("secrets.url")?;
    Ok(Kit::new(KitConfig {
        authorizer: Arc::new(CedarAuthorizer::try_new()?.with_staff_factor(staff_factor)),
        clock: Arc::clone(&engines.clock),
        catalogue: platform::catalogue()?,
        cursor_key: blake3::derive_key("svetu http cursors v1", key.expose()),
        body_bytes_max: Kit::BODY_BYTES_MAX,
    }))
}

/// The door: of all services, those elsewhere included.
#[allow(clippy::too_many_arguments, reason = "one place puts the whole together")]
async fn open(
    config: &Config,
    engines: &Engines,
    platform: &mut Platform,
    Part { roles, elsewhere }: Part<'_>,
    kit: Arc<Kit>,
    public_url: &str,
    doors: Doors,
    ready: watch::Receiver<bool>,
) -> Result<Door> {
    let beyond = elsewhere.map(|elsewhere| elsewhere.passage(config, roles, Arc::clone(&engines.clock)));
    let beyond = beyond.transpose()?;
    let identity = match (platform.keeping().identity, elsewhere) {
        (Some(identity), _) => identity,
        (None, Some(elsewhere)) => elsewhere.identity()?,
        (None, None) => bail!("the gateway asks identity who somebody is"),
    };
    // A process that plays every role makes the document; the others have it as it was committed.
    let openapi = match elsewhere {
        Some(_) => cluster::document()?,
        None => serde_json::to_value(platform.openapi()?)?,
    };
    let mut routes = Routes { api: platform.routes().into(), media: platform.files().into(), oauth: platform.oauth() };
    if let Some(beyond) = beyond {
        routes.api = routes.api.merge(beyond.api);
        routes.media = routes.media.merge(beyond.media);
        routes.oauth = routes.oauth.merge(beyond.oauth);
    }
    let sessions = platform.open_sessions(engines, public_url, Arc::clone(&identity), routes.oauth.clone()).await?;
    let work_key = engines.secrets.get_or_create("gateway.work", 32).await.context("secrets.url")?;
    let limits_key = blake3::derive_key("svetu gateway limits v1", work_key.expose());
    let parts = GatewayParts {
        signing: sessions.routes(),
        sessions: sessions.contract(),
        api: routes.api,
        media: routes.media,
        oauth: routes.oauth,
        kit,
        identity,
        clock: Arc::clone(&engines.clock),
        site: doors.site,
        openapi,
        dev_mail: engines.outbox.clone().map(svetu_embedded::dev_mail_routes),
        work_key: blake3::derive_key("svetu gateway work v1", work_key.expose()),
        shared_limits: engines.shared_cache().map(|cache| SharedLimits::new(cache, limits_key)),
        ready,
    };
    for doubt in door::doubts(&config.door) {
        tracing::warn!("{doubt}");
    }
    let gateway = Gateway::try_new(gateway_config(config, public_url), parts).context("the gateway")?;
    Ok(Door::open(gateway, doors))
}

fn gateway_config(config: &Config, public_url: &str) -> GatewayConfig {
    let (door, limits) = (&config.door, &config.limits);
    let tls = (!door.tls_certificate.is_empty())
        .then(|| TlsFiles { certificate: PathBuf::from(&door.tls_certificate), key: PathBuf::from(&door.tls_key) });
    GatewayConfig {
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
    }
}
