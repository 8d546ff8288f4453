//! Keys and passwords of the platform itself.

pub mod contract;

use async_trait::async_trait;

/// Secret bytes; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("the secret store cannot be opened: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the secret store was changed from outside or its key is another one")]
    Tampered,
}

#[async_trait]
pub trait Secrets: Send + Sync + 'static {
    async fn get(&self, name: &str) -> Result<Option<Secret>, SecretError>;
    async fn put(&self, name: &str, secret: &Secret) -> Result<(), SecretError>;
    /// The secret, made of `len` random bytes if there is none: every caller gets the same one.
    async fn get_or_create(&self, name: &str, len: usize) -> Result<Secret, SecretError>;
}
