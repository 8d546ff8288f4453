use std::{
    collections::BTreeMap,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use svetu_ports::Secret;

use crate::{
    DbError, MayRetry,
    replica::{self, Replica},
};

/// A transaction; the first argument of every function that reads or writes within one.
pub type Tx<'c> = sqlx::Transaction<'c, sqlx::Postgres>;

const ATTEMPTS_MAX: u32 = 5;

/// Where one database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `postgres://owner@host:port/database` of the owner. Services use it with their own role. May lead to a pooler in transaction mode.
    pub url: String,
    /// The same database past the pooler, for what belongs to a session: migrations, the relay's lock, LISTEN.
    pub direct_url: Option<String>,
    /// A streaming replica, for reads that may be a little old.
    pub replica_url: Option<String>,
}

impl Server {
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), direct_url: None, replica_url: None }
    }

    /// For what must not share its session.
    pub fn direct(&self) -> &str {
        self.direct_url.as_ref().unwrap_or(&self.url)
    }
}

/// Where the databases are and how services get in.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// Of every service without one of its own.
    pub server: Server,
    /// By schema.
    pub services: BTreeMap<String, Server>,
    /// What the roles' passwords are derived from; none where the server trusts whoever can reach it.
    pub roles_secret: Option<Secret>,
    /// Per schema, and one more for its relay. The pool starts empty.
    pub connections_max: u32,
    /// A replica that is further behind is not asked.
    pub replica_lag_max: Duration,
}

impl DbConfig {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            server: Server::new(url),
            services: BTreeMap::new(),
            roles_secret: None,
            connections_max: 10,
            replica_lag_max: Duration::from_secs(10),
        }
    }

    pub fn server(&self, schema: &str) -> &Server {
        self.services.get(schema).unwrap_or(&self.server)
    }

    /// HMAC-SHA256 of the role's name, in hex: the same secret gives the same passwords on every machine.
    pub(crate) fn password(&self, role: &str) -> Option<String> {
        let secret = self.roles_secret.as_ref()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
        mac.update(role.as_bytes());
        Some(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn as_role(&self, url: &str, role: &str) -> Result<PgConnectOptions, DbError> {
        let mut options = parse(url)?.username(role).application_name(role).statement_cache_capacity(200);
        if let Some(password) = self.password(role) {
            options = options.password(&password);
        }
        Ok(options)
    }
}

pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, DbError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(DbError::Url(sqlx::Error::Configuration("expected postgres://".into())));
    }
    PgConnectOptions::from_str(url).map_err(DbError::Url)
}

/// The role that a service connects as.
pub fn role_of(schema: &str) -> String {
    format!("svetu_{schema}")
}

/// One service's way to its own schema. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pub(crate) pool: PgPool,
    schema: &'static str,
    direct: Arc<PgConnectOptions>,
    waiting: Arc<AtomicU32>,
    pub(crate) replica: Option<Arc<Replica>>,
}

impl Db {
    /// Opens no connection yet. The role sees its own schema first (`search_path`), then `public` for PostGIS.
    pub fn new(config: &DbConfig, schema: &'static str) -> Result<Self, DbError> {
        let (role, server) = (role_of(schema), config.server(schema));
        let replica = match &server.replica_url {
            Some(url) => {
                // It does not wait: what the replica cannot answer is asked of the primary.
                let pool = pool(config.connections_max).acquire_timeout(replica::ANSWER_MAX);
                let pool = pool.connect_lazy_with(config.as_role(url, &role)?);
                Some(Arc::new(Replica::new(pool, config.replica_lag_max)))
            }
            None => None,
        };
        Ok(Self {
            pool: pool(config.connections_max).connect_lazy_with(config.as_role(&server.url, &role)?),
            schema,
            waiting: Arc::default(),
            direct: Arc::new(config.as_role(server.direct(), &role)?),
            replica,
        })
    }

    /// A pool of one connection that no pooler shares: for LISTEN and for locks that outlive a transaction. Close it, or its lock stays.
    pub fn alone(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(self.direct.as_ref().clone())
    }

    /// The same service on another server.
    pub(crate) fn copy(&self, pool: &PgPool) -> Self {
        Self { pool: pool.clone(), replica: None, ..self.clone() }
    }

    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub const fn schema(&self) -> &'static str {
        self.schema
    }

    /// May be given up at any moment: what has begun meanwhile is rolled back.
    pub async fn begin(&self) -> Result<Tx<'static>, DbError> {
        let connection = {
            let _waiting = Waiting::new(&self.waiting);
            self.pool.acquire().await?
        };
        // In a task, which nobody gives up: sqlx (0.8.4 to 0.9.0, its issue 4385) would leave the transaction open on the connection,
        // and what the connection's next user writes would lie in it.
        let begun = tokio::spawn(Tx::begin(connection, None)).await;
        Ok(begun.map_err(|_| sqlx::Error::WorkerCrashed)??)
    }

    /// How the pool stands.
    pub fn stand(&self) -> PoolStand {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        PoolStand {
            in_use: self.pool.size().saturating_sub(idle),
            idle,
            max: self.pool.options().get_max_connections(),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    /// Does the work in a transaction and commits; does it anew when it lost a race, at most five times in all.
    pub async fn transact<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        E: From<DbError> + MayRetry,
        F: for<'t> FnMut(&'t mut Tx<'static>) -> BoxFuture<'t, Result<T, E>>,
    {
        let mut attempt = 1;
        loop {
            let mut tx = self.begin().await?;
            let result = match work(&mut tx).await {
                Ok(value) => tx.commit().await.map(|()| value).map_err(|error| E::from(DbError::from(error))),
                Err(error) => {
                    // A failed rollback is a lost connection: the server has rolled back by itself.
                    let _ = tx.rollback().await;
                    Err(error)
                }
            };
            match result {
                Err(error) if error.is_retryable() && attempt < ATTEMPTS_MAX => {
                    tracing::debug!(schema = self.schema, attempt, "a transaction lost a race and is done again");
                    tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// Answers when the server does: for readiness.
    pub async fn ping(&self) -> Result<(), DbError> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    pub async fn close(&self) {
        if let Some(replica) = &self.replica {
            replica.pool().close().await;
        }
        self.pool.close().await;
    }
}

/// Connections of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStand {
    pub in_use: u32,
    pub idle: u32,
    pub max: u32,
    /// Transactions that wait for one.
    pub waiting: u32,
}

/// Counts down also when whoever waits goes away.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn pool(connections_max: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .min_connections(0)
        .max_connections(connections_max)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(Duration::from_secs(60))
        .max_lifetime(Duration::from_secs(30 * 60))
}

/// Until the transaction ends nobody else in this database holds the lock of this name.
///
/// # Errors
/// When the database cannot be asked.
pub async fn lock(tx: &mut Tx<'_>, name: &str) -> Result<(), DbError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))").bind(name).execute(&mut **tx).await?;
    Ok(())
}
