//! The engines that the configuration chooses, behind their ports.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use object_store::ObjectStore;
use svetu_db::{Db, DbConfig, Schema};
use svetu_embedded::{BusOptions, FileOutbox, MemoryCache, PostgresBus, SealedFile};
use svetu_kernel::{SharedClock, SystemClock};
use svetu_ports::{Cache, Mailer, Secrets};
use svetu_smtp::SmtpMailer;

use crate::config::Config;

pub const BUS: Schema = Schema { name: "bus", migrator: &svetu_embedded::MIGRATOR };

pub struct Engines {
    pub clock: SharedClock,
    pub database: DbConfig,
    pub bus: Arc<PostgresBus>,
    pub cache: Arc<dyn Cache>,
    pub objects: Arc<dyn ObjectStore>,
    pub mailer: Arc<dyn Mailer>,
    /// The folder that letters go to, where they go to one.
    pub outbox: Option<FileOutbox>,
    pub secrets: Arc<dyn Secrets>,
    /// Of the embedded index.
    pub index: PathBuf,
}

/// Made before the database is there: the roles' passwords come from them.
pub fn secrets(config: &Config) -> Result<Arc<dyn Secrets>> {
    let store = SealedFile::open(config.state.folder.join("secrets"), None)
        .context("secrets.url: the sealed file of state.folder")?;
    Ok(Arc::new(store))
}

impl Engines {
    /// `database` is the owner's way in; nothing is connected yet.
    pub async fn choose(config: &Config, database_url: String, secrets: Arc<dyn Secrets>) -> Result<Self> {
        let clock: SharedClock = Arc::new(SystemClock);
        let state = &config.state.folder;
        let database = database_config(config, database_url, &secrets).await?;
        let bus = PostgresBus::new(Db::new(&database, BUS.name)?, BusOptions::default());
        let (mailer, outbox): (Arc<dyn Mailer>, _) = if config.mail.url.starts_with("outbox:") {
            let outbox =
                FileOutbox::open(state.join("mail"), Arc::clone(&clock)).context("mail.url: the folder of letters")?;
            (Arc::new(outbox.clone()), Some(outbox))
        } else {
            let mailer = SmtpMailer::try_new(&config.mail.url, &config.mail.from).context("mail.url")?;
            (Arc::new(mailer), None)
        };
        Ok(Self {
            database,
            bus,
            cache: Arc::new(MemoryCache::new(config.cache.memory_mb_max * 1024 * 1024)),
            objects: svetu_embedded::local_objects(&state.join("objects")).context("objects.url")?,
            mailer,
            outbox,
            secrets,
            index: state.join("index"),
            clock,
        })
    }

    pub fn db(&self, schema: &'static str) -> Result<Db> {
        Ok(Db::new(&self.database, schema)?)
    }
}

/// How many schemas share the connections: one pool each.
pub const SCHEMAS: u32 = 7;

/// Each pool has one connection more for its relay's lock.
pub async fn database_config(config: &Config, url: String, secrets: &Arc<dyn Secrets>) -> Result<DbConfig> {
    let roles = secrets.get_or_create("postgres.roles", 32).await.context("the roles' secret")?;
    let each = (config.postgres.pool_max / SCHEMAS).saturating_sub(1).max(1);
    Ok(DbConfig { url, roles_secret: Some(roles), connections_max: each })
}
