//! `/oauth/…` and `/.well-known/…`: what the specifications name, as they name it.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    Form, Json, Router,
    body::Bytes,
    extract::{FromRequestParts, Path, RawQuery, State},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use serde::Deserialize;
use serde_json::json;
use svetu_http::ClientAddress;
use svetu_kernel::{Actor, Language, Subject};
use tower_http::cors::{Any, CorsLayer};

use super::{
    Result,
    authorize::{Origin, STANDS_IN, Step},
    error::{Code, OAuthError},
    keys::SET_MAX_AGE_S,
    logout::Leave,
    params::Params,
};
use crate::{Identity, http::gone_cookie};

/// Of the whole server, at the root. Forms are small: whoever serves this bounds bodies.
pub fn routes(identity: Identity) -> Router {
    // What apps in a browser call from their own origin; nothing here looks at a cookie.
    let open = Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/.well-known/jwks.json", get(key_set))
        .route("/oauth/token", post(token))
        .route("/oauth/par", post(par))
        .route("/oauth/device", post(device))
        .route("/oauth/register", post(register))
        .route("/oauth/register/{id}", get(own_registration).put(change_registration).delete(leave_registration))
        .route("/oauth/revoke", post(revoke))
        .route("/oauth/introspect", post(introspect))
        .route("/oauth/userinfo", get(userinfo).post(userinfo))
        .layer(
            CorsLayer::new()
                .allow_origin(Any)
                .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
                .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, http::HeaderName::from_static("dpop")])
                .expose_headers([header::WWW_AUTHENTICATE, http::HeaderName::from_static("dpop-nonce")]),
        );
    Router::new()
        .route("/oauth/authorize", get(authorize).post(authorize_by_form))
        .route("/oauth/continue", get(go_on))
        .route("/oauth/decide", post(decide))
        .route("/oauth/logout", get(logout).post(logout_by_form))
        .merge(open)
        .with_state(identity)
}

/// Who asks and in what language, for pages. Whoever stands in for somebody lets no application in, in neither name.
struct Visitor {
    actor: Actor,
    origin: Origin,
}

/// The same where standing in is looked at later: for whoever leaves, or is known to the site already.
struct Anybody(Visitor);

/// Where the request comes from.
struct Address(ClientAddress);

fn address_of(parts: &Parts) -> ClientAddress {
    parts.extensions.get().copied().unwrap_or(ClientAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self(address_of(parts)))
    }
}

impl Visitor {
    fn of(parts: &Parts) -> Self {
        let accept = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self {
            actor: parts.extensions.get::<Actor>().cloned().unwrap_or_else(Actor::visitor),
            origin: Origin {
                language: accept.map_or_else(Language::default, Language::negotiate),
                address: address_of(parts),
            },
        }
    }
}

impl FromRequestParts<Identity> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> std::result::Result<Self, Response> {
        let visitor = Self::of(parts);
        if visitor.actor.acting.is_none() {
            return Ok(visitor);
        }
        let refused = OAuthError::new(Code::AccessDenied, STANDS_IN);
        Err(identity.go(Step::Stop(refused), visitor.origin.language))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Anybody {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self(Visitor::of(parts)))
    }
}

fn form(headers: &HeaderMap, body: &Bytes) -> Result<Params> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::new(Code::InvalidRequest, "the body is a form: application/x-www-form-urlencoded"));
    }
    Params::parse(body)
}

/// Nothing of it is kept anywhere (RFC 6749 §5.1).
fn private(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Identity {
    /// An answer to a proof brings the nonce of the next one.
    fn with_nonce(&self, request: &HeaderMap, mut response: Response) -> Response {
        if request.contains_key("dpop") {
            self.offer_nonce(response.headers_mut(), self.clock.now());
        }
        response
    }

    fn go(&self, step: Step, language: Language) -> Response {
        match step {
            Step::Client(to) | Step::Page(to) => see(&to),
            Step::Stop(error) => {
                if let Some(cause) = &error.cause {
                    tracing::error!(%cause, "an authorization request failed");
                }
                let query = serde_html_form::to_string([
                    ("error", error.code.name()),
                    ("description", error.description.as_str()),
                ]);
                see(&format!("{}{}/connect?{}", self.oauth.issuer, language.path_prefix(), query.unwrap_or_default()))
            }
        }
    }
}

pub(crate) fn see(to: &str) -> Response {
    svetu_http::see_other(to).unwrap_or_else(|| {
        OAuthError::new(Code::InvalidRequest, "the address to return to is not ASCII").into_response()
    })
}

async fn metadata(State(identity): State<Identity>) -> Response {
    let cached = [(header::CACHE_CONTROL, format!("public, max-age={SET_MAX_AGE_S}"))];
    (cached, Json(identity.oauth.metadata())).into_response()
}

async fn key_set(State(identity): State<Identity>) -> Result<Response> {
    let now = identity.clock.now();
    // The first client finds a key; others are made when a client that needs them comes.
    identity.oauth.keys.signing(&identity.db, jsonwebtoken::Algorithm::ES256, now).await?;
    let keys = identity.oauth.keys.set(&identity.db, now).await?;
    let public: Vec<_> = keys.iter().map(|key| &key.public).collect();
    let headers = [
        (header::CACHE_CONTROL, format!("public, max-age={SET_MAX_AGE_S}")),
        (header::CONTENT_TYPE, "application/jwk-set+json".to_owned()),
    ];
    Ok((headers, json!({ "keys": public }).to_string()).into_response())
}

async fn token(State(identity): State<Identity>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async { identity.token(&headers, &form(&headers, &body)?, identity.clock.now()).await };
    let response = match answer.await {
        Ok(answer) => private(Json(answer)),
        Err(error) => error.into_response(),
    };
    identity.with_nonce(&headers, response)
}

async fn par(State(identity): State<Identity>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async {
        let (form, now) = (form(&headers, &body)?, identity.clock.now());
        let client = identity.authenticate_client(&headers, &form, now).await?;
        let jkt = identity.dpop(&headers, "POST", &identity.oauth.endpoint("par"), None, now).await?;
        identity.push(&client, form, jkt.as_deref(), now).await
    };
    let response = match answer.await {
        Ok((request_uri, expires_in)) => {
            let answer = json!({ "request_uri": request_uri, "expires_in": expires_in });
            private((StatusCode::CREATED, Json(answer)))
        }
        Err(error) => error.into_response(),
    };
    identity.with_nonce(&headers, response)
}

async fn device(
    State(identity): State<Identity>,
    Address(address): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = async {
        let (form, now) = (form(&headers, &body)?, identity.clock.now());
        let client = identity.authenticate_client(&headers, &form, now).await?;
        let jkt = identity.dpop(&headers, "POST", &identity.oauth.endpoint("device"), None, now).await?;
        identity.begin_device(&client, &form, jkt.as_deref(), address, now).await
    };
    let response = match answer.await {
        Ok(answer) => private(Json(answer)),
        Err(error) => error.into_response(),
    };
    identity.with_nonce(&headers, response)
}

async fn register(State(identity): State<Identity>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let answer = identity.register_itself(&headers, &body, identity.clock.now()).await?;
    Ok(private((StatusCode::CREATED, Json(answer))))
}

async fn own_registration(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    Ok(private(Json(identity.own_registration(&headers, &id).await?)))
}

async fn change_registration(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    Ok(private(Json(identity.change_registration(&headers, &id, &body, identity.clock.now()).await?)))
}

async fn leave_registration(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    identity.leave_registration(&headers, &id).await?;
    Ok(private(StatusCode::NO_CONTENT))
}

async fn revoke(State(identity): State<Identity>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let (form, now) = (form(&headers, &body)?, identity.clock.now());
    let client = identity.authenticate_client(&headers, &form, now).await?;
    identity.revoke_token(&client, &form, now).await?;
    Ok(private(StatusCode::OK))
}

async fn introspect(State(identity): State<Identity>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let (form, now) = (form(&headers, &body)?, identity.clock.now());
    let client = identity.authenticate_client(&headers, &form, now).await?;
    if client.is_public() {
        return Err(OAuthError::new(Code::InvalidClient, "only clients that authenticate may introspect"));
    }
    Ok(private(Json(identity.introspect(&client, &form, now).await?)))
}

async fn userinfo(State(identity): State<Identity>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let answer = async {
        let form = if body.is_empty() { None } else { Some(form(&headers, &body)?) };
        identity.userinfo(&headers, form.as_ref(), method.as_str(), identity.clock.now()).await
    };
    let response = match answer.await {
        Ok(claims) => private(Json(claims)),
        Err(error) => error.into_response(),
    };
    identity.with_nonce(&headers, response)
}

async fn authorize(State(identity): State<Identity>, Anybody(visitor): Anybody, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    answer_authorize(&identity, visitor, params).await
}

async fn authorize_by_form(
    State(identity): State<Identity>,
    Anybody(visitor): Anybody,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match form(&headers, &body) {
        // Another site's form brings no cookie that is `SameSite=Lax`; the same as a GET does.
        Ok(_) if is_nobody(&visitor) => again("authorize", &identity, &body),
        params => answer_authorize(&identity, visitor, params).await,
    }
}

const fn is_nobody(visitor: &Visitor) -> bool {
    matches!(visitor.actor.subject, Subject::Visitor)
}

fn again(endpoint: &str, identity: &Identity, body: &Bytes) -> Response {
    see(&format!("{}?{}", identity.oauth.endpoint(endpoint), String::from_utf8_lossy(body)))
}

async fn answer_authorize(identity: &Identity, visitor: Visitor, params: Result<Params>) -> Response {
    let Visitor { actor, origin } = visitor;
    let step = match params {
        Ok(params) => identity.authorize(&actor, params, origin, identity.clock.now()).await,
        Err(error) => Step::Stop(error),
    };
    identity.go(step, origin.language)
}

#[derive(Deserialize)]
struct Waiting {
    request: String,
}

async fn go_on(
    State(identity): State<Identity>,
    visitor: Visitor,
    axum::extract::Query(waiting): axum::extract::Query<Waiting>,
) -> Response {
    let step = identity.go_on(&visitor.actor, &waiting.request, visitor.origin, identity.clock.now()).await;
    identity.go(step, visitor.origin.language)
}

#[derive(Deserialize)]
struct Decision {
    request: String,
    decision: String,
}

/// The gateway has checked that our own page asks.
async fn decide(State(identity): State<Identity>, visitor: Visitor, Form(form): Form<Decision>) -> Response {
    let (allowed, now) = (form.decision == "allow", identity.clock.now());
    let step = identity.decide(&visitor.actor, &form.request, allowed, visitor.origin, now).await;
    identity.go(step, visitor.origin.language)
}

async fn logout(State(identity): State<Identity>, Anybody(visitor): Anybody, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    answer_logout(&identity, visitor, params, false).await
}

/// From a client's page, or from our own with the person's word.
async fn logout_by_form(
    State(identity): State<Identity>,
    Anybody(visitor): Anybody,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = form(&headers, &body);
    if params.is_ok() && is_nobody(&visitor) {
        return again("logout", &identity, &body);
    }
    let confirmed = params.as_ref().is_ok_and(|params| params.get("confirm") == Some("yes"));
    answer_logout(&identity, visitor, params, confirmed).await
}

async fn answer_logout(identity: &Identity, visitor: Visitor, params: Result<Params>, confirmed: bool) -> Response {
    let answer = async {
        identity.leave(&visitor.actor, &params?, confirmed, visitor.origin.language, identity.clock.now()).await
    };
    match answer.await {
        Ok(Leave::Done(to)) => {
            let gone = AppendHeaders([(header::SET_COOKIE, gone_cookie(identity))]);
            (gone, see(&to)).into_response()
        }
        Ok(Leave::Ask(to)) => see(&to),
        Err(error) => identity.go(Step::Stop(error), visitor.origin.language),
    }
}
