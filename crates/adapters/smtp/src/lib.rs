//! E-mail out by SMTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

use std::time::Duration;

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use svetu_ports::{Mail, MailError, Mailer};

const SEND_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    #[error(
        "mail.url: expected smtp://, smtps:// or smtp+insecure:// with a host, and user and password if it wants them"
    )]
    Url,
    #[error(
        "mail.url: smtp+insecure:// sends passwords and letters in clear; it is allowed for 127.0.0.1, [::1] and localhost only"
    )]
    Insecure,
    #[error("mail.from: expected an address such as `Sve Tu <ne-odgovaraj@example.rs>`")]
    From,
}

pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The right side of `Message-ID`.
    domain: String,
}

impl SmtpMailer {
    pub fn try_new(url: &str, from: &str) -> Result<Self, SmtpError> {
        let from: Mailbox = from.parse().map_err(|_| SmtpError::From)?;
        let url = match url.split_once("://") {
            Some(("smtp+insecure", rest)) => {
                let host = rest.rsplit('@').next().unwrap_or(rest);
                let local = ["127.0.0.1", "[::1]", "localhost"].iter().any(|name| {
                    host.strip_prefix(name).is_some_and(|after| after.is_empty() || after.starts_with([':', '/']))
                });
                if !local {
                    return Err(SmtpError::Insecure);
                }
                format!("smtp://{rest}")
            }
            Some(("smtp", rest)) => format!("smtp://{rest}{}tls=required", if rest.contains('?') { '&' } else { '?' }),
            Some(("smtps", _)) => url.to_owned(),
            _ => return Err(SmtpError::Url),
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map_err(|_| SmtpError::Url)?
            .timeout(Some(SEND_MAX))
            .build();
        let domain = from.email.domain().to_owned();
        Ok(Self { transport, from, domain })
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        let to: Mailbox = mail.to.parse().map_err(|_| MailError::Refused)?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain)));
        if let Some(url) = &mail.unsubscribe {
            builder = builder.header(ListUnsubscribe(format!("<{url}>"))).header(OneClick);
        }
        builder
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| MailError::Unavailable(Box::new(error)))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail)?;
        let sent = tokio::time::timeout(SEND_MAX, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Refused),
            Ok(Err(error)) => Err(MailError::Unavailable(Box::new(error))),
            Err(late) => Err(MailError::Unavailable(Box::new(late))),
        }
    }
}

/// RFC 2369 §3.2.
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }
    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// RFC 8058 §3.1.
#[derive(Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}
