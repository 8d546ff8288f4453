use std::{str::FromStr, time::Duration};

use futures::future::BoxFuture;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use svetu_ports::Secret;

use crate::{DbError, MayRetry};

/// A transaction; the first argument of every function that reads or writes within one.
pub type Tx<'c> = sqlx::Transaction<'c, sqlx::Postgres>;

const ATTEMPTS_MAX: u32 = 5;

/// Where the database is and how services get in.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// `postgres://owner@host:port/database` of the owner, who migrates. Services use it with their own role.
    pub url: String,
    /// What the roles' passwords are derived from; none where the server trusts whoever can reach it.
    pub roles_secret: Option<Secret>,
    /// Per schema, and one more for its relay. The pool starts empty.
    pub connections_max: u32,
}

impl DbConfig {
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), roles_secret: None, connections_max: 10 }
    }

    pub(crate) fn owner(&self) -> Result<PgConnectOptions, DbError> {
        if !self.url.starts_with("postgres://") && !self.url.starts_with("postgresql://") {
            return Err(DbError::Url(sqlx::Error::Configuration("expected postgres://".into())));
        }
        PgConnectOptions::from_str(&self.url)
            .map(|options| options.application_name("svetu-migrate"))
            .map_err(DbError::Url)
    }

    /// HMAC-SHA256 of the role's name, in hex: the same secret gives the same passwords on every machine.
    pub(crate) fn password(&self, role: &str) -> Option<String> {
        let secret = self.roles_secret.as_ref()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
        mac.update(role.as_bytes());
        Some(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The role that a service connects as.
pub fn role_of(schema: &str) -> String {
    format!("svetu_{schema}")
}

/// One service's way to its own schema. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
    schema: &'static str,
}

impl Db {
    /// Opens no connection yet. The role sees its own schema first (`search_path`), then `public` for PostGIS.
    pub fn new(config: &DbConfig, schema: &'static str) -> Result<Self, DbError> {
        let role = role_of(schema);
        let mut options = config.owner()?.username(&role).application_name(&role).statement_cache_capacity(200);
        if let Some(password) = config.password(&role) {
            options = options.password(&password);
        }
        let pool = PgPoolOptions::new()
            .min_connections(0)
            .max_connections(config.connections_max)
            .acquire_timeout(Duration::from_secs(10))
            .idle_timeout(Duration::from_secs(60))
            .max_lifetime(Duration::from_secs(30 * 60))
            .connect_lazy_with(options);
        Ok(Self { pool, schema })
    }

    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub const fn schema(&self) -> &'static str {
        self.schema
    }

    pub async fn begin(&self) -> Result<Tx<'static>, DbError> {
        Ok(self.pool.begin().await?)
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
        self.pool.close().await;
    }
}

/// Until the transaction ends nobody else in this database holds the lock of this name.
///
/// # Errors
/// When the database cannot be asked.
pub async fn lock(tx: &mut Tx<'_>, name: &str) -> Result<(), DbError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))").bind(name).execute(&mut **tx).await?;
    Ok(())
}
