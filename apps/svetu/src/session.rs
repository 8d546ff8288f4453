//! A command's own platform: services without a door, for as long as its work takes.

use anyhow::Result;

use crate::{
    cli::Role,
    config::Config,
    database::Database,
    door, engines,
    engines::Engines,
    platform::{Contracts, Index, Platform},
    schemas,
};

pub struct Session {
    pub engines: Engines,
    pub contracts: Contracts,
    pub platform: Platform,
    pub public_url: String,
    database: Database,
}

impl Session {
    /// What it publishes stays in the outboxes until a platform runs: the one beside it, or the next one.
    pub async fn open(config: &Config) -> Result<Self> {
        let secrets = engines::secrets(config)?;
        let database = Database::reach(config).await?;
        match Self::assemble(config, &database, secrets).await {
            Ok((engines, platform, contracts, public_url)) => {
                Ok(Self { engines, contracts, platform, public_url, database })
            }
            Err(error) => {
                database.stop().await;
                Err(error)
            }
        }
    }

    async fn assemble(
        config: &Config,
        database: &Database,
        secrets: std::sync::Arc<dyn svetu_ports::Secrets>,
    ) -> Result<(Engines, Platform, Contracts, String)> {
        let engines = Engines::choose(config, database.url.clone(), secrets).await?;
        schemas::migrate(&engines.database).await?;
        let public_url =
            database.public_url.clone().unwrap_or_else(|| door::public_url(&config.door, config.door.port));
        let platform = Platform::assemble(&engines, &Role::ALL, &public_url, Index::Leave, None).await?;
        let contracts = platform.contracts()?;
        Ok((engines, platform, contracts, public_url))
    }

    pub async fn close(self) {
        drop(self.platform);
        self.engines.close().await;
        self.database.stop().await;
    }
}
