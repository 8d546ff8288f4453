//! From a cookie, a token or a key to an actor. Nothing is kept: what ends anywhere ends here with the next request.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use svetu_contracts::identity::{Admission, Challenge, Presented};
use svetu_http::{ApiProblem, INSUFFICIENT_SCOPE, session_cookie};
use svetu_kernel::{Actor, Status};

use crate::{config::Settings, edge::Edge};

/// A longer one is none of ours.
const TOKEN_BYTES_MAX: usize = 512;

const PROOF: HeaderName = HeaderName::from_static("dpop");
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// On answers that one of support sees in somebody's place.
const STANDING_IN: HeaderName = HeaderName::from_static("svetu-standing-in");
/// What a proof may be signed with.
const DPOP_CHALLENGE: &str = "DPoP algs=\"ES256 EdDSA PS256\"";

/// Who asks. A cookie that means nothing (any more) is a visitor's; a token or a key that means nothing is refused.
pub async fn known(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Result<Response, ApiProblem> {
    let cookie = cookie(&edge.settings, request.headers());
    let open_to_programs = takes_programs(request.uri().path());
    let actor = match (program(&edge.settings, &request).filter(|_| open_to_programs), cookie) {
        // Two names for one request: whichever won, somebody would be surprised.
        (Some(_), Some(_)) => return Err(ApiProblem::new(Status::BadRequest, "auth.ambiguous")),
        (Some(shown), None) => match edge.identity.admit(&shown?).await? {
            Admission::Admitted(actor) => actor,
            Admission::Refused(challenge) => return Ok(refused(&challenge)),
        },
        (None, Some(token)) => edge.identity.authenticate(token).await?.unwrap_or_else(Actor::visitor),
        (None, None) => Actor::visitor(),
    };
    let stands_in = actor.acting.is_some();
    request.extensions_mut().insert(actor);
    let mut response = next.run(request).await;
    if stands_in {
        // The browser is support's: what the person sees is gone with the page. The site's service worker looks for the mark.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().insert(STANDING_IN, HeaderValue::from_static("1"));
    }
    if open_to_programs {
        invite(&mut response);
    }
    Ok(response)
}

/// The provider's own paths read `Authorization` themselves: there it names clients.
fn takes_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/media/")
}

/// What a program shows of itself. None: nothing.
fn program(settings: &Settings, request: &Request) -> Option<Result<Presented, ApiProblem>> {
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let value = values.next()?;
    let texts = |values: header::GetAll<'_, HeaderValue>| {
        values.iter().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (Ok(authorization), None) = (value.to_str(), values.next()) else {
        return Some(Err(ApiProblem::new(Status::BadRequest, "auth.ambiguous")));
    };
    Some(Ok(Presented {
        authorization: authorization.to_owned(),
        proofs: texts(request.headers().get_all(PROOF)),
        method: request.method().to_string(),
        url: format!("{}{}", settings.public_origin, request.uri().path()),
    }))
}

fn refused(challenge: &Challenge) -> Response {
    let code = if challenge.error.contains("dpop") { "auth.proof_invalid" } else { "auth.token_invalid" };
    let mut response = ApiProblem::new(Status::Unauthorized, code).into_response();
    let Challenge { scheme, error, description, dpop_nonce } = challenge;
    let algorithms = if scheme == "DPoP" { ", algs=\"ES256 EdDSA PS256\"" } else { "" };
    let value = format!("{scheme} error=\"{error}\", error_description=\"{description}\"{algorithms}");
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(&value).ok().map(|value| (header::WWW_AUTHENTICATE, value)));
    let nonce = dpop_nonce.as_deref().and_then(|nonce| HeaderValue::from_str(nonce).ok());
    headers.extend(nonce.map(|nonce| (NONCE, nonce)));
    response
}

/// A refusal says what would open the door (RFC 9110 §11.6.1, RFC 6750 §3).
fn invite(response: &mut Response) {
    if response.headers().contains_key(header::WWW_AUTHENTICATE) {
        return;
    }
    let problem = response.extensions().get::<ApiProblem>().map(ApiProblem::problem);
    let scope = problem.filter(|problem| problem.code == INSUFFICIENT_SCOPE).and_then(|problem| {
        let scope = problem.params.get("scope")?.as_str()?;
        HeaderValue::from_str(&format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"")).ok()
    });
    let headers = response.headers_mut();
    if let Some(value) = scope {
        headers.insert(header::WWW_AUTHENTICATE, value);
    } else if response.status() == StatusCode::UNAUTHORIZED {
        let headers = response.headers_mut();
        headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"svetu\""));
        headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(DPOP_CHALLENGE));
    }
}

/// The session's.
pub fn cookie<'a>(settings: &Settings, headers: &'a HeaderMap) -> Option<&'a str> {
    svetu_http::cookie(headers, session_cookie(settings.secure))
        .filter(|value| (1..=TOKEN_BYTES_MAX).contains(&value.len()))
}
