use std::{
    error::Error,
    time::{Duration, Instant},
};

use redis::{
    Client, FromRedisValue, RedisResult, ScriptInvocation,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use svetu_ports::Breaker;

/// An engine that takes longer is none.
const CALL_MAX: Duration = Duration::from_millis(500);
/// Between two tries of a server that is away.
const REST: Duration = Duration::from_secs(1);
/// Commands on their way at once; the rest waits within its time.
const CONCURRENT_MAX: usize = 1_024;

#[derive(Debug, thiserror::Error)]
#[error("expected redis://user:password@host:port/database, or rediss:// for TLS: {0}")]
pub struct RedisUrlError(#[source] redis::RedisError);

/// Every call ends within half a second; one that fails is not tried again, since it may have had its effect.
pub struct Redis {
    connection: ConnectionManager,
    breaker: Breaker,
}

impl Redis {
    /// Connects with the first call: a platform starts without it. Asks for a running Tokio.
    ///
    /// # Errors
    /// When the URL is none of Redis.
    pub fn try_new(url: &str) -> Result<Self, RedisUrlError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CALL_MAX))
            .set_response_timeout(Some(CALL_MAX))
            .set_number_of_retries(1)
            .set_concurrency_limit(CONCURRENT_MAX);
        let client = Client::open(url).map_err(RedisUrlError)?;
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(RedisUrlError)?;
        Ok(Self { connection, breaker: Breaker::new("redis", REST) })
    }

    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, Box<dyn Error + Send + Sync>> {
        let mut connection = self.connection.clone();
        self.bounded(command.query_async(&mut connection)).await
    }

    /// All of them or none.
    pub(crate) async fn together<T: FromRedisValue>(
        &self,
        commands: &redis::Pipeline,
    ) -> Result<T, Box<dyn Error + Send + Sync>> {
        let mut connection = self.connection.clone();
        self.bounded(commands.query_async(&mut connection)).await
    }

    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Box<dyn Error + Send + Sync>> {
        let mut connection = self.connection.clone();
        self.bounded(script.invoke_async(&mut connection)).await
    }

    async fn bounded<T>(&self, work: impl Future<Output = RedisResult<T>>) -> Result<T, Box<dyn Error + Send + Sync>> {
        if self.breaker.leave(Instant::now()).is_none() {
            return Err("Redis did not answer several times and is left alone for a second".into());
        }
        let result = match tokio::time::timeout(CALL_MAX, work).await {
            Ok(result) => result.map_err(|error| Box::new(error) as Box<dyn Error + Send + Sync>),
            Err(_) => Err(format!("Redis did not answer within {} ms", CALL_MAX.as_millis()).into()),
        };
        match &result {
            Ok(_) => {
                if self.breaker.succeeded() {
                    tracing::info!("Redis answers again");
                }
            }
            Err(error) => {
                if self.breaker.failed(Instant::now()) {
                    tracing::warn!(%error, "Redis is away; the platform goes on without it");
                }
            }
        }
        result
    }
}
