//! The engines that the configuration chooses, behind their ports.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result};
use object_store::ObjectStore;
use svetu_db::{Db, DbConfig, Schema};
use svetu_embedded::{BusOptions, FileOutbox, MemoryCache, MemoryQueue, PostgresBus, SealedFile};
use svetu_identity::{PhoneConfig, UpstreamConfig};
use svetu_kernel::{SharedClock, SystemClock};
use svetu_ports::{Bus, Cache, Mailer, Queue, SearchIndex, Secrets, SmsSender};
use svetu_search::TEXT_FIELDS;
use svetu_smtp::SmtpMailer;
use svetu_tantivy::TantivyIndex;

use crate::{config::Config, pools};

pub const BUS: Schema = Schema { name: "bus", migrator: &svetu_embedded::MIGRATOR };

pub struct Engines {
    pub clock: SharedClock,
    pub database: DbConfig,
    pub bus: Arc<dyn Bus>,
    /// The embedded bus, which this process looks after.
    pub own_bus: Option<Arc<PostgresBus>>,
    pub cache: Arc<dyn Cache>,
    /// Whether other processes have the same cache.
    shares_cache: bool,
    /// Light queues, where the cache is.
    pub queue: Arc<dyn Queue>,
    pub objects: Arc<dyn ObjectStore>,
    pub mailer: Arc<dyn Mailer>,
    pub sms: Arc<dyn SmsSender>,
    pub phones: PhoneConfig,
    /// The folder that letters and messages go to, where they go to one.
    pub outbox: Option<FileOutbox>,
    pub secrets: Arc<dyn Secrets>,
    /// Providers elsewhere that people may sign in by.
    pub upstreams: Vec<UpstreamConfig>,
    /// Of the embedded index.
    index: PathBuf,
    /// The index that processes share, where they do.
    shared_index: Option<Arc<dyn SearchIndex>>,
    /// The text of the operator's synonyms.
    pub synonyms: Option<String>,
    /// One pool a schema, whoever asks.
    pools: Mutex<BTreeMap<&'static str, Db>>,
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
        let bus_db = Db::new(&database, BUS.name)?;
        let (bus, own_bus) = bus(config, &bus_db, &secrets, &clock).await.context("bus.url")?;
        let (mailer, outbox): (Arc<dyn Mailer>, _) = if config.mail.url.starts_with("outbox:") {
            let outbox =
                FileOutbox::open(state.join("mail"), Arc::clone(&clock)).context("mail.url: the folder of letters")?;
            (Arc::new(outbox.clone()), Some(outbox))
        } else {
            let mailer = SmtpMailer::try_new(&config.mail.url, &config.mail.from).context("mail.url")?;
            (Arc::new(mailer), None)
        };
        let Memories { cache, shares_cache, queue } = memories(config).context("cache.url")?;
        let secret = secrets.get(SMS_SECRET).await.context("secrets.url")?;
        let (sms, outbox): (Arc<dyn SmsSender>, _) = match config.sms.sender(secret)? {
            Some(sms) => (sms, outbox),
            None => {
                let folder = match outbox {
                    Some(folder) => folder,
                    None => FileOutbox::open(state.join("mail"), Arc::clone(&clock))
                        .context("sms.url: the folder of messages")?,
                };
                (Arc::new(folder.clone()), Some(folder))
            }
        };
        Ok(Self {
            database,
            bus,
            own_bus,
            cache,
            shares_cache,
            queue,
            objects: objects(config).context("objects.url")?,
            mailer,
            sms,
            phones: PhoneConfig {
                prefixes: config.sms.prefixes.clone(),
                per_hour_max: config.sms.per_hour_max,
                network_per_hour_max: config.sms.network_per_hour_max,
            },
            outbox,
            upstreams: upstreams(config, &secrets).await?,
            secrets,
            index: state.join("index"),
            shared_index: shared_index(config, &clock).context("search.url")?,
            synonyms: synonyms(&config.search.synonyms)?,
            pools: Mutex::new(BTreeMap::from([(BUS.name, bus_db)])),
            clock,
        })
    }

    pub fn db(&self, schema: &'static str) -> Result<Db> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(db) = pools.get(schema) {
            return Ok(db.clone());
        }
        let db = Db::new(&self.database, schema)?;
        pools.insert(schema, db.clone());
        Ok(db)
    }

    /// Of every schema that somebody here asked for.
    pub fn pools(&self) -> Vec<Db> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub fn shared_cache(&self) -> Option<Arc<dyn Cache>> {
        self.shares_cache.then(|| Arc::clone(&self.cache))
    }

    pub const fn shares_index(&self) -> bool {
        self.shared_index.is_some()
    }

    /// `instead`: of an embedded index that another process may have open.
    pub fn search_index(&self, instead: Option<&Path>) -> Result<Arc<dyn SearchIndex>> {
        match &self.shared_index {
            Some(index) => Ok(Arc::clone(index)),
            None => {
                let folder = instead.unwrap_or(&self.index);
                Ok(Arc::new(TantivyIndex::open(folder, TEXT_FIELDS).context("search.url")?))
            }
        }
    }

    /// Before the server is stopped: a connection that it ends is one that was in use.
    pub async fn close(&self) {
        for db in self.pools() {
            db.close().await;
        }
    }
}

type ChosenBus = (Arc<dyn Bus>, Option<Arc<PostgresBus>>);

#[cfg_attr(not(feature = "kafka"), allow(clippy::unnecessary_wraps, clippy::unused_async, unused_variables))]
async fn bus(config: &Config, db: &Db, secrets: &Arc<dyn Secrets>, clock: &SharedClock) -> Result<ChosenBus> {
    #[cfg(feature = "kafka")]
    if config.bus.url.starts_with("kafka:") {
        let secret = secrets.get_or_create("bus.seal", 32).await.context("secrets.url")?;
        let bus = svetu_kafka::KafkaBus::try_new(&config.bus.url, secret.expose(), Arc::clone(clock))?;
        return Ok((Arc::new(bus), None));
    }
    let own = PostgresBus::new(db.clone(), BusOptions::default());
    Ok((Arc::<PostgresBus>::clone(&own), Some(own)))
}

/// What may be forgotten.
struct Memories {
    cache: Arc<dyn Cache>,
    shares_cache: bool,
    queue: Arc<dyn Queue>,
}

#[cfg_attr(not(feature = "redis"), allow(clippy::unnecessary_wraps))]
fn memories(config: &Config) -> Result<Memories> {
    let memory = Arc::new(MemoryCache::new(config.cache.memory_mb_max * 1024 * 1024));
    #[cfg(feature = "redis")]
    if config.cache.url.starts_with("redis") {
        let redis = Arc::new(svetu_redis::Redis::try_new(&config.cache.url)?);
        let shared = Arc::new(svetu_redis::RedisCache::new(Arc::clone(&redis)));
        let cache = Arc::new(svetu_redis::WithLocalCounters::new(shared, memory));
        return Ok(Memories { cache, shares_cache: true, queue: Arc::new(svetu_redis::RedisQueue::new(redis)) });
    }
    Ok(Memories { cache: memory, shares_cache: false, queue: Arc::new(MemoryQueue::default()) })
}

#[cfg_attr(not(feature = "opensearch"), allow(clippy::unnecessary_wraps, unused_variables))]
fn shared_index(config: &Config, clock: &SharedClock) -> Result<Option<Arc<dyn SearchIndex>>> {
    #[cfg(feature = "opensearch")]
    if config.search.url.starts_with("opensearch") {
        let index = svetu_opensearch::OpenSearchIndex::try_new(&config.search.url, TEXT_FIELDS, Arc::clone(clock))?;
        return Ok(Some(Arc::new(index)));
    }
    Ok(None)
}

fn objects(config: &Config) -> Result<Arc<dyn ObjectStore>> {
    #[cfg(feature = "s3")]
    if config.objects.url.starts_with("s3:") {
        return Ok(svetu_s3::Bucket::try_new(&config.objects.url)?);
    }
    Ok(svetu_embedded::local_objects(&config.state.folder.join("objects"))?)
}

pub const SMS_SECRET: &str = "identity.sms";

/// Under which name `Secrets` keep the secret of a provider's client.
pub fn upstream_secret(id: &str) -> String {
    format!("identity.upstream.{id}")
}

async fn upstreams(config: &Config, secrets: &Arc<dyn Secrets>) -> Result<Vec<UpstreamConfig>> {
    let mut upstreams = Vec::new();
    for (id, upstream) in &config.identity.upstream {
        let secret = secrets.get(&upstream_secret(id)).await.context("secrets.url")?.with_context(|| {
            format!("identity.upstream.{id}: its client has no secret yet: `svetu identity upstream {id} --secret-file FILE`")
        })?;
        upstreams.push(upstream.settings(id, secret)?);
    }
    Ok(upstreams)
}

fn synonyms(file: &Path) -> Result<Option<String>> {
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("search.synonyms: {}", file.display()))?;
    Ok(Some(text))
}

pub async fn database_config(config: &Config, url: String, secrets: &Arc<dyn Secrets>) -> Result<DbConfig> {
    let roles = secrets.get_or_create("postgres.roles", 32).await.context("the roles' secret")?;
    Ok(DbConfig {
        server: config.postgres.shared(url),
        services: config.postgres.services(),
        roles_secret: Some(roles),
        connections_max: pools::of_each(config.postgres.pool_max),
        replica_lag_max: config.postgres.replica_lag_max(),
    })
}
