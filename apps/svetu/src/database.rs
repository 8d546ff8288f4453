//! Where the database is: one that runs elsewhere, that of a platform that runs from this folder, or a private one of our own.

use std::path::Path;

use anyhow::{Context as _, Result};
use svetu_postgres::{Postgres, Settings};

use crate::{
    config::Config,
    running::{Lock, Running},
};

const DATABASE: &str = "svetu";

pub struct Database {
    /// The owner's way in, password included.
    pub url: String,
    /// Of the platform that runs beside us.
    pub public_url: Option<String>,
    /// Stopped by us in the end.
    private: Option<Postgres>,
    /// Held with the private one: nobody else may use the folder.
    _lock: Option<Lock>,
}

impl Database {
    /// For a command that does its work and ends. Beside a running platform it uses that one's server.
    pub async fn reach(config: &Config) -> Result<Self> {
        if !config.postgres.url.is_empty() {
            let public_url = Running::find(&config.state.folder).map(|running| running.url);
            return Ok(Self { url: config.postgres.url.clone(), public_url, private: None, _lock: None });
        }
        if let Some(running) = Running::find(&config.state.folder) {
            return Ok(Self { url: running.postgres_url, public_url: Some(running.url), private: None, _lock: None });
        }
        let lock = Lock::take(&config.state.folder)?;
        let postgres = start_private(config).await?;
        Ok(Self { url: postgres.url(DATABASE), public_url: None, private: Some(postgres), _lock: Some(lock) })
    }

    /// For the platform itself, which holds the folder's lock.
    pub async fn start(config: &Config) -> Result<Self> {
        if !config.postgres.url.is_empty() {
            return Ok(Self { url: config.postgres.url.clone(), public_url: None, private: None, _lock: None });
        }
        let postgres = start_private(config).await?;
        Ok(Self { url: postgres.url(DATABASE), public_url: None, private: Some(postgres), _lock: None })
    }

    pub async fn stop(self) {
        if let Some(postgres) = self.private {
            postgres.stop().await;
        }
    }
}

async fn start_private(config: &Config) -> Result<Postgres> {
    let bin = &config.postgres.bin;
    let postgres = Postgres::start(Settings {
        state: config.state.folder.clone(),
        bin: (!bin.is_empty()).then(|| Path::new(bin).to_owned()),
        port: (config.postgres.port != 0).then_some(config.postgres.port),
        connections_max: config.postgres.connections_max,
        shared_buffers_mb: config.postgres.shared_buffers_mb,
    })
    .await
    .context("the private PostgreSQL")?;
    postgres.ensure_database(DATABASE).await.context("the private PostgreSQL")?;
    Ok(postgres)
}
