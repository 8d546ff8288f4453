//! Calls over HTTP: each ends within its time, answers are bounded, and nobody waits for an engine that is away.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use reqwest::{Method, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use svetu_ports::{Breaker, Leave, SearchIndexError};

use crate::place::{OpenSearchUrlError, Place};

/// Of what a reader waits for.
pub(crate) const READ_MAX: Duration = Duration::from_secs(3);
/// Of one bulk request, and of what changes the cluster.
pub(crate) const WRITE_MAX: Duration = Duration::from_secs(10);
const CONNECT_MAX: Duration = Duration::from_secs(1);
/// Between two tries of an engine that is away, and what one of them may take.
const REST: Duration = Duration::from_secs(1);
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Of an engine's reason, in an error of ours.
const REASON_CHARS_MAX: usize = 300;
const JSON: &str = "application/json";
pub(crate) const LINES: &str = "application/x-ndjson";

pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    user: Option<(String, String)>,
    breaker: Breaker,
}

/// What the engine said, be it a refusal.
pub(crate) struct Answer {
    pub status: u16,
    pub body: Bytes,
}

/// Why the engine refused.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Reason {
    #[serde(rename = "type")]
    pub kind: String,
    pub reason: String,
    root_cause: Vec<Reason>,
    caused_by: Option<Box<Reason>>,
    failed_shards: Vec<FailedShard>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct FailedShard {
    reason: Option<Box<Reason>>,
}

impl Reason {
    pub fn is_no_such_index(&self) -> bool {
        self.kind == "index_not_found_exception"
            || self.root_cause.iter().any(|cause| cause.kind == "index_not_found_exception")
    }

    /// Of what lies deepest.
    pub fn told(&self) -> String {
        let mut deepest = self.failed_shards.iter().find_map(|shard| shard.reason.as_deref()).unwrap_or(self);
        while let Some(cause) = deepest.caused_by.as_deref() {
            deepest = cause;
        }
        format!("{}: {}", deepest.kind, deepest.reason).chars().take(REASON_CHARS_MAX).collect()
    }
}

impl Answer {
    pub const fn is_good(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    pub fn read<T: DeserializeOwned>(&self) -> Result<T, SearchIndexError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| SearchIndexError::Damaged(format!("an answer of OpenSearch cannot be read: {error}")))
    }

    pub fn reason(&self) -> Reason {
        #[derive(Deserialize)]
        struct Refusal {
            error: Reason,
        }
        match serde_json::from_slice::<Refusal>(&self.body) {
            Ok(refusal) => refusal.error,
            Err(_) => {
                let reason = String::from_utf8_lossy(&self.body).chars().take(REASON_CHARS_MAX).collect();
                Reason { kind: "answer".to_owned(), reason, ..Reason::default() }
            }
        }
    }

    /// What was asked is done, or why not.
    pub fn done(self) -> Result<Self, SearchIndexError> {
        if self.is_good() { Ok(self) } else { Err(refusal(self.status, &self.reason())) }
    }
}

/// An engine that has no time, is not whole or does not let us in may yet; whatever else it refuses it will refuse again.
pub(crate) fn refusal(status: u16, reason: &Reason) -> SearchIndexError {
    let told = format!("OpenSearch answered {status}, {}", reason.told());
    match status {
        401 | 403 | 404 | 408 | 429 | 500..=599 => SearchIndexError::Unavailable(told),
        _ => SearchIndexError::Damaged(told),
    }
}

impl Client {
    pub fn try_new(place: &Place) -> Result<Self, OpenSearchUrlError> {
        let broken = |error: String| OpenSearchUrlError::Client(error);
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(pem) = &place.authorities {
            use rustls::pki_types::{CertificateDer, pem::PemObject as _};
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| broken(format!("ca: {error}")))?;
                roots.add(certificate).map_err(|error| broken(format!("ca: {error}")))?;
            }
        }
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| broken(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .use_preconfigured_tls(tls)
            .no_proxy()
            // Bytes on a wire between neighbours are cheaper than the time to press them.
            .no_gzip()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_MAX)
            .pool_max_idle_per_host(32)
            .build()
            .map_err(|error| broken(error.to_string()))?;
        Ok(Self { http, base: place.base.clone(), user: place.user.clone(), breaker: Breaker::new("opensearch", REST) })
    }

    pub async fn get(&self, path: &str) -> Result<Answer, SearchIndexError> {
        self.ask(Method::GET, path, "", Bytes::new(), READ_MAX).await
    }

    pub async fn delete(&self, path: &str) -> Result<Answer, SearchIndexError> {
        self.ask(Method::DELETE, path, "", Bytes::new(), WRITE_MAX).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer, SearchIndexError> {
        self.ask(Method::PUT, path, JSON, text(body), WRITE_MAX).await
    }

    pub async fn post(&self, path: &str, body: &Value, within: Duration) -> Result<Answer, SearchIndexError> {
        self.ask(Method::POST, path, JSON, text(body), within).await
    }

    /// Bodies of lines: `_bulk` and `_msearch`.
    pub async fn post_lines(&self, path: &str, lines: Bytes, within: Duration) -> Result<Answer, SearchIndexError> {
        self.ask(Method::POST, path, LINES, lines, within).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        kind: &'static str,
        body: Bytes,
        within: Duration,
    ) -> Result<Answer, SearchIndexError> {
        match self.breaker.leave(Instant::now()) {
            None => {
                return Err(SearchIndexError::Unavailable(
                    "OpenSearch did not answer several times and is left alone for a second".to_owned(),
                ));
            }
            // Whether it is back is asked of something that takes no time.
            Some(Leave::Probe) => {
                let ping = self.send(Method::GET, "/", "", Bytes::new(), REST).await;
                self.note(&ping);
                ping?;
            }
            Some(Leave::Free) => {}
        }
        let answer = self.send(method, path, kind, body, within).await;
        self.note(&answer);
        answer
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &'static str,
        body: Bytes,
        within: Duration,
    ) -> Result<Answer, SearchIndexError> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind).body(body);
        }
        if let Some((user, password)) = &self.user {
            request = request.basic_auth(user, Some(password));
        }
        match tokio::time::timeout(within, receive(request)).await {
            Ok(answer) => answer,
            // A request that is let go is ended by the engine too.
            Err(_) => Err(SearchIndexError::Unavailable(format!(
                "OpenSearch did not answer within {} ms",
                within.as_millis()
            ))),
        }
    }

    /// What an overloaded or broken engine says counts as no answer; a refusal is one.
    fn note(&self, answer: &Result<Answer, SearchIndexError>) {
        let failed = match answer {
            Ok(answer) => matches!(answer.status, 502..=504).then(|| format!("it answered {}", answer.status)),
            Err(SearchIndexError::Unavailable(error)) => Some(error.clone()),
            Err(_) => None,
        };
        match failed {
            Some(error) => {
                if self.breaker.failed(Instant::now()) {
                    tracing::warn!(error, "OpenSearch is away");
                }
            }
            None => {
                if self.breaker.succeeded() {
                    tracing::info!("OpenSearch answers again");
                }
            }
        }
    }
}

async fn receive(request: reqwest::RequestBuilder) -> Result<Answer, SearchIndexError> {
    let mut response = request.send().await.map_err(gone)?;
    let status = response.status().as_u16();
    let mut body =
        Vec::with_capacity(usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(0).min(ANSWER_BYTES_MAX));
    while let Some(chunk) = response.chunk().await.map_err(gone)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(SearchIndexError::TooLarge("32 MiB of an answer"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, body: body.into() })
}

fn gone(error: reqwest::Error) -> SearchIndexError {
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        told = inner.to_string();
        cause = inner.source();
    }
    SearchIndexError::Unavailable(format!("OpenSearch cannot be reached: {told}"))
}

fn text(body: &Value) -> Bytes {
    body.to_string().into()
}
