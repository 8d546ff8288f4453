//! Headers of every answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::edge::Edge;

/// A document that loads nothing, is framed by nobody and runs nothing: right for JSON and pictures.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
/// Swagger UI: its own scripts and styles, and calls of the API beside it.
const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Letters are shown as they were sent, with their own styles and pictures.
const LETTERS: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-src 'self'; \
                       base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A picture that a browser opens by itself is in no site.
const PICTURES: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// A page has a policy of its own with its nonce; this is for what the site answers without one.
const SITE: &str = "frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
const PERMISSIONS: &str = "geolocation=(self), camera=(self), microphone=()";

pub async fn secured(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let (policy, api) = if below("/api/docs") {
        (Some(DOCS), false)
    } else if path.starts_with("/dev/mail") {
        (Some(LETTERS), false)
    } else if below("/api") {
        (Some(NOTHING), true)
    } else if below("/media") {
        (Some(PICTURES), false)
    } else if below("/health") || path == "/metrics" {
        (Some(NOTHING), false)
    } else {
        (None, false)
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    match policy {
        // Whoever answered: a service that is broken into runs no script here.
        Some(policy) => drop(headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy))),
        None => add(headers, header::CONTENT_SECURITY_POLICY, SITE),
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    add(headers, header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    add(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
    add(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if api {
        add(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        // What an answer says depends on who asks: no cache on the way may give it to another.
        add(headers, header::CACHE_CONTROL, "private, no-cache");
    }
    if edge.settings.secure {
        add(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Who answered knows better.
fn add(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
