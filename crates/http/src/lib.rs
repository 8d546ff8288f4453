//! The HTTP kit that every service uses: problems, permissions, extractors, pages, entity tags, idempotency, metrics.
//!
//! A service gives `routes()`; whoever serves it (the gateway, a test) installs the [`Kit`] around it once.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod address;
mod body;
mod etag;
mod extract;
mod grant;
mod hops;
mod idempotency;
mod kit;
mod limits;
mod messages;
mod metrics;
pub mod openapi;
mod page;
mod problem;
mod request;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

pub use address::is_public;
pub use body::{Deadline, is_too_long};
pub use etag::{IfMatch, IfNoneMatch, Tagged, etag};
pub use extract::{PathId, ValidJson, ValidPath, ValidQuery};
pub use grant::{Grant, INSUFFICIENT_SCOPE, Permission, STANDING_IN, TWO_FACTORS};
pub use hops::remove_hop_by_hop;
pub use idempotency::{ThingId, idempotent};
pub use kit::{Kit, KitArg, KitConfig, Scheme};
pub use limits::{ClientAddress, Limiter, Quota, Verdict, Worked};
pub use messages::{Catalogue, CatalogueError};
pub use metrics::{HttpMetrics, method_label};
pub use page::{CursorError, Cursors, PageParams, PageRequest, Paged};
pub use problem::{ApiProblem, Fault, FieldMessage, ProblemDocument, Problems, chain};
pub use request::RequestInfo;
pub use svetu_ports::trace::TraceContext;

/// The name of the cookie of a session at the OpenID Provider, which its own pages and endpoints know; the API knows [`session_cookie`].
pub const fn provider_cookie(secure: bool) -> &'static str {
    if secure { "__Host-svetu_sso" } else { "svetu_sso" }
}

/// The name of the cookie of the site's session: with TLS it is bound to this host and to HTTPS (RFC 6265bis §4.1.3.2).
pub const fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-svetu_session" } else { "svetu_session" }
}

/// A cookie for the server alone: `Set-Cookie`'s value. None: it ends with the browser; nought seconds take it away.
pub fn set_cookie(secure: bool, name: &str, value: &str, max_age_s: Option<i64>) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let max_age = max_age_s.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{max_age}")
}

/// On to there by a GET, so that a posted password is not posted on (RFC 9700 §4.12); kept nowhere, and nobody learns where from.
/// None: the address cannot stand in a header.
pub fn see_other(to: &str) -> Option<Response> {
    let headers = [
        (header::LOCATION, HeaderValue::from_str(to).ok()?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Some((StatusCode::SEE_OTHER, headers).into_response())
}

/// The first of that name, as RFC 6265 §5.4 orders them: the most specific path first.
pub fn cookie<'a>(headers: &'a http::HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|value| str::from_utf8(value.as_bytes()).ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The sentences of this crate's own problems.
pub const MESSAGES: &str = include_str!("../messages.toml");
