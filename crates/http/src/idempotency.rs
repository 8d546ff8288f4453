//! `Idempotency-Key`: a repeated request gets the first one's answer and has no second effect.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use svetu_kernel::{Actor, Problem, Status};
use svetu_ports::{IdempotencyError, IdempotencyState, IdempotencyStore, StoredReply};
use uuid::Uuid;

use crate::{ApiProblem, Fault, Kit};

const KEY: &str = "idempotency-key";
/// On a replayed answer.
const REPLAYED: &str = "idempotency-replayed";
const KEY_CHARS_MAX: usize = 128;
const REPLY_BYTES_MAX: usize = 256 * 1024;
const KEPT_HEADERS: [HeaderName; 4] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG, header::LINK];

impl Fault for IdempotencyError {
    fn problem(&self) -> Problem {
        Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
    }
}

/// A layer for a service's routes: `.layer(middleware::from_fn_with_state(store, svetu_http::idempotent))`.
///
/// Acts on POSTs of an account that carry a key and a JSON body or none; only a 2xx answer is kept, so that a refused
/// request may be mended and sent again under its key.
pub async fn idempotent(
    State(store): State<Arc<dyn IdempotencyStore>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    // Who stands in for somebody is not told what they were told; nor do they act.
    let actor = request.extensions().get::<Actor>().filter(|actor| actor.acting.is_none());
    let account = actor.and_then(Actor::account_id);
    let (Some(account), Some(key)) = (account, request.headers().get(KEY)) else {
        return Ok(next.run(request).await);
    };
    let upload = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"application/json"));
    if request.method() != Method::POST || upload {
        return Ok(next.run(request).await);
    }
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()))
        .ok_or_else(|| ApiProblem::new(Status::BadRequest, "request.idempotency_key_invalid"))?
        .to_owned();

    let (parts, body) = request.into_parts();
    let now = Kit::of(&parts)?.clock.now();
    let body = to_bytes(body, Kit::BODY_BYTES_MAX)
        .await
        .map_err(|_| ApiProblem::new(Status::ContentTooLarge, "request.too_large"))?;
    let scope = format!("{account} POST {}", parts.uri.path());
    let fingerprint = *blake3::Hasher::new()
        .update(parts.uri.query().unwrap_or_default().as_bytes())
        .update(b"\n")
        .update(&body)
        .finalize()
        .as_bytes();
    match store.begin(&scope, &key, fingerprint, now).await? {
        IdempotencyState::Replay(reply) => Ok(replay(reply)),
        IdempotencyState::Mismatch => Err(ApiProblem::new(Status::Unprocessable, "request.idempotency_key_reused")),
        IdempotencyState::InFlight => {
            Err(Problem::new(Status::Conflict, "request.idempotency_key_running").retry_after(1).into())
        }
        IdempotencyState::Fresh { ticket, thing } => {
            let mut request = Request::from_parts(parts, Body::from(body));
            request.extensions_mut().insert(ThingId(Some(thing)));
            let response = next.run(request).await;
            if !response.status().is_success() {
                store.abandon(&scope, &key, ticket).await?;
                return Ok(response);
            }
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, REPLY_BYTES_MAX).await.map_err(|error| ApiProblem::internal(&error))?;
            let headers = KEPT_HEADERS
                .iter()
                .filter_map(|name| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned())))
                .collect();
            let reply = StoredReply { status: parts.status.as_u16(), headers, body: body.clone() };
            store.complete(&scope, &key, ticket, reply).await?;
            Ok(Response::from_parts(parts, Body::from(body)))
        }
    }
}

/// The id that a creating handler gives to what it makes, where the request has an `Idempotency-Key`: the same on every attempt.
/// It looks whether that is there already: an earlier attempt may have made it and died before it could say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThingId(pub Option<Uuid>);

impl<S: Send + Sync> FromRequestParts<S> for ThingId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(None)))
    }
}

fn replay(reply: StoredReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = (status, Bytes::clone(&reply.body)).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
