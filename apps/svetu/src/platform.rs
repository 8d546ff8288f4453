//! The services of this process, wired to each other by their contracts.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use svetu_contracts::{
    geo::GeoContract,
    identity::{IdentityContract, SITE_CLIENT},
    listings::ListingsContract,
    media::MediaContract,
    personal::PersonalData,
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

use crate::{
    background::Part,
    cli::Role,
    cluster::{self, Elsewhere, Keeping},
    engines::Engines,
};

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

/// Roles whose contracts a role asks.
const fn needs(role: Role) -> &'static [Role] {
    match role {
        Role::Media | Role::Geo => &[],
        // What each of them holds of a person.
        Role::Identity => &[Role::Media, Role::Listings, Role::Users, Role::Search],
        Role::Listings => &[Role::Identity, Role::Media, Role::Geo, Role::Users],
        Role::Users => &[Role::Identity, Role::Listings],
        Role::Search => &[Role::Identity, Role::Geo, Role::Listings],
        Role::Gateway => &[Role::Identity, Role::Media, Role::Geo, Role::Listings, Role::Users, Role::Search],
    }
}

/// Refused by name: a role without one that it asks.
pub fn check_roles(roles: &[Role], elsewhere: Option<&Elsewhere>) -> Result<()> {
    for role in roles {
        for needed in needs(*role) {
            if !roles.contains(needed) && !elsewhere.is_some_and(|elsewhere| elsewhere.has(*needed)) {
                bail!(
                    "--roles: `{}` asks `{}`: add it to the list, or say in cluster.services.{} where it runs",
                    role.name(),
                    needed.name(),
                    needed.name()
                );
            }
        }
    }
    Ok(())
}

/// The contract of a service of this process, or of the one that is elsewhere.
fn either<C: ?Sized>(
    here: Option<Arc<C>>,
    elsewhere: Option<&Elsewhere>,
    ask: impl FnOnce(&Elsewhere) -> Result<Arc<C>>,
) -> Result<Arc<C>> {
    match (here, elsewhere) {
        (Some(contract), _) => Ok(contract),
        (None, Some(elsewhere)) => ask(elsewhere),
        (None, None) => bail!("not all services run in this process"),
    }
}

impl Platform {
    pub async fn assemble(
        engines: &Engines,
        roles: &[Role],
        site_url: &str,
        index: Index,
        elsewhere: Option<&Elsewhere>,
    ) -> Result<Self> {
        check_roles(roles, elsewhere)?;
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
        let identity = || either(platform.identity.as_ref().map(Identity::contract), elsewhere, Elsewhere::identity);
        let geo = || either(platform.geo.as_ref().map(Geo::contract), elsewhere, Elsewhere::geo);
        if roles.contains(&Role::Listings) {
            let deps = ListingsDeps {
                db: engines.db("listings")?,
                clock: clock(),
                geo: geo()?,
                media: either(platform.media.as_ref().map(Media::contract), elsewhere, Elsewhere::media)?,
                identity: identity()?,
                cache: Arc::clone(&engines.cache),
                mailer: Arc::clone(&engines.mailer),
                secrets: Arc::clone(&engines.secrets),
                site_url: site_url.to_owned(),
            };
            platform.listings = Some(Listings::init(deps).await.context("listings")?);
        }
        let listings = match (&platform.listings, elsewhere) {
            (Some(listings), _) => Some(listings.contract()),
            (None, Some(elsewhere)) if roles.contains(&Role::Users) || roles.contains(&Role::Search) => {
                Some(elsewhere.listings().await?)
            }
            (None, _) => None,
        };
        if let (true, Some(listings)) = (roles.contains(&Role::Users), &listings) {
            let deps = UsersDeps {
                db: engines.db("users")?,
                clock: clock(),
                listings: Arc::clone(listings),
                identity: identity()?,
                mailer: Arc::clone(&engines.mailer),
                secrets: Arc::clone(&engines.secrets),
                site_url: site_url.to_owned(),
            };
            platform.users = Some(Users::init(deps).await.context("users")?);
        }
        if let Some(listings) = &platform.listings {
            let users = platform.users.as_ref().map(Users::contract);
            if users.is_some() || elsewhere.is_some() {
                listings.connect_users(either(users, elsewhere, Elsewhere::users)?);
            }
        }
        if let (true, Some(listings)) = (roles.contains(&Role::Search), &listings) {
            let scratch = match index {
                Index::Leave if !engines.shares_index() => Some(TempDir::new()?),
                Index::Open | Index::Leave => None,
            };
            let deps = SearchDeps {
                db: engines.db("search")?,
                clock: clock(),
                index: engines.search_index(scratch.as_ref().map(TempDir::path))?,
                bus: engines.bus.clone(),
                queue: Arc::clone(&engines.queue),
                listings: Arc::clone(listings),
                geo: geo()?,
                identity: identity()?,
                mailer: Arc::clone(&engines.mailer),
                secrets: Arc::clone(&engines.secrets),
                site_url: site_url.to_owned(),
                synonyms: engines.synonyms.clone(),
            };
            platform.search = Some(Search::init(deps).await.context("search")?);
            platform._scratch = scratch;
        }
        platform.connect_personal(elsewhere)?;
        Ok(platform)
    }

    /// A person is told everything or nothing: a process that cannot ask one of the services tells nothing.
    fn connect_personal(&self, elsewhere: Option<&Elsewhere>) -> Result<()> {
        let Some(identity) = &self.identity else { return Ok(()) };
        let here = self.personal();
        let mut all = vec![identity.personal()];
        for role in cluster::personal_roles() {
            let own = here.iter().find(|(of, _)| *of == role).map(|(_, data)| Arc::clone(data));
            if own.is_none() && elsewhere.is_none() {
                return Ok(());
            }
            all.push(either(own, elsewhere, |elsewhere| elsewhere.personal(role))?);
        }
        identity.connect_personal(all);
        Ok(())
    }

    fn personal(&self) -> Vec<(Role, Arc<dyn PersonalData>)> {
        let all = [
            (Role::Users, self.users.as_ref().map(Users::personal)),
            (Role::Listings, self.listings.as_ref().map(Listings::personal)),
            (Role::Search, self.search.as_ref().map(Search::personal)),
            (Role::Media, self.media.as_ref().map(Media::personal)),
        ];
        all.into_iter().filter_map(|(role, data)| Some((role, data?))).collect()
    }

    /// What other processes may ask of this one.
    pub fn keeping(&self) -> Keeping {
        Keeping {
            geo: self.geo.as_ref().map(Geo::contract),
            identity: self.identity.as_ref().map(Identity::contract),
            media: self.media.as_ref().map(Media::contract),
            listings: self.listings.as_ref().map(Listings::contract),
            users: self.users.as_ref().map(Users::contract),
            search: self.search(),
            personal: self.personal(),
        }
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

    /// The site is a client of the provider under the address that it has now.
    pub async fn register_site(&self, engines: &Engines, site_url: &str) -> Result<()> {
        if let Some(identity) = &self.identity {
            let (client, _) = site_client(engines, site_url).await?;
            identity.set_site_client(&client).await.context("identity")?;
        }
        Ok(())
    }

    /// The site's sessions, for whoever opens the door at this address: `/session/…`. `provider`: the paths of the OpenID Provider.
    pub async fn open_sessions(
        &mut self,
        engines: &Engines,
        site_url: &str,
        identity: Arc<dyn IdentityContract>,
        provider: axum::Router,
    ) -> Result<Sessions> {
        let (client, key) = site_client(engines, site_url).await?;
        let sessions = Sessions::try_new(SessionsDeps {
            db: engines.db("sessions")?,
            clock: Arc::clone(&engines.clock),
            identity,
            provider,
            site_url: site_url.to_owned(),
            client_id: SITE_CLIENT.to_owned(),
            client_secret: client.secret,
            key,
        })
        .context("sessions")?;
        self.sessions = Some(sessions.clone());
        Ok(sessions)
    }

    /// When the door is closed: what was begun with the provider is written down.
    pub async fn settle(&self) {
        if let Some(sessions) = &self.sessions {
            sessions.settle().await;
        }
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

/// A client of the provider like any other, but that its registration follows the platform's own address. Beside it: the key that
/// seals what the gateway keeps.
async fn site_client(engines: &Engines, site_url: &str) -> Result<(SiteClient, [u8; 32])> {
    let secret = engines.secrets.get_or_create("sessions.client", 32).await.context("secrets.url")?;
    let client_secret = URL_SAFE_NO_PAD.encode(blake3::derive_key("svetu sessions client secret v1", secret.expose()));
    let client = SiteClient {
        secret: client_secret,
        redirect_uri: format!("{site_url}{}", paths::CALLBACK),
        post_logout_redirect_uris: Language::ALL
            .map(|language| format!("{site_url}{}/", language.path_prefix()))
            .to_vec(),
        backchannel_logout_uri: format!("{site_url}{}", paths::BACKCHANNEL),
    };
    Ok((client, blake3::derive_key("svetu sessions seal v1", secret.expose())))
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
