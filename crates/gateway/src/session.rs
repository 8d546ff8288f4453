//! From a cookie, a token or a key to an actor. Nothing is kept here: what ends anywhere ends here with the next request.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery};
use svetu_contracts::{
    identity::{Admission, Challenge, Presented},
    sessions::SIGN_IN,
};
use svetu_http::{ApiProblem, INSUFFICIENT_SCOPE, provider_cookie, session_cookie};
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
    let cookies = Cookies::of(&edge.settings, &request);
    let open_to_programs = takes_programs(request.uri().path());
    let actor = match (program(&edge.settings, &request).filter(|_| open_to_programs), cookies.any()) {
        // Two names for one request: whichever won, somebody would be surprised.
        (Some(_), true) => return Err(ApiProblem::new(Status::BadRequest, "auth.ambiguous")),
        (Some(shown), false) => match edge.identity.admit(&shown?).await? {
            Admission::Admitted(actor) => actor,
            Admission::Refused(challenge) => return Ok(refused(&challenge)),
        },
        (None, _) => cookies.actor(&edge).await?.unwrap_or_else(Actor::visitor),
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

/// What the browser shows where this path is.
struct Cookies<'a> {
    /// The site's own session.
    site: Option<&'a str>,
    /// The one at the provider.
    provider: Option<&'a str>,
    reads: bool,
}

impl<'a> Cookies<'a> {
    fn of(settings: &Settings, request: &'a Request) -> Self {
        let (headers, path) = (request.headers(), request.uri().path());
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let door = ProviderDoor::of(path);
        let site = cookie(headers, session_cookie(settings.secure)).filter(|_| door != ProviderDoor::Its);
        let provider = cookie(headers, provider_cookie(settings.secure)).filter(|_| door != ProviderDoor::None);
        Self { site, provider, reads }
    }

    const fn any(&self) -> bool {
        self.site.is_some() || self.provider.is_some()
    }

    async fn actor(&self, edge: &Edge) -> Result<Option<Actor>, ApiProblem> {
        if let Some(token) = self.site {
            let actor = edge.sessions.authenticate(token).await?;
            // A dead session of the site changes nothing: the provider may know somebody else by now, for whom the page with
            // this form was not drawn.
            if actor.is_some() || !self.reads {
                return Ok(actor);
            }
        }
        match self.provider {
            Some(token) => Ok(edge.identity.authenticate(token).await?),
            None => Ok(None),
        }
    }
}

/// Where the session at the provider counts: nowhere but at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProviderDoor {
    /// It alone: its endpoints, and what people are asked there before the site knows them.
    Its,
    /// What a person does about their own account: also while they sign in to another application and not to the site.
    Shared,
    None,
}

impl ProviderDoor {
    fn of(path: &str) -> Self {
        if path.starts_with("/oauth/") {
            return Self::Its;
        }
        let Some(rest) = path.strip_prefix("/api/v1/identity/") else { return Self::None };
        match rest.split('/').next().unwrap_or_default() {
            "sign-in"
            | "sign-up"
            | "verify-email"
            | "recovery"
            | "upstreams"
            | "authorization-requests"
            | "device-requests" => Self::Its,
            "me" | "sessions" | "sign-out" => Self::Shared,
            _ => Self::None,
        }
    }
}

/// What is to be done about the session of somebody who opens a page.
pub enum PageSession {
    /// It lives, or there is none, or it cannot be asked for now.
    Fine,
    /// It is over; the provider may still know its person, who is asked nothing.
    Renew(Response),
    /// It is over: a cookie that takes the other one away.
    Gone(HeaderValue),
}

/// Documents alone: what a page fetches later would not follow, and a form would lose what was typed.
pub async fn of_page(edge: &Edge, method: &Method, uri: &Uri, headers: &HeaderMap) -> PageSession {
    let is_document =
        *method == Method::GET && headers.get("sec-fetch-dest").is_some_and(|dest| dest.as_bytes() == b"document");
    let name = session_cookie(edge.settings.secure);
    let Some(token) = cookie(headers, name).filter(|_| is_document) else { return PageSession::Fine };
    match edge.sessions.authenticate(token).await {
        Ok(None) => {}
        Ok(Some(_)) | Err(_) => return PageSession::Fine,
    }
    // Where a sign-in that failed ends, another try would lead around in circles.
    let ended = |pair: &str| pair == "failed=1" || pair.starts_with("error=");
    let failed = uri.query().is_some_and(|query| query.split('&').any(ended));
    if !failed && cookie(headers, provider_cookie(edge.settings.secure)).is_some() {
        let page = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let query = serde_html_form::to_string([("silent", "1"), ("next", page)]).unwrap_or_default();
        if let Some(response) = svetu_http::see_other(&format!("{SIGN_IN}?{query}")) {
            return PageSession::Renew(response);
        }
    }
    let gone = svetu_http::set_cookie(edge.settings.secure, name, "", Some(0));
    HeaderValue::from_str(&gone).map_or(PageSession::Fine, PageSession::Gone)
}

/// Of a session, of whichever kind: a request with one is believed only when our own page sent it.
pub fn any_cookie(settings: &Settings, headers: &HeaderMap) -> bool {
    [session_cookie(settings.secure), provider_cookie(settings.secure)]
        .iter()
        .any(|name| cookie(headers, name).is_some())
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    svetu_http::cookie(headers, name).filter(|value| (1..=TOKEN_BYTES_MAX).contains(&value.len()))
}
