use std::sync::atomic::{AtomicU64, Ordering};

use svetu_contracts::ContractError;
use svetu_ports::HandlerError;

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Any failure of a statement; ask [`DbError::is_retryable`], [`DbError::is_unavailable`], [`DbError::is_unique`].
    #[error(transparent)]
    Sql(sqlx::Error),
    #[error("the migrations of schema {schema} failed: {source}")]
    Migrate { schema: &'static str, source: Box<sqlx::migrate::MigrateError> },
    #[error("somebody else is migrating this database and does not finish")]
    MigratedElsewhere,
    #[error("the database URL is not one of PostgreSQL: {0}")]
    Url(#[source] sqlx::Error),
    #[error("the event has {bytes} bytes, at most {bytes_max} are carried")]
    EventTooLarge { bytes: usize, bytes_max: usize },
    #[error("stored JSON has another shape than expected: {0}")]
    Json(#[from] serde_json::Error),
}

/// Of all pools of the process.
static POOL_TIMEOUTS: AtomicU64 = AtomicU64::new(0);

/// How often a pool had no connection in time.
pub fn pool_timeouts() -> u64 {
    POOL_TIMEOUTS.load(Ordering::Relaxed)
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            POOL_TIMEOUTS.fetch_add(1, Ordering::Relaxed);
        }
        Self::Sql(error)
    }
}

/// What `Db::transact` asks of a service's error.
pub trait MayRetry {
    /// The transaction lost a race (SQLSTATE 40001, 40P01) and the same work may succeed when done again.
    fn is_retryable(&self) -> bool;
}

impl DbError {
    fn sqlstate(&self) -> Option<String> {
        match self {
            Self::Sql(sqlx::Error::Database(error)) => error.code().map(std::borrow::Cow::into_owned),
            Self::Sql(_) | Self::Migrate { .. } | Self::MigratedElsewhere | Self::Url(_) => None,
            Self::EventTooLarge { .. } | Self::Json(_) => None,
        }
    }

    /// A unique constraint or index of this name was violated.
    pub fn is_unique(&self, constraint: &str) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(error))
            if error.is_unique_violation() && error.constraint() == Some(constraint))
    }

    /// The table is not there (SQLSTATE 42P01).
    pub fn is_undefined_table(&self) -> bool {
        self.sqlstate().as_deref() == Some("42P01")
    }

    /// The server cannot be reached, is starting or stopping, or the pool had no connection in time.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Sql(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed,
            ) => true,
            _ => self.sqlstate().is_some_and(|code| {
                code.starts_with("08") || code.starts_with("57P") || matches!(code.as_str(), "53300" | "53200")
            }),
        }
    }
}

impl MayRetry for DbError {
    fn is_retryable(&self) -> bool {
        self.sqlstate().is_some_and(|code| matches!(code.as_str(), "40001" | "40P01"))
    }
}

impl From<DbError> for HandlerError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Json(_) | DbError::EventTooLarge { .. } => Self::Poison(error.to_string()),
            DbError::Sql(_) if error.is_unavailable() => Self::Unavailable(error.to_string()),
            DbError::Sql(_) | DbError::Migrate { .. } | DbError::MigratedElsewhere | DbError::Url(_) => {
                Self::Transient(error.to_string())
            }
        }
    }
}

impl From<DbError> for ContractError {
    fn from(error: DbError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
