//! Finding ads: the index, the search page, suggestions, the map, similar ads, saved searches and their letters.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod ask;
mod card;
mod cells;
mod consumers;
mod contract;
mod document;
mod error;
mod http;
mod jobs;
mod letter;
mod matching;
mod params;
mod personal;
mod plan;
mod popular;
mod reverse;
mod saved;
mod service;
mod store;
mod suggest;
mod tile;
mod understand;
mod watch;

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use svetu_contracts::{
    geo::GeoContract, identity::IdentityContract, listings::ListingsContract, personal::PersonalData,
    search::SearchContract, taxonomy::Taxonomy,
};
use svetu_db::{Db, JobKind};
use svetu_kernel::{ExchangeRate, SharedClock, Timestamp};
use svetu_ports::{Bus, ConsumerGroup, Mailer, Queue, SearchIndex, SecretError, Secrets};
use svetu_text::{Analyser, Synonyms, SynonymsError};
use utoipa_axum::router::OpenApiRouter;

pub use document::TEXT_FIELDS;
pub use error::SearchError;

pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
pub const MESSAGES: &str = include_str!("../messages.toml");

#[derive(Clone)]
pub struct SearchDeps {
    pub db: Db,
    pub clock: SharedClock,
    /// Opened with [`TEXT_FIELDS`].
    pub index: Arc<dyn SearchIndex>,
    pub bus: Arc<dyn Bus>,
    /// Carries what is searched for to the process that counts it.
    pub queue: Arc<dyn Queue>,
    pub listings: Arc<dyn ListingsContract>,
    pub geo: Arc<dyn GeoContract>,
    pub identity: Arc<dyn IdentityContract>,
    pub mailer: Arc<dyn Mailer>,
    pub secrets: Arc<dyn Secrets>,
    /// Of the site as people reach it, without a slash at its end.
    pub site_url: String,
    /// The operator's synonyms, the text of a file; None: the built-in ones.
    pub synonyms: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SearchInitError {
    #[error(transparent)]
    Synonyms(#[from] SynonymsError),
    #[error(transparent)]
    Secrets(#[from] SecretError),
    #[error(transparent)]
    Search(#[from] SearchError),
}

/// The service.
#[derive(Clone)]
pub struct Search(Arc<Rooms>);

pub(crate) struct Rooms {
    db: Db,
    clock: SharedClock,
    index: Arc<dyn SearchIndex>,
    bus: Arc<dyn Bus>,
    queue: Arc<dyn Queue>,
    listings: Arc<dyn ListingsContract>,
    geo: Arc<dyn GeoContract>,
    identity: Arc<dyn IdentityContract>,
    mailer: Arc<dyn Mailer>,
    site_url: String,
    /// Signs the addresses that end letters with one click.
    unsubscribe_key: [u8; 32],
    analyser: Analyser,
    /// Names of the taxonomy in force.
    vocabulary: RwLock<Option<(Arc<Taxonomy>, Arc<understand::Vocabulary>)>>,
    rate: Mutex<Option<(Timestamp, ExchangeRate)>>,
    popular: popular::Popular,
    saved: RwLock<reverse::ReverseIndex>,
    /// What other processes saved is known up to here.
    followed_at: Mutex<Timestamp>,
}

impl Search {
    /// # Errors
    /// When the synonyms are wrong, or secrets or saved searches cannot be read.
    pub async fn init(deps: SearchDeps) -> Result<Self, SearchInitError> {
        let synonyms = match &deps.synonyms {
            Some(text) => Synonyms::parse(text)?,
            None => Synonyms::built_in()?,
        };
        let secret = deps.secrets.get_or_create("search.unsubscribe", 32).await?;
        let now = deps.clock.now();
        let search = Self(Arc::new(Rooms {
            unsubscribe_key: blake3::derive_key("svetu search unsubscribe v1", secret.expose()),
            analyser: Analyser::new(Arc::new(synonyms)),
            db: deps.db,
            clock: deps.clock,
            index: deps.index,
            bus: deps.bus,
            queue: deps.queue,
            listings: deps.listings,
            geo: deps.geo,
            identity: deps.identity,
            mailer: deps.mailer,
            site_url: deps.site_url,
            vocabulary: RwLock::new(None),
            rate: Mutex::new(None),
            popular: popular::Popular::new(now),
            saved: RwLock::new(reverse::ReverseIndex::default()),
            followed_at: Mutex::new(Timestamp::default()),
        }));
        search.refresh_saved().await?;
        search.read_popular().await?;
        Ok(search)
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

    pub fn contract(&self) -> Arc<dyn SearchContract> {
        Arc::new(self.clone())
    }

    pub fn personal(&self) -> Arc<dyn PersonalData> {
        Arc::new(self.clone())
    }
}
