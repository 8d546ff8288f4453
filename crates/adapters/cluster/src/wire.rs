//! A contract's call as gRPC: `/svetu.geo.v1.Geo/find`, one envelope for all messages.
//!
//! What is in the envelope are the contract's own types (docs/adr/0002), as JSON: named members, additive only, so that two versions
//! of the platform understand each other. Bytes travel beside it.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use axum::{Router, routing::any_service};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::uri::{Authority, PathAndQuery};
use serde::{Serialize, de::DeserializeOwned};
use svetu_contracts::ContractError;
use svetu_ports::trace::{Kind, Span, TraceContext};
use tokio::time::{Instant, timeout_at};
use tonic::{Code, Request, Response, Status, client::Grpc};
use tonic_prost::ProstCodec;

use crate::{
    calls::{Calls, Cut, Held},
    peers::{Again, Body, Http, PeerError, Peers, Sent, Tried, send},
};

/// A thousand short rows.
const SMALL_BYTES_MAX: usize = 1024 * 1024;
/// A thousand ads with their texts and pictures.
const BULK_BYTES_MAX: usize = 64 * 1024 * 1024;
pub const TIMEOUT: &str = "grpc-timeout";

/// `message Envelope { string json = 1; repeated bytes files = 2; }`
#[derive(Clone, PartialEq, prost::Message)]
pub struct Envelope {
    #[prost(string, tag = "1")]
    pub json: String,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub files: Vec<Bytes>,
}

impl Envelope {
    pub fn of(value: &impl Serialize) -> Result<Self, ContractError> {
        let json = serde_json::to_string(value).map_err(|error| ContractError::Refused(error.to_string()))?;
        Ok(Self { json, files: Vec::new() })
    }

    pub fn open<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.json)
    }
}

/// The callers' half: one contract of the processes that keep it.
#[derive(Debug, Clone)]
pub struct Caller {
    peers: Arc<Peers>,
    service: &'static str,
}

/// One method, as both halves of its contract know it.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    pub name: &'static str,
    pub bounds: Bounds,
    pub again: Again,
    /// Roles that may ask; nobody else is answered.
    pub callers: &'static [&'static str],
}

/// Of a call, whatever its caller says.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Until the answer is with its caller.
    pub within: Duration,
    /// Of the question and of the answer.
    pub message_bytes_max: usize,
}

impl Bounds {
    pub const fn small(within: Duration) -> Self {
        Self { within, message_bytes_max: SMALL_BYTES_MAX }
    }

    pub const fn bulk(within: Duration) -> Self {
        Self { within, message_bytes_max: BULK_BYTES_MAX }
    }

    pub const fn is_bulk(self) -> bool {
        self.message_bytes_max > SMALL_BYTES_MAX
    }
}

impl Caller {
    pub const fn new(peers: Arc<Peers>, service: &'static str) -> Self {
        Self { peers, service }
    }

    pub async fn call<A: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        arguments: &A,
    ) -> Result<T, ContractError> {
        let answer = self.send(method, Envelope::of(arguments)?).await?;
        answer.open().map_err(|error| self.misread(method, &error))
    }

    pub fn misread(&self, method: Method, error: &serde_json::Error) -> ContractError {
        ContractError::Unavailable(format!("{}/{}: the answer is not understood: {error}", self.service, method.name))
    }

    /// # Errors
    /// What the service says, or [`ContractError::Unavailable`] when it says nothing in time.
    pub async fn send(&self, method: Method, envelope: Envelope) -> Result<Envelope, ContractError> {
        let (bytes, bytes_max) = (prost::Message::encoded_len(&envelope), method.bounds.message_bytes_max);
        if bytes > bytes_max {
            return Err(ContractError::Refused(format!("{}: {bytes} bytes, at most {bytes_max}", method.name)));
        }
        let path = format!("/{}/{}", self.service, method.name);
        let path = PathAndQuery::try_from(path).map_err(|error| ContractError::Refused(error.to_string()))?;
        let deadline = Instant::now() + method.bounds.within;
        let mut span =
            spanned(Span::below_current(rpc_name(self.service, method.name), Kind::Client), self.service, method.name);
        let parent = span.context();
        // An envelope is here as a whole.
        let sent = || Sent::Whole;
        let answered = self.peers.ask(method.again, deadline, sent, |http, authority| {
            let (path, envelope) = (path.clone(), envelope.clone());
            Box::pin(once(http, authority, path, envelope, parent, deadline, bytes_max))
        });
        let answered = answered.await;
        let code = match &answered {
            Ok(Ok(_)) => Code::Ok,
            Ok(Err(status)) => status.code(),
            Err(PeerError::Late { .. }) => Code::DeadlineExceeded,
            Err(PeerError::Unreachable { .. } | PeerError::Broken { .. } | PeerError::Unfinished { .. }) => {
                Code::Unavailable
            }
        };
        ended(&mut span, code);
        match answered {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(status)) => Err(refusal(&status)),
            Err(error) => {
                tracing::warn!(%error, service = self.service, method = method.name, "a contract was not answered");
                Err(ContractError::Unavailable(error.to_string()))
            }
        }
    }
}

fn rpc_name(service: &str, method: &str) -> String {
    format!("{service}/{method}")
}

/// By the conventions of OpenTelemetry for calls.
fn spanned(mut span: Span, service: &'static str, method: &'static str) -> Span {
    span.set("rpc.system", "grpc");
    span.set("rpc.service", service);
    span.set("rpc.method", method);
    span
}

/// What the caller made wrong is no failure of who answers.
fn ended(span: &mut Span, code: Code) {
    span.set("rpc.grpc.status_code", i64::from(code as i32));
    match code {
        Code::Unknown
        | Code::DeadlineExceeded
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => span.failed((code as i32).to_string()),
        Code::Ok
        | Code::Cancelled
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unauthenticated => {}
    }
}

async fn once(
    http: Http,
    authority: Authority,
    path: PathAndQuery,
    envelope: Envelope,
    parent: TraceContext,
    deadline: Instant,
    bytes_max: usize,
) -> Tried<Result<Envelope, Status>> {
    let failed = Arc::new(parking_lot::Mutex::new(None));
    let channel = {
        let failed = Arc::clone(&failed);
        tower::service_fn(move |request: http::Request<Body>| {
            let (http, authority, failed) = (http.clone(), authority.clone(), Arc::clone(&failed));
            async move {
                match send(http, authority, request).await {
                    Tried::Answer(response) => Ok(response),
                    Tried::Unsent(cause) => Err(note(&failed, Tried::Unsent(cause))),
                    Tried::Broken(cause) => Err(note(&failed, Tried::Broken(cause))),
                }
            }
        })
    };
    let mut request = Request::new(envelope);
    request.set_timeout(deadline.saturating_duration_since(Instant::now()));
    if let Ok(parent) = parent.to_string().parse() {
        request.metadata_mut().insert(TraceContext::HEADER, parent);
    }
    let mut client = Grpc::new(channel).max_decoding_message_size(bytes_max).max_encoding_message_size(bytes_max);
    let codec = ProstCodec::<Envelope, Envelope>::default();
    let answered = client.unary(request, path, codec).await;
    if let Some(failure) = failed.lock().take() {
        return failure;
    }
    match answered {
        Ok(response) => Tried::Answer(Ok(response.into_inner())),
        // The connection ended between the head and the trailers, or the process is leaving.
        Err(status) if status.code() == Code::Unavailable && status.message().is_empty() => {
            Tried::Broken("it is leaving".to_owned())
        }
        Err(status) if std::error::Error::source(&status).is_some() => Tried::Broken(svetu_http::chain(&status)),
        Err(status) => Tried::Answer(Err(status)),
    }
}

type Failure = Tried<Result<Envelope, Status>>;

fn note(failed: &parking_lot::Mutex<Option<Failure>>, failure: Failure) -> Status {
    *failed.lock() = Some(failure);
    Status::unavailable("the peer is gone")
}

fn refusal(status: &Status) -> ContractError {
    let said = status.message().to_owned();
    match status.code() {
        Code::NotFound => ContractError::NotFound,
        Code::FailedPrecondition => ContractError::Refused(said),
        _ => ContractError::Unavailable(format!("{:?}: {said}", status.code())),
    }
}

/// The keepers' half of [`refusal`].
pub fn status_of(error: ContractError) -> Status {
    match error {
        ContractError::NotFound => Status::not_found("not found"),
        ContractError::Refused(said) => Status::failed_precondition(said),
        ContractError::Unavailable(said) => Status::unavailable(said),
    }
}

/// Answers one call with what the service says, within the caller's time.
pub async fn answer<A, T, F>(envelope: Envelope, ask: impl FnOnce(A) -> F) -> Result<Envelope, Status>
where
    A: DeserializeOwned,
    T: Serialize,
    F: Future<Output = Result<T, ContractError>>,
{
    let arguments = envelope.open().map_err(|error| Status::invalid_argument(error.to_string()))?;
    let said = ask(arguments).await.map_err(status_of)?;
    Envelope::of(&said).map_err(status_of)
}

/// What answers a contract's methods, by their names.
pub type Keep = Arc<dyn Fn(&'static str, Envelope) -> BoxFuture<'static, Result<Envelope, Status>> + Send + Sync>;

/// The route of one method: its calls with their trace and within their bounds.
pub fn route(service: &'static str, method: Method, keep: Keep, calls: Calls) -> Router {
    let answering = tower::service_fn(move |request| {
        let (keep, calls) = (Arc::clone(&keep), calls.clone());
        async move { Ok::<_, Infallible>(serve(request, service, method, keep, calls).await) }
    });
    Router::new().route_service(&format!("/{service}/{}", method.name), any_service(answering))
}

fn serve(
    request: http::Request<axum::body::Body>,
    service: &'static str,
    Method { name, bounds, .. }: Method,
    keep: Keep,
    calls: Calls,
) -> BoxFuture<'static, http::Response<Body>> {
    let said = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let asked = said(TIMEOUT).and_then(|text| parse_timeout(&text));
    let deadline = Instant::now() + asked.map_or(bounds.within, |asked| asked.min(bounds.within));
    let parent = said(TraceContext::HEADER).and_then(|text| TraceContext::parse(&text));
    let cut = request.extensions().get::<Cut>().cloned().unwrap_or_default();
    Box::pin(async move {
        let mut span = spanned(Span::begin(rpc_name(service, name), Kind::Server, parent), service, name);
        let work = async move {
            let place = calls.place(bounds.is_bulk()).await;
            let answer = tonic::server::Grpc::new(ProstCodec::<Envelope, Envelope>::default())
                .apply_max_message_size_config(Some(bounds.message_bytes_max), Some(bounds.message_bytes_max))
                .unary(Asked { method: name, keep }, request)
                .await;
            answer.map(|body| Body::new(Held::new(body, place, deadline, cut)))
        };
        let answer = timeout_at(deadline, span.around(work))
            .await
            .unwrap_or_else(|_| Status::deadline_exceeded("the time for it is over").into_http());
        ended(&mut span, code_of(&answer));
        answer
    })
}

/// A refusal has its code in the head; one that comes with the body is of an answer.
pub fn code_of<B>(answer: &http::Response<B>) -> Code {
    answer.headers().get("grpc-status").map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
}

struct Asked {
    method: &'static str,
    keep: Keep,
}

impl tonic::server::UnaryService<Envelope> for Asked {
    type Response = Envelope;
    type Future = BoxFuture<'static, Result<Response<Envelope>, Status>>;

    fn call(&mut self, request: Request<Envelope>) -> Self::Future {
        let work = (self.keep)(self.method, request.into_inner());
        Box::pin(async move { work.await.map(Response::new) })
    }
}

/// `100m`, `5S` (gRPC over HTTP/2, "Timeout").
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count: u64 = digits.parse().ok().filter(|_| (1..=8).contains(&digits.len()))?;
    Some(match unit {
        "H" => Duration::from_secs(count.checked_mul(3_600)?),
        "M" => Duration::from_secs(count.checked_mul(60)?),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_as_grpc_writes_them() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(parse_timeout(text), expected.map(Duration::from_micros), "{text}");
        };
        check("100m", Some(100_000));
        check("5S", Some(5_000_000));
        check("4999999u", Some(4_999_999));
        check("", None);
        check("S", None);
        check("-1S", None);
        check("123456789S", None);
        check("1ž", None);
    }
}
