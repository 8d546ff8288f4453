//! Photos from other servers. The address comes from a stranger's file, so it must not become a way into this network.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header, redirect,
};
use svetu_http::is_public;
use tokio::sync::Semaphore;

use crate::{
    config::MediaConfig,
    photo::{BYTES_MAX, PhotoError},
};

const REDIRECTS_MAX: u32 = 3;
const URL_BYTES_MAX: usize = 2_000;

/// Why a photo was not fetched. What the other server answered is not told: it could be somebody's inner page.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("not an http or https address without user name and with the usual port")]
    Url,
    #[error("the address is not a public one")]
    Private,
    #[error("the server redirects more than {REDIRECTS_MAX} times")]
    Redirects,
    #[error("the server answered {0}")]
    Status(u16),
    #[error("the photo did not arrive in time")]
    Slow,
    #[error("the server cannot be reached: {0}")]
    Unreachable(#[source] reqwest::Error),
    #[error("the client cannot be built: {0}")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Photo(#[from] PhotoError),
}

/// A bounded client: no proxy, no cookies, no private addresses, few redirects, a bound on bytes and on time.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    places: Semaphore,
    timeout: std::time::Duration,
    private: bool,
}

impl Fetcher {
    pub fn try_new(config: &MediaConfig) -> Result<Self, FetchError> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| FetchError::Client(Box::new(error)))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .use_preconfigured_tls(tls)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .dns_resolver(Arc::new(PublicOnly { private: config.fetch_private }))
            .timeout(config.fetch_timeout)
            .connect_timeout(config.fetch_timeout / 2)
            .pool_max_idle_per_host(1)
            .user_agent("svetu-media/1 (photo import)")
            .build()
            .map_err(|error| FetchError::Client(Box::new(error)))?;
        Ok(Self {
            client,
            places: Semaphore::new(config.fetches_max.max(1)),
            timeout: config.fetch_timeout,
            private: config.fetch_private,
        })
    }

    pub async fn fetch(&self, url: &str) -> Result<Bytes, FetchError> {
        let _place = self.places.acquire().await.map_err(|error| FetchError::Client(Box::new(error)))?;
        tokio::time::timeout(self.timeout, self.follow(url)).await.map_err(|_| FetchError::Slow)?
    }

    async fn follow(&self, url: &str) -> Result<Bytes, FetchError> {
        let mut url = checked(url, self.private)?;
        for _ in 0..=REDIRECTS_MAX {
            let response = self.client.get(url.clone()).send().await.map_err(unreachable)?;
            let status = response.status();
            if status.is_redirection() {
                let next = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
                let next = next.and_then(|next| url.join(next).ok()).ok_or(FetchError::Status(status.as_u16()))?;
                url = checked(next.as_str(), self.private)?;
                continue;
            }
            if status != reqwest::StatusCode::OK {
                return Err(FetchError::Status(status.as_u16()));
            }
            return body(response).await;
        }
        Err(FetchError::Redirects)
    }
}

async fn body(mut response: reqwest::Response) -> Result<Bytes, FetchError> {
    let too_many = |bytes: u64| PhotoError::TooManyBytes { bytes, bytes_max: BYTES_MAX as u64 };
    if let Some(bytes) = response.content_length().filter(|bytes| *bytes > BYTES_MAX as u64) {
        return Err(too_many(bytes).into());
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > BYTES_MAX {
            return Err(too_many((bytes.len() + chunk.len()) as u64).into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// The resolver's refusal arrives wrapped in a connection error.
fn unreachable(error: reqwest::Error) -> FetchError {
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        if cause.is::<NotPublic>() {
            return FetchError::Private;
        }
        source = cause.source();
    }
    if error.is_timeout() { FetchError::Slow } else { FetchError::Unreachable(error) }
}

/// Names are checked when they are resolved; an address written as the host never reaches the resolver, so it is checked here.
fn checked(text: &str, private: bool) -> Result<Url, FetchError> {
    if text.len() > URL_BYTES_MAX {
        return Err(FetchError::Url);
    }
    let url = Url::parse(text).map_err(|_| FetchError::Url)?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if !plain || (url.port().is_some() && !private) {
        return Err(FetchError::Url);
    }
    let host = url.host_str().ok_or(FetchError::Url)?;
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>()
        && !private
        && !is_public(address)
    {
        return Err(FetchError::Private);
    }
    Ok(url)
}

#[derive(Debug, thiserror::Error)]
#[error("the name stands for an address that is not public")]
struct NotPublic;

/// The connection is made to the very addresses that were checked: a name cannot answer differently the second time.
#[derive(Debug)]
struct PublicOnly {
    private: bool,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One private address among public ones is already an attempt.
            if !private && !found.iter().all(|address| is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_disguise_are_refused() {
        // The URL standard reads these hosts as 127.0.0.1.
        for url in [
            "http://127.1/a",
            "http://0x7f.1/a",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
        ] {
            assert!(matches!(checked(url, false), Err(FetchError::Private)), "{url}");
        }
        for url in [
            "file:///etc/passwd",
            "ftp://a.rs/",
            "http://u:p@a.rs/",
            "https://a.rs:6379/",
            "gopher://a.rs",
            "//a.rs/x",
            "data:,x",
        ] {
            assert!(matches!(checked(url, false), Err(FetchError::Url)), "{url}");
        }
        assert!(checked("https://a.rs/x.jpg", false).is_ok());
    }

    #[tokio::test]
    async fn names_of_this_machine_are_refused() {
        let fetcher = Fetcher::try_new(&MediaConfig::default()).unwrap();
        assert!(matches!(fetcher.fetch("http://localhost/a.jpg").await, Err(FetchError::Private)));
    }
}
