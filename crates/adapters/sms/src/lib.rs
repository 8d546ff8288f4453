//! Short messages out, by providers that speak HTTP or SMPP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod call;
mod gateway;
mod smpp;
mod twilio;

pub use gateway::{GatewayConfig, GatewaySms};
pub use smpp::{SmppConfig, SmppSms, SmppTimes};
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
    #[error(
        "sms.url: expected smpps://system_id@host:port, or smpp:// on 127.0.0.1, [::1] and localhost, or smpp+insecure:// where nobody listens; system_id of 15 characters at most, ?system_type=… of 12"
    )]
    Smpp,
    #[error("the password of an SMS centre has 8 characters at most")]
    SmppPassword,
    #[error("the provider's secret is no text")]
    Secret,
    #[error("TLS for calls to the provider: {0}")]
    Tls(String),
}
