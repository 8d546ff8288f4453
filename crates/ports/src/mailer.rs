//! E-mail out.

pub mod contract;

use async_trait::async_trait;

/// A message that is ready to go: already in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Makes sending idempotent where the provider can: one id, one message.
    pub id: uuid::Uuid,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// A URL that answers the one-click unsubscribe (RFC 8058), for all but security mail.
    pub unsubscribe: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the address was refused")]
    Refused,
    #[error("the mail server cannot be reached: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
