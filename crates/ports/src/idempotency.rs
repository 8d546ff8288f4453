//! Replies kept by `Idempotency-Key`, so that a repeated request is answered and not repeated
//! (IETF draft-ietf-httpapi-idempotency-key-header).

use async_trait::async_trait;
use bytes::Bytes;
use svetu_kernel::Timestamp;
use uuid::Uuid;

/// What was answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReply {
    pub status: u16,
    /// Lower-case names; only those that a replay needs.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdempotencyState {
    /// The key is taken: run the request, then `complete` or `abandon` with this ticket. `thing` is the id of what it creates: the
    /// same when an earlier attempt was lost, whose effect may be there already.
    Fresh { ticket: Uuid, thing: Uuid },
    /// It ran before: this was the answer.
    Replay(StoredReply),
    /// The key was used with another request.
    Mismatch,
    /// The first one has not ended yet.
    InFlight,
}

#[derive(Debug, thiserror::Error)]
#[error("the store of replies cannot be reached: {0}")]
pub struct IdempotencyError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

#[async_trait]
pub trait IdempotencyStore: Send + Sync + 'static {
    /// Takes the key in its scope (who and which operation). A request in flight for more than a minute counts as lost.
    async fn begin(
        &self,
        scope: &str,
        key: &str,
        fingerprint: [u8; 32],
        now: Timestamp,
    ) -> Result<IdempotencyState, IdempotencyError>;
    /// Keeps the reply for 24 hours.
    async fn complete(&self, scope: &str, key: &str, ticket: Uuid, reply: StoredReply) -> Result<(), IdempotencyError>;
    /// Gives the key back: the request had no effect.
    async fn abandon(&self, scope: &str, key: &str, ticket: Uuid) -> Result<(), IdempotencyError>;
}
