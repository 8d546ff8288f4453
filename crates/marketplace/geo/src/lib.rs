//! Places: the gazetteer, suggestions, the nearest place, labels of the map, and the snapping of points.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod contract;
mod error;
mod gazetteer;
mod http;
mod index;
mod labels;
mod model;
mod snap;
mod store;

pub use snap::snap;

use std::sync::Arc;

use svetu_contracts::geo::GeoContract;
use svetu_db::Db;
use utoipa_axum::router::OpenApiRouter;

pub use error::GeoError;
pub use gazetteer::load_gazetteer;
use index::Index;

pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
pub const MESSAGES: &str = include_str!("../messages.toml");

/// To be shown where places are shown.
pub const ATTRIBUTION: &str = "GeoNames, CC BY 4.0";

/// The service. Holds the whole gazetteer in memory (some 2,000 places, under 2 MiB); a new one is seen after a restart.
#[derive(Clone)]
pub struct Geo {
    db: Db,
    index: Arc<Index>,
}

impl Geo {
    /// # Errors
    /// When the database cannot be read.
    pub async fn init(db: Db) -> Result<Self, GeoError> {
        let places = store::all(&db).await?;
        Ok(Self { db, index: Arc::new(Index::new(places)) })
    }

    /// Paths without `/api/v1`.
    pub fn routes(&self) -> OpenApiRouter {
        http::routes(self.clone())
    }

    pub fn contract(&self) -> Arc<dyn GeoContract> {
        Arc::new(self.clone())
    }
}
