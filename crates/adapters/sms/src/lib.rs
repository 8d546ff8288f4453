//! Short messages out, by providers that speak HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod call;
mod gateway;
mod twilio;

pub use gateway::{GatewayConfig, GatewaySms};
pub use twilio::TwilioSms;

/// By the key of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmsConfigError {
    #[error(
        "sms.url: expected https:// (http:// on 127.0.0.1, [::1] and localhost alone), or twilio:AC… and 32 hexadecimal digits"
    )]
    Url,
    #[error(
        "sms.from: expected a number (+381…), a name of 11 letters and digits at most, or a messaging service (MG…)"
    )]
    From,
    #[error("sms.method: expected GET or POST")]
    Method,
    #[error("sms.headers: expected names and values of headers")]
    Headers,
    #[error(
        "sms: {{to}} and {{text}} have to stand in sms.url or sms.body, {{secret}} in sms.headers or sms.body alone"
    )]
    Template,
    #[error("the provider's secret is no text")]
    Secret,
    #[error("TLS for calls to the provider: {0}")]
    Tls(String),
}
