//! Roles that other processes play: how they are asked, and what they may ask of this one.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use svetu_cluster::{
    Believer, Credentials, Door, DoorParts, Kept, Minter, Passage, Peers, Readiness, Routes, TlsFiles,
    contracts::{
        GeoClient, IdentityClient, ListingsClient, MediaClient, PersonalClient, SearchClient, UsersClient, keep_geo,
        keep_identity, keep_listings, keep_media, keep_personal, keep_search, keep_users,
    },
};
use svetu_contracts::{
    geo::GeoContract, identity::IdentityContract, listings::ListingsContract, media::MediaContract,
    personal::PersonalData, search::SearchContract, users::UsersContract,
};
use svetu_http::Kit;
use svetu_kernel::{Clock as _, SharedClock, SystemClock, Timestamp};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    cli::Role,
    config::{self, Config},
    platform::Platform,
};

/// The API's document as it is committed: a process that does not play every role cannot make it.
const DOCUMENT: &str = include_str!("../../../openapi/svetu.json");

/// A certificate's last days.
const WARNED_BEFORE: TimeDelta = TimeDelta::days(14);

/// The folders of an export, in its order, and by which name a role tells what is in them.
const PERSONAL: [(Role, &str); 4] = [
    (Role::Users, "svetu.users.v1.Personal"),
    (Role::Listings, "svetu.listings.v1.Personal"),
    (Role::Search, "svetu.search.v1.Personal"),
    (Role::Media, "svetu.media.v1.Personal"),
];

fn personal_name(role: Role) -> Option<&'static str> {
    PERSONAL.iter().find(|(of, _)| *of == role).map(|(_, name)| *name)
}

/// Everybody elsewhere.
#[derive(Debug)]
pub struct Elsewhere {
    credentials: Credentials,
    peers: BTreeMap<Role, Arc<Peers>>,
}

impl Elsewhere {
    /// None: this process has no part in a cluster.
    pub fn open(config: &config::Cluster) -> Result<Option<Self>> {
        if config.certificate.as_os_str().is_empty() {
            if !config.listen.is_empty() || !config.services.is_empty() {
                bail!("cluster.certificate, cluster.key and cluster.authority: processes know each other by them");
            }
            return Ok(None);
        }
        let credentials = Credentials::load(&TlsFiles {
            certificate: config.certificate.clone(),
            key: config.key.clone(),
            authority: config.authority.clone(),
        })?;
        warn_of_end(credentials.expires_at(), SystemClock.now());
        let mut peers = BTreeMap::new();
        for role in Role::ALL {
            if let Some(places) = config.services.get(role.name()) {
                peers.insert(role, Arc::new(Peers::new(role.name(), places, &credentials)?));
            }
        }
        Ok(Some(Self { credentials, peers }))
    }

    pub fn everybody(&self) -> Vec<(&'static str, Arc<Peers>)> {
        self.peers.iter().map(|(role, peers)| (role.name(), Arc::clone(peers))).collect()
    }

    /// When nobody believes this process any more.
    pub const fn certificate_expires_at(&self) -> Timestamp {
        self.credentials.expires_at()
    }

    pub fn has(&self, role: Role) -> bool {
        self.peers.contains_key(&role)
    }

    fn peers(&self, role: Role) -> Result<Arc<Peers>> {
        self.peers.get(&role).cloned().with_context(|| format!("cluster.services.{}: nobody plays it", role.name()))
    }

    pub fn geo(&self) -> Result<Arc<dyn GeoContract>> {
        Ok(Arc::new(GeoClient::new(self.peers(Role::Geo)?, svetu_geo::snap)))
    }

    pub fn identity(&self) -> Result<Arc<dyn IdentityContract>> {
        Ok(Arc::new(IdentityClient::new(self.peers(Role::Identity)?)))
    }

    pub fn media(&self) -> Result<Arc<dyn MediaContract>> {
        Ok(Arc::new(MediaClient::new(self.peers(Role::Media)?)))
    }

    /// Waits for the owner of the taxonomy.
    pub async fn listings(&self) -> Result<Arc<dyn ListingsContract>> {
        Ok(Arc::new(ListingsClient::connect(self.peers(Role::Listings)?).await))
    }

    pub fn users(&self) -> Result<Arc<dyn UsersContract>> {
        Ok(Arc::new(UsersClient::new(self.peers(Role::Users)?)))
    }

    pub fn search(&self) -> Result<Arc<dyn SearchContract>> {
        Ok(Arc::new(SearchClient::new(self.peers(Role::Search)?)))
    }

    pub fn personal(&self, role: Role) -> Result<Arc<dyn PersonalData>> {
        let name = personal_name(role).with_context(|| format!("{} holds nothing of a person", role.name()))?;
        Ok(Arc::new(PersonalClient::new(self.peers(role)?, name, role.name())))
    }

    /// What people ask of roles elsewhere. `roles` are played here and answer by themselves.
    pub fn passage(&self, config: &Config, roles: &[Role], clock: SharedClock) -> Result<Routes> {
        let minter = Arc::new(Minter::load(&config.cluster.token_key, clock)?);
        let others = self.peers.iter().filter(|(role, _)| !roles.contains(role));
        let others = others.map(|(role, peers)| (role.name().to_owned(), Arc::clone(peers))).collect();
        let silence_max = Duration::from_millis(config.limits.request_ms_max);
        Ok(Passage::new(minter, others, silence_max).routes(&document()?)?)
    }
}

/// Certificates are looked at by the machine's time, once: at the start.
fn warn_of_end(expires_at: Timestamp, now: Timestamp) {
    let left = expires_at - now;
    if left < WARNED_BEFORE {
        tracing::warn!(
            %expires_at,
            days = left.num_days(),
            "cluster.certificate ends soon: renew it and start this process anew (docs/operations/cluster.md)"
        );
    }
}

pub fn document() -> Result<serde_json::Value> {
    serde_json::from_str(DOCUMENT).context("the document of the API")
}

/// Roles in the order of their folders in an export.
pub fn personal_roles() -> impl Iterator<Item = Role> {
    PERSONAL.iter().map(|(role, _)| *role)
}

/// What this process keeps for others.
pub struct Keeping {
    pub geo: Option<Arc<dyn GeoContract>>,
    pub identity: Option<Arc<dyn IdentityContract>>,
    pub media: Option<Arc<dyn MediaContract>>,
    pub listings: Option<Arc<dyn ListingsContract>>,
    pub users: Option<Arc<dyn UsersContract>>,
    pub search: Option<Arc<dyn SearchContract>>,
    pub personal: Vec<(Role, Arc<dyn PersonalData>)>,
}

impl Keeping {
    fn contracts(self) -> Vec<Kept> {
        let Self { geo, identity, media, listings, users, search, personal } = self;
        let services = [
            geo.map(keep_geo),
            identity.map(keep_identity),
            media.map(keep_media),
            listings.map(keep_listings),
            users.map(keep_users),
            search.map(keep_search),
        ];
        let personal = personal.into_iter().filter_map(|(role, data)| Some(keep_personal(personal_name(role)?, data)));
        services.into_iter().flatten().chain(personal).collect()
    }
}

/// The inner door of this process, open.
pub struct InnerDoor {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    readiness: Readiness,
}

impl InnerDoor {
    pub async fn open(
        config: &Config,
        elsewhere: &Elsewhere,
        platform: &Platform,
        roles: &[Role],
        kit: Arc<Kit>,
        clock: SharedClock,
    ) -> Result<Self> {
        let settings = &config.cluster;
        let listener = TcpListener::bind(&settings.listen)
            .await
            .with_context(|| format!("cluster.listen: {} is not to be had", settings.listen))?;
        let http = axum::Router::new()
            .nest("/api/v1", platform.routes().into())
            .merge(axum::Router::from(platform.files()))
            .merge(platform.oauth());
        let parts = DoorParts {
            roles: roles.iter().map(|role| role.name().to_owned()).collect(),
            contracts: platform.keeping().contracts(),
            http,
            kit,
            believer: Believer::load(&settings.token_public, clock)?,
        };
        let door = Door::new(parts, &elsewhere.credentials).await;
        let readiness = door.readiness();
        let (stop, stopped) = watch::channel(false);
        let drain_max = Duration::from_secs(config.door.drain_s_max);
        let task = tokio::spawn(door.serve(listener, stopped, drain_max));
        Ok(Self { stop, task, readiness })
    }

    pub async fn ready(&self) {
        self.readiness.set(true).await;
    }

    /// No new calls; those at work get their time.
    pub async fn close(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the inner door failed");
        }
    }
}
