//! Requests that another site's page made a browser send.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, Method, header};
use svetu_http::ApiProblem;
use svetu_kernel::Status;

use crate::{edge::Edge, limits::Class, origin::Origin, session};

/// The OWASP cheat sheet's "Fetch Metadata with fallback to Origin": a browser writes `Sec-Fetch-Site` and `Origin` itself and
/// no page can forge them, so a change under a session is done only when one of them says that our own page asked. The session
/// cookie is `SameSite=Lax` besides. A request to sign in needs no session to be harmful (it would put the victim into the
/// attacker's account): there a foreign origin is refused too, while programs that are no browser send neither header and pass.
pub async fn same_origin(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Result<Response, ApiProblem> {
    let (method, headers) = (request.method(), request.headers());
    let asked = request.extensions().get::<Origin>().map(|origin| format!("{}://{}", origin.scheme, origin.host));
    let ours = [edge.settings.public_origin.as_str(), asked.as_deref().unwrap_or_default()];
    let proof = if is_answer_by_form(method, request.uri().path()) {
        Proof::NotNeeded
    } else if session::any_cookie(&edge.settings, headers) {
        Proof::Required
    } else if Class::of(method, request.uri().path()) == Class::Auth {
        Proof::UnlessSilent
    } else {
        Proof::NotNeeded
    };
    if is_refused(method, headers, ours, proof) {
        return Err(ApiProblem::new(Status::Forbidden, "csrf.refused"));
    }
    Ok(next.run(request).await)
}

/// A provider's page elsewhere posts its answer here. It changes nothing and is led on as a GET, which the browser's own state has to match.
fn is_answer_by_form(method: &Method, path: &str) -> bool {
    let id = path.strip_prefix("/api/v1/identity/upstreams/").and_then(|rest| rest.strip_suffix("/callback"));
    *method == Method::POST && id.is_some_and(|id| !id.is_empty() && !id.contains('/'))
}

#[derive(Debug, Clone, Copy)]
enum Proof {
    Required,
    /// A request that says nothing about its origin passes.
    UnlessSilent,
    NotNeeded,
}

fn is_refused(method: &Method, headers: &HeaderMap, ours: [&str; 2], proof: Proof) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
        return false;
    }
    let same = match headers.get("sec-fetch-site") {
        Some(site) => Some(matches!(site.as_bytes(), b"same-origin" | b"none")),
        None => headers.get(header::ORIGIN).map(|origin| {
            ours.iter().any(|own| !own.is_empty() && own.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
        }),
    };
    match proof {
        Proof::Required => same != Some(true),
        Proof::UnlessSilent => same == Some(false),
        Proof::NotNeeded => false,
    }
}
