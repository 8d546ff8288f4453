//! One bounded call.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use svetu_ports::SmsError;
use url::{Host, Url};

use crate::SmsConfigError;

const CALL_MAX: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: usize = 64 * 1024;

pub fn tls() -> Result<rustls::ClientConfig, SmsConfigError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    Ok(rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SmsConfigError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

pub fn client() -> Result<Client, SmsConfigError> {
    Client::builder()
        .use_preconfigured_tls(tls()?)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(CALL_MAX)
        .pool_max_idle_per_host(2)
        .build()
        .map_err(|error| SmsConfigError::Tls(error.to_string()))
}

/// Secrets and codes go in clear to this machine alone.
pub fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

/// The status, and as much of the answer as may be.
pub async fn answer(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), SmsError> {
    let failed = |error: reqwest::Error| SmsError::Unavailable(error.without_url().to_string());
    let mut answer = request.send().await.map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(SmsError::Unavailable("its answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((answer.status(), body))
}
