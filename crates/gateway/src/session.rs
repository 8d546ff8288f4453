//! From a cookie to an actor. Nothing is kept: a session that ends anywhere ends here with the next request.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header};
use svetu_http::{ApiProblem, session_cookie};
use svetu_kernel::Actor;

use crate::{config::Settings, edge::Edge};

/// A longer one is none of ours.
const TOKEN_BYTES_MAX: usize = 512;

/// Who asks. A cookie that means nothing (any more) is a visitor's.
pub async fn known(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Result<Response, ApiProblem> {
    let actor = match cookie(&edge.settings, request.headers()) {
        Some(token) => edge.identity.authenticate(token).await?.unwrap_or_else(Actor::visitor),
        None => Actor::visitor(),
    };
    request.extensions_mut().insert(actor);
    Ok(next.run(request).await)
}

/// The first of that name, as RFC 6265 §5.4 orders them: the most specific path first.
pub fn cookie<'a>(settings: &Settings, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = session_cookie(settings.secure);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| str::from_utf8(value.as_bytes()).ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| (1..=TOKEN_BYTES_MAX).contains(&value.len()))
}
