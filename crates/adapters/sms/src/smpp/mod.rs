//! An SMS centre that speaks SMPP 3.4: one bound session, kept alive, made anew when it breaks.

mod message;
mod session;

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use rusmpp::{pdus::BindTransmitter, types::COctetString, values::InterfaceVersion};
use rustls::{ClientConfig, pki_types::ServerName};
use svetu_ports::{Secret, Sms, SmsError, SmsSender, sms::is_e164};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{mpsc, oneshot},
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::{SmsConfigError, call::tls};
use message::Source;
use session::Order;

/// As SMPP's port is registered.
const PORT: u16 = 2775;
/// Messages that wait for the one that is on its way; further ones wait where they come from.
const WAITING_MAX: usize = 32;
/// A message, with its place in the queue and a new session.
const SEND_MAX: Duration = Duration::from_secs(30);

pub struct SmppConfig {
    /// `smpps://system_id@host:port`, `smpp://…` on this machine, `smpp+insecure://…` elsewhere; `?system_type=…`.
    pub url: String,
    pub password: Secret,
    pub from: String,
}

/// How long what may last.
#[derive(Debug, Clone, Copy)]
pub struct SmppTimes {
    /// Of a session without words the centre is asked whether it is there.
    pub enquire_every: Duration,
    pub connect_max: Duration,
    pub answer_max: Duration,
    /// After a session that could not be had, twice as long each time, and after a centre that wants less.
    pub rest: Duration,
    pub rest_max: Duration,
}

impl Default for SmppTimes {
    fn default() -> Self {
        Self {
            enquire_every: Duration::from_secs(30),
            connect_max: Duration::from_secs(10),
            answer_max: Duration::from_secs(10),
            rest: Duration::from_secs(1),
            rest_max: Duration::from_secs(60),
        }
    }
}

pub struct SmppSms {
    centre: Arc<Centre>,
    source: Source,
    /// The session begins with the first message.
    orders: OnceLock<mpsc::Sender<Order>>,
}

/// Where the session is with, and as whom.
struct Centre {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    bind: BindTransmitter,
    times: SmppTimes,
}

trait Stream: AsyncRead + AsyncWrite + Send {}
impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

impl Centre {
    async fn connect(&self) -> std::io::Result<Pin<Box<dyn Stream>>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(match &self.tls {
            Some((connector, name)) => Box::pin(connector.connect(name.clone(), stream).await?),
            None => Box::pin(stream),
        })
    }
}

impl SmppSms {
    pub fn try_new(config: SmppConfig) -> Result<Self, SmsConfigError> {
        Self::with(config, tls()?, SmppTimes::default())
    }

    pub fn with(config: SmppConfig, tls: ClientConfig, times: SmppTimes) -> Result<Self, SmsConfigError> {
        let SmppConfig { url, password, from } = config;
        let url = Url::parse(&url).map_err(|_| SmsConfigError::Smpp)?;
        let encrypted = match url.scheme() {
            "smpps" => true,
            "smpp" if is_here(&url) => false,
            "smpp+insecure" => false,
            _ => return Err(SmsConfigError::Smpp),
        };
        let (host, shown) = match url.host() {
            Some(Host::Ipv6(address)) => (address.to_string(), address.to_string()),
            Some(host) => (host.to_string(), host.to_string()),
            None => return Err(SmsConfigError::Smpp),
        };
        let port = match (url.port(), encrypted) {
            (Some(port), _) => port,
            (None, false) => PORT,
            // None is registered.
            (None, true) => return Err(SmsConfigError::Smpp),
        };
        // The password's place is the secrets.
        if url.password().is_some() || url.username().is_empty() || !matches!(url.path(), "" | "/") {
            return Err(SmsConfigError::Smpp);
        }
        let mut system_type = String::new();
        for (name, value) in url.query_pairs() {
            match &*name {
                "system_type" => system_type = value.into_owned(),
                _ => return Err(SmsConfigError::Smpp),
            }
        }
        let name = ServerName::try_from(shown).map_err(|_| SmsConfigError::Smpp)?;
        let bind = BindTransmitter::builder()
            .system_id(text(url.username())?)
            .password(COctetString::from_vec(ended(password.expose())).map_err(|_| SmsConfigError::SmppPassword)?)
            .system_type(text(&system_type)?)
            .interface_version(InterfaceVersion::Smpp3_4)
            .build();
        Ok(Self {
            centre: Arc::new(Centre {
                host,
                port,
                tls: encrypted.then(|| (TlsConnector::from(Arc::new(tls)), name)),
                bind,
                times,
            }),
            source: Source::parse(&from).ok_or(SmsConfigError::From)?,
            orders: OnceLock::new(),
        })
    }

    fn orders(&self) -> &mpsc::Sender<Order> {
        self.orders.get_or_init(|| {
            let (orders, waiting) = mpsc::channel(WAITING_MAX);
            tokio::spawn(session::run(Arc::clone(&self.centre), waiting));
            orders
        })
    }
}

fn is_here(url: &Url) -> bool {
    // Of a scheme that the URL standard does not know the host is a name, whatever it looks like.
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// As SMPP writes text: with a NUL at its end.
fn ended(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0]].concat()
}

fn text<const MAX: usize>(text: &str) -> Result<COctetString<1, MAX>, SmsConfigError> {
    COctetString::from_vec(ended(text.as_bytes())).map_err(|_| SmsConfigError::Smpp)
}

#[async_trait]
impl SmsSender for SmppSms {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        if !is_e164(&sms.to) {
            return Err(SmsError::Refused);
        }
        let parts = message::parts(&self.source, sms)?;
        let (answer, answered) = oneshot::channel();
        let gone = || SmsError::Unavailable("the session is over".to_owned());
        let sent = async {
            self.orders().send(Order { parts, answer }).await.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        };
        tokio::time::timeout(SEND_MAX, sent)
            .await
            .unwrap_or_else(|_| Err(SmsError::Unavailable("the centre takes too long".to_owned())))
    }
}
