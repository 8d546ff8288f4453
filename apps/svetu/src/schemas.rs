//! Every schema of the platform and what fills them before the first request.

use anyhow::Result;
use svetu_db::{Db, DbConfig, Schema};

use crate::engines::BUS;

pub fn all() -> Vec<Schema> {
    vec![
        BUS,
        Schema { name: "identity", migrator: &svetu_identity::MIGRATOR },
        svetu_media::SCHEMA,
        svetu_sessions::SCHEMA,
        Schema { name: "geo", migrator: &svetu_geo::MIGRATOR },
        Schema { name: "listings", migrator: &svetu_listings::MIGRATOR },
        Schema { name: "users", migrator: &svetu_users::MIGRATOR },
        Schema { name: "search", migrator: &svetu_search::MIGRATOR },
    ]
}

/// Schemas, roles and rights, then the data that comes with the program. Safe to run again.
pub async fn migrate(database: &DbConfig) -> Result<()> {
    svetu_db::migrate(database, &all()).await?;
    let geo = Db::new(database, "geo")?;
    svetu_geo::load_gazetteer(&geo).await?;
    geo.close().await;
    let listings = Db::new(database, "listings")?;
    svetu_listings::load_taxonomy(&listings).await?;
    listings.close().await;
    Ok(())
}
