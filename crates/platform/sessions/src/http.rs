//! `/session/…`: where the browser goes to be signed in and out, and where the provider calls.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Query, State, rejection::FormRejection},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use svetu_http::session_cookie;

use crate::{
    cookies,
    error::SessionsError,
    flow::{self, local},
    paths,
    service::{Arrival, Returned, Service},
};

pub fn routes(service: Arc<Service>) -> Router {
    Router::new()
        .route(paths::SIGN_IN, get(sign_in))
        .route(paths::CALLBACK, get(callback))
        .route(paths::END, post(end))
        .route(paths::BACKCHANNEL, post(backchannel))
        .with_state(service)
}

/// A cookie that cannot be written is left out.
fn see(to: &str, set: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    let Some(mut response) = svetu_http::see_other(to) else { return StatusCode::BAD_REQUEST.into_response() };
    for cookie in set.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// To the page where people sign in, which says that it went wrong.
fn failed(next: &str, set: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    let query = serde_html_form::to_string([("failed", "1"), ("next", next)]).unwrap_or_default();
    see(&format!("{}/sign-in?{query}", flow::language(next).path_prefix()), set)
}

#[derive(Deserialize)]
struct SignIn {
    next: Option<String>,
    silent: Option<String>,
    again: Option<String>,
}

async fn sign_in(State(service): State<Arc<Service>>, Query(query): Query<SignIn>) -> Response {
    let next = local(query.next.as_deref());
    match service.leave(next, query.silent.is_some(), query.again.is_some()).await {
        Ok(leaving) => {
            let name = cookies::away(service.secure);
            see(&leaving.url, [cookies::write(service.secure, name, &leaving.away, Some(flow::AWAY_S))])
        }
        Err(error) => {
            tracing::error!(%error, "nobody can be sent to the provider");
            failed(next, [])
        }
    }
}

#[derive(Deserialize)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

async fn callback(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Query(Callback { code, state, iss, error }): Query<Callback>,
) -> Response {
    let (secure, away) = (service.secure, cookies::away(service.secure));
    let session = session_cookie(secure);
    let before = svetu_http::cookie(&headers, session);
    let back = cookies::gone(secure, away);
    let returned = Returned { code, state, iss, error };
    match service.arrive(cookies::read(&headers, away), before, returned).await {
        Ok(Arrival::In { token, max_age_s, next }) => {
            see(&next, [cookies::write(secure, session, &token, max_age_s), back])
        }
        Ok(Arrival::Visitor { next }) => see(&next, [cookies::gone(secure, session), back]),
        Ok(Arrival::Again { next }) => {
            let query = serde_html_form::to_string([("again", "1"), ("next", &next)]).unwrap_or_default();
            see(&format!("{}?{query}", paths::SIGN_IN), [])
        }
        Ok(Arrival::Failed { next }) => failed(&next, [back]),
        Err(error) => {
            tracing::error!(%error, "somebody came back from the provider and was not signed in");
            failed("/", [back])
        }
    }
}

#[derive(Deserialize)]
struct End {
    next: Option<String>,
}

/// From a form of our own page (the gateway sees to that): a link signs nobody out.
async fn end(State(service): State<Arc<Service>>, headers: HeaderMap, Form(form): Form<End>) -> Response {
    let home = format!("{}/", flow::language(local(form.next.as_deref())).path_prefix());
    let session = session_cookie(service.secure);
    // Without the cookie it may be another site's form: nothing is taken away.
    let Some(token) = svetu_http::cookie(&headers, session) else { return see(&home, []) };
    let gone = cookies::gone(service.secure, session);
    match service.end(token, &format!("{}{home}", service.site_url)).await {
        Ok(on) => see(on.as_deref().unwrap_or(&home), [gone]),
        Err(error) => {
            // The cookie stays: who reads that they are out has to be out.
            tracing::error!(%error, "somebody was not signed out");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

#[derive(Deserialize)]
struct Backchannel {
    logout_token: String,
}

/// Back-Channel Logout §2.5 and §2.8.
async fn backchannel(State(service): State<Arc<Service>>, form: Result<Form<Backchannel>, FormRejection>) -> Response {
    let done = match form {
        Ok(Form(Backchannel { logout_token })) => service.told(&logout_token).await,
        Err(_) => Err(SessionsError::Refused("no logout token".to_owned())),
    };
    let status = match done {
        Ok(()) => StatusCode::OK,
        Err(SessionsError::Refused(reason)) => {
            tracing::warn!(reason, "a logout token was refused");
            StatusCode::BAD_REQUEST
        }
        Err(error) => {
            tracing::error!(%error, "a logout token was not heard");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")]).into_response()
}
