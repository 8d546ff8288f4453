//! The services of this process, wired to each other by their contracts.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use svetu_contracts::{
    geo::GeoContract,
    identity::{IdentityContract, SITE_CLIENT},
    listings::ListingsContract,
    media::MediaContract,
    search::SearchContract,
    users::UsersContract,
};
use svetu_geo::Geo;
use svetu_http::Catalogue;
use svetu_identity::{HashCost, Identity, IdentityDeps, People, SiteClient};
use svetu_kernel::Language;
use svetu_listings::{Listings, ListingsDeps};
use svetu_media::{Media, MediaConfig};
use svetu_search::{Search, SearchDeps};
use svetu_sessions::{Sessions, SessionsDeps, paths};
use svetu_users::{Users, UsersDeps};
use tempfile::TempDir;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{background::Part, cli::Role, engines::Engines};

/// What commands ask of services.
#[derive(Clone)]
pub struct Contracts {
    pub identity: Arc<dyn IdentityContract>,
    pub media: Arc<dyn MediaContract>,
    pub geo: Arc<dyn GeoContract>,
    pub listings: Arc<dyn ListingsContract>,
    pub users: Arc<dyn UsersContract>,
    pub search: Arc<dyn SearchContract>,
}

/// The services that this process has, each in the order of what it needs.
#[derive(Default)]
pub struct Platform {
    pub identity: Option<Identity>,
    media: Option<Media>,
    geo: Option<Geo>,
    listings: Option<Listings>,
    users: Option<Users>,
    search: Option<Search>,
    sessions: Option<Sessions>,
    /// Of an index that ends with us.
    _scratch: Option<TempDir>,
}

/// Whether this process may write the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// It is the one that serves.
    Open,
    /// Another one may have it open: an empty one of our own takes its place, unless it is one that processes share.
    Leave,
}

/// Roles whose contracts a role asks within its own process.
const fn needs(role: Role) -> &'static [Role] {
    match role {
        Role::Identity | Role::Media | Role::Geo => &[],
        Role::Listings => &[Role::Identity, Role::Media, Role::Geo],
        Role::Users => &[Role::Identity, Role::Listings],
        Role::Search => &[Role::Identity, Role::Geo, Role::Listings],
        Role::Gateway => &[Role::Identity],
    }
}

/// Refused by name: a role without one that it asks.
pub fn check_roles(roles: &[Role]) -> Result<()> {
    for role in roles {
        for needed in needs(*role) {
            if !roles.contains(needed) {
                bail!(
                    "--roles: `{}` asks `{}`, which must run in the same process: add it to the list",
                    role.name(),
                    needed.name()
                );
            }
        }
    }
    Ok(())
}

impl Platform {
    pub async fn assemble(engines: &Engines, roles: &[Role], site_url: &str, index: Index) -> Result<Self> {
        check_roles(roles)?;
        let mut platform = Self::default();
        let clock = || Arc::clone(&engines.clock);
        if roles.contains(&Role::Identity) {
            let scopes = svetu_policy::Scopes::try_new().context("the policy")?;
            let oauth_secret = engines.secrets.get_or_create("identity.oauth", 32).await.context("secrets.url")?;
            let deps = IdentityDeps {
                db: engines.db("identity")?,
                clock: clock(),
                mailer: Arc::clone(&engines.mailer),
                site_url: site_url.to_owned(),
                secure: site_url.starts_with("https://"),
                hash_cost: HashCost::default(),
                api_scopes: scopes.names().map(str::to_owned).collect(),
                oauth_secret: blake3::derive_key("svetu identity oauth v1", oauth_secret.expose()),
                people: People::open(Arc::clone(&engines.secrets)).await.context("secrets.url")?,
                objects: Arc::clone(&engines.objects),
                upstreams: engines.upstreams.clone(),
                sms: Arc::clone(&engines.sms),
                phones: engines.phones.clone(),
            };
            let identity = Identity::try_new(deps).context("identity")?;
            identity.prepare().await.context("identity")?;
            platform.identity = Some(identity);
        }
        if roles.contains(&Role::Media) {
            let objects = Arc::clone(&engines.objects);
            let media = Media::try_new(engines.db("media")?, clock(), objects, MediaConfig::default());
            platform.media = Some(media.context("media")?);
        }
        if roles.contains(&Role::Geo) {
            platform.geo = Some(Geo::init(engines.db("geo")?).await.context("geo")?);
        }
        if let (true, Some(identity), Some(media), Some(geo)) =
            (roles.contains(&Role::Listings), &platform.identity, &platform.media, &platform.geo)
        {
            let deps = ListingsDeps {
                db: engines.db("listings")?,
                clock: clock(),
                geo: geo.contract(),
                media: media.contract(),
                identity: identity.contract(),
                cache: Arc::clone(&engines.cache),
                mailer: Arc::clone(&engines.mailer),
                secrets: Arc::clone(&engines.secrets),
                site_url: site_url.to_owned(),
            };
            platform.listings = Some(Listings::init(deps).await.context("listings")?);
        }
        let Some((identity, listings)) = platform.identity.as_ref().zip(platform.listings.as_ref()) else {
            return Ok(platform);
        };
        if roles.contains(&Role::Users) {
            let deps = UsersDeps {
                db: engines.db("users")?,
                clock: clock(),
                listings: listings.contract(),
                identity: identity.contract(),
                mailer: Arc::clone(&engines.mailer),
                secrets: Arc::clone(&engines.secrets),
                site_url: site_url.to_owned(),
            };
            let users = Users::init(deps).await.context("users")?;
            listings.connect_users(users.contract());
            platform.users = Some(users);
        }
        if let (true, Some(geo)) = (roles.contains(&Role::Search), &platform.geo) {
            let scratch = match index {
                Index::Leave if !engines.shares_index() => Some(TempDir::new()?),
                Index::Open | Index::Leave => None,
            };
            let deps = SearchDeps {
                db: engines.db("search")?,
                clock: clock(),
                index: engines.search_index(scratch.as_ref().map(TempDir::path))?,
                bus: engines.bus.clone(),
                listings: listings.contract(),
                geo: geo.contract(),
                identity: identity.contract(),
                mailer: Arc::clone(&engines.mailer),
                secrets: Arc::clone(&engines.secrets),
                site_url: site_url.to_owned(),
                synonyms: engines.synonyms.clone(),
            };
            platform.search = Some(Search::init(deps).await.context("search")?);
            platform._scratch = scratch;
        }
        platform.connect_personal();
        Ok(platform)
    }

    /// A person is told everything or nothing: a process without one of the services tells nothing.
    fn connect_personal(&self) {
        let (Some(identity), Some(media)) = (&self.identity, &self.media) else { return };
        let (Some(listings), Some(users), Some(search)) = (&self.listings, &self.users, &self.search) else { return };
        identity.connect_personal(vec![
            identity.personal(),
            users.personal(),
            listings.personal(),
            search.personal(),
            media.personal(),
        ]);
    }

    /// All of them, for commands; a process with some roles only has not all.
    pub fn contracts(&self) -> Result<Contracts> {
        let missing = "not all services run in this process";
        Ok(Contracts {
            identity: self.identity.as_ref().context(missing)?.contract(),
            media: self.media.as_ref().context(missing)?.contract(),
            geo: self.geo.as_ref().context(missing)?.contract(),
            listings: self.listings.as_ref().context(missing)?.contract(),
            users: self.users.as_ref().context(missing)?.contract(),
            search: self.search.as_ref().context(missing)?.contract(),
        })
    }

    pub fn search(&self) -> Option<Arc<dyn SearchContract>> {
        self.search.as_ref().map(Search::contract)
    }

    /// Paths without `/api/v1`.
    pub fn routes(&self) -> OpenApiRouter {
        let all = [
            self.identity.as_ref().map(Identity::routes),
            self.media.as_ref().map(Media::routes),
            self.geo.as_ref().map(Geo::routes),
            self.listings.as_ref().map(Listings::routes),
            self.users.as_ref().map(Users::routes),
            self.search.as_ref().map(Search::routes),
        ];
        all.into_iter().flatten().fold(OpenApiRouter::new(), OpenApiRouter::merge)
    }

    /// At the root, beside the API: `/media/…`.
    pub fn files(&self) -> OpenApiRouter {
        self.media.as_ref().map(Media::files).unwrap_or_default()
    }

    /// The OpenID Provider's paths, at the root too.
    pub fn oauth(&self) -> axum::Router {
        self.identity.as_ref().map(Identity::oauth_routes).unwrap_or_default()
    }

    /// The site's sessions, for whoever opens the door at this address: `/session/…`.
    pub async fn open_sessions(&mut self, engines: &Engines, site_url: &str) -> Result<Sessions> {
        let identity = self.identity.as_ref().context("the gateway asks identity who somebody is")?;
        let sessions = sessions(engines, identity, site_url).await?;
        self.sessions = Some(sessions.clone());
        Ok(sessions)
    }

    /// The document of everything that runs here.
    pub fn openapi(&self) -> Result<OpenApi> {
        let base = svetu_http::openapi::base("Sve Tu", env!("CARGO_PKG_VERSION"));
        let mut document =
            OpenApiRouter::with_openapi(base).nest("/api/v1", self.routes()).merge(self.files()).into_openapi();
        let scopes = svetu_policy::Scopes::try_new().context("the policy")?;
        svetu_http::openapi::open_to_programs(&mut document, scopes.described(), |action| scopes.of(action));
        Ok(document)
    }

    pub fn parts(&self, engines: &Engines) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        let mut add = |schema, consumers, jobs| -> Result<()> {
            parts.push(Part { db: engines.db(schema)?, consumers, jobs });
            Ok(())
        };
        if let Some(identity) = &self.identity {
            add("identity", identity.consumers(), identity.jobs())?;
        }
        if let Some(sessions) = &self.sessions {
            add("sessions", sessions.consumers(), sessions.jobs())?;
        }
        if let Some(media) = &self.media {
            add("media", media.consumers(), media.jobs())?;
        }
        if let Some(listings) = &self.listings {
            add("listings", listings.consumers(), listings.jobs())?;
        }
        if let Some(users) = &self.users {
            add("users", users.consumers(), users.jobs())?;
        }
        if let Some(search) = &self.search {
            add("search", search.consumers(), search.jobs())?;
        }
        Ok(parts)
    }
}

/// A client of the provider like any other, but that its registration follows the platform's own address.
async fn sessions(engines: &Engines, identity: &Identity, site_url: &str) -> Result<Sessions> {
    let secret = engines.secrets.get_or_create("sessions.client", 32).await.context("secrets.url")?;
    let client_secret = URL_SAFE_NO_PAD.encode(blake3::derive_key("svetu sessions client secret v1", secret.expose()));
    let site = SiteClient {
        secret: client_secret.clone(),
        redirect_uri: format!("{site_url}{}", paths::CALLBACK),
        post_logout_redirect_uris: Language::ALL
            .map(|language| format!("{site_url}{}/", language.path_prefix()))
            .to_vec(),
        backchannel_logout_uri: format!("{site_url}{}", paths::BACKCHANNEL),
    };
    identity.set_site_client(&site).await.context("identity")?;
    Sessions::try_new(SessionsDeps {
        db: engines.db("sessions")?,
        clock: Arc::clone(&engines.clock),
        identity: identity.contract(),
        provider: identity.oauth_routes(),
        site_url: site_url.to_owned(),
        client_id: SITE_CLIENT.to_owned(),
        client_secret,
        key: blake3::derive_key("svetu sessions seal v1", secret.expose()),
    })
    .context("sessions")
}

/// The sentences of all crates, whatever runs here: a document of the API is the same everywhere.
pub fn catalogue() -> Result<Catalogue> {
    Ok(Catalogue::try_new([
        svetu_http::MESSAGES,
        svetu_identity::MESSAGES,
        svetu_media::MESSAGES,
        svetu_geo::MESSAGES,
        svetu_listings::MESSAGES,
        svetu_users::MESSAGES,
        svetu_search::MESSAGES,
        svetu_gateway::MESSAGES,
    ])?)
}
