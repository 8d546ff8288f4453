//! Short messages to telephones.

pub mod contract;

use async_trait::async_trait;

/// A message that is ready to go: already in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    pub id: uuid::Uuid,
    /// ITU-T E.164: `+381641234567`.
    pub to: String,
    pub text: String,
}

/// Providers repeat the number in what they say: no cause holds it, or the text.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// It will never go there: no number, no telephone, nobody who wants messages.
    #[error("the number was refused")]
    Refused,
    /// Another time it may go, perhaps once more than it should.
    #[error("the provider of messages cannot be reached: {0}")]
    Unavailable(String),
}

/// Each one costs money: whoever sends bounds how many.
#[async_trait]
pub trait SmsSender: Send + Sync + 'static {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError>;
}

/// `+`, no zero first, at most 15 digits.
pub fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
}
