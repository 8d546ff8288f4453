//! `/identity/upstreams/…` and `/identity/me/upstreams`: handlers. A browser is led on, never left with an error to read.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use svetu_contracts::sessions::SIGN_IN;
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidJson};
use svetu_kernel::{Language, Timestamp};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    flow::{Answer, Arrival, GOING_S, Stop, local_path},
    link::{LinkedView, NewPerson, Next, WAITING_S},
};
use crate::{
    Identity, IdentityError, cookies,
    factors::http::{add_cookie, add_host, after_sign_in, forget_host, read_host},
    http::{set, signed_in},
    oauth::{self, see},
    service::{Admission, Client, PENDING_S, SignedIn},
};

svetu_http::permissions! {
    ListUpstreams = "identity.upstreams" on "Account";
    Begin = "identity.begin_upstream" on "Account";
    ComeBack = "identity.upstream_callback" on "Account";
    SeeWaiting = "identity.waiting_upstream" on "Account";
    SignUpBy = "identity.sign_up_by_upstream" on "Account";
    ListLinked = "identity.linked_upstreams" on "Account";
    Link = "identity.link_upstream" on "Account";
    Unlink = "identity.unlink_upstream" on "Account";
}

const THEME_S: i64 = 31_536_000;

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(upstreams))
        .routes(routes!(begin))
        .routes(routes!(come_back))
        .routes(routes!(waiting))
        .routes(routes!(sign_up))
        .routes(routes!(linked, link))
        .routes(routes!(unlink))
}

/// A provider elsewhere that people may sign in by.
#[derive(Serialize, ToSchema)]
struct UpstreamView {
    id: String,
    /// "Google".
    name: String,
}

#[derive(Serialize, ToSchema)]
struct UpstreamList {
    items: Vec<UpstreamView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WaitsFor {
    /// Nobody has the address: an account may be opened.
    SignUp,
    /// An account may take it, once its person has signed in.
    Link,
}

/// What a provider said of whoever sits at this browser.
#[derive(Serialize, ToSchema)]
struct WaitingView {
    upstream: UpstreamView,
    waits_for: WaitsFor,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpstreamSignUpForm {
    #[schema(min_length = 2, max_length = 60)]
    display_name: String,
    language: Language,
    accept_terms: bool,
}

/// An account elsewhere that opens this one.
#[derive(Serialize, ToSchema)]
struct LinkedUpstream {
    upstream: UpstreamView,
    /// As the provider knew it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<LinkedView> for LinkedUpstream {
    fn from(view: LinkedView) -> Self {
        let LinkedView { upstream, name, email, created_at, last_used_at } = view;
        Self { upstream: UpstreamView { id: upstream, name }, email, created_at, last_used_at }
    }
}

#[derive(Serialize, ToSchema)]
struct LinkedUpstreamList {
    items: Vec<LinkedUpstream>,
}

/// Of a query that others may have written: what is there twice is not there.
fn param(query: &str, name: &str) -> Option<String> {
    let mut found = url::form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let value = found.next()?.1.into_owned();
    found.next().is_none().then_some(value)
}

impl Identity {
    fn page(&self, language: Language, path: &str, query: &[(&str, &str)]) -> Response {
        let query = serde_html_form::to_string(query).unwrap_or_default();
        let mark = if query.is_empty() { "" } else { "?" };
        see(&format!("{}{}/{path}{mark}{query}", self.site_url, oauth::prefix(language)))
    }

    fn stopped(&self, stop: &Stop, id: &str, language: Language, return_to: &str, link: bool) -> Response {
        match stop {
            Stop::Failed(error) => tracing::error!(%error, upstream = id, "a sign-in by `{id}` failed"),
            Stop::Provider(error) => tracing::warn!(%error, upstream = id, "the provider `{id}`: {error}"),
            Stop::Over | Stop::Declined | Stop::Unproven | Stop::Taken | Stop::Busy => {}
        }
        let page = if link { "account/security" } else { "sign-in" };
        self.page(language, page, &[("upstream", stop.name()), ("next", return_to)])
    }
}

async fn entered(
    identity: &Identity,
    done: SignedIn,
    language: Language,
    return_to: &str,
) -> Result<Response, IdentityError> {
    // Somebody who asked to be erased and comes back is asked whether they stay.
    let mut response = match identity.erasure_due_at(done.account.id).await? {
        Some(_) => {
            let page = format!("{}/account/privacy", oauth::prefix(language));
            let query = serde_html_form::to_string([("next", page)]).unwrap_or_default();
            see(&format!("{}{SIGN_IN}?{query}", identity.site_url))
        }
        // Signed in at the provider: the site learns of it as any client does, another application by its own request.
        None if return_to.starts_with("/oauth/") => see(&format!("{}{return_to}", identity.site_url)),
        None => {
            let query = serde_html_form::to_string([("next", return_to)]).unwrap_or_default();
            see(&format!("{}{SIGN_IN}?{query}", identity.site_url))
        }
    };
    let headers = response.headers_mut();
    let (session, trusted) = (set(identity, &done.session), done.trusted);
    headers.extend(session.0.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?))));
    after_sign_in(identity, trusted.as_deref(), headers);
    if let Some(theme) = done.account.theme {
        add_cookie(headers, &format!("theme={theme}; Path=/; Max-Age={THEME_S}; SameSite=Lax"));
    }
    Ok(response)
}

/// The providers that people may sign in by; none where the operator configured none.
#[utoipa::path(get, path = "/identity/upstreams", operation_id = "identity.upstreams", tag = "identity",
    responses((status = 200, body = UpstreamList), Problems))]
async fn upstreams(_: Grant<ListUpstreams>, State(identity): State<Identity>) -> Json<UpstreamList> {
    let view = |(id, name): (&str, &str)| UpstreamView { id: id.to_owned(), name: name.to_owned() };
    Json(UpstreamList { items: identity.upstreams.names().map(view).collect() })
}

/// Leads a browser to the provider, and from there to `identity.upstream_callback`.
#[utoipa::path(get, path = "/identity/upstreams/{upstream}/start", operation_id = "identity.begin_upstream",
    tag = "identity", params(("upstream" = String, Path), ("return_to" = Option<String>, Query), ("link" = Option<String>, Query)),
    responses((status = 303, description = "To the provider, or to the sign-in page that says what is wrong"), Problems))]
async fn begin(
    _: Grant<Begin>,
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    PathId(id): PathId<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let link = param(&query, "link").as_deref() == Some("1");
    let language = language(&headers, param(&query, "lang").as_deref());
    let return_to = local_path(param(&query, "return_to").as_deref(), language);
    match identity.begin_upstream(&client, &id, return_to.clone(), language, link).await {
        Ok((url, ticket)) => {
            let mut response = see(&url);
            add_host(&identity, response.headers_mut(), cookies::UPSTREAM, &ticket, GOING_S);
            response
        }
        Err(stop) => identity.stopped(&stop, &id, language, &return_to, link),
    }
}

/// Where a provider sends people back to.
#[utoipa::path(get, path = "/identity/upstreams/{upstream}/callback", operation_id = "identity.upstream_callback",
    tag = "identity", params(("upstream" = String, Path), ("code" = Option<String>, Query), ("state" = Option<String>, Query),
        ("iss" = Option<String>, Query), ("error" = Option<String>, Query)),
    responses((status = 303, description = "On into the site, or to the sign-in page that says what is wrong"), Problems))]
async fn come_back(
    grant: Grant<ComeBack>,
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    PathId(id): PathId<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let kept = read_host(&identity, &headers, cookies::UPSTREAM);
    let Some(going) = kept.and_then(|kept| identity.going(&kept, &id)) else {
        let language = language(&headers, None);
        return identity.stopped(&Stop::Over, &id, language, &local_path(None, language), false);
    };
    let of = |name| param(&query, name);
    let answer = Answer { code: of("code"), state: of("state"), iss: of("iss"), error: of("error") };
    let (language, return_to) = (going.language, &*going.return_to);
    let mut response = match identity.come_back(&client, grant.actor(), &going, answer).await {
        // Another window of this browser may still be on its way.
        Err(stop @ Stop::Over) => return identity.stopped(&stop, &id, language, return_to, going.link),
        Err(stop) => identity.stopped(&stop, &id, language, return_to, going.link),
        Ok(Arrival::Linked) => identity.page(language, "account/security", &[("done", "linked")]),
        Ok(Arrival::Waiting { ticket, next }) => {
            let mut response = match next {
                Next::SignUp => identity.page(language, "sign-up/upstream", &[("next", return_to)]),
                Next::Link { .. } if going.link => identity.page(language, "account/security/link", &[]),
                Next::Link { .. } => {
                    let next = format!("{}/account/security/link", oauth::prefix(language));
                    identity.page(language, "sign-in", &[("linking", &id), ("next", &next)])
                }
            };
            add_host(&identity, response.headers_mut(), cookies::STRANGER, &ticket, WAITING_S);
            response
        }
        Ok(Arrival::Admitted(admission)) => match *admission {
            Admission::In(done) => match entered(&identity, *done, language, return_to).await {
                Ok(response) => response,
                Err(error) => identity.stopped(&error.into(), &id, language, return_to, false),
            },
            Admission::Second { ticket, recovery_codes, passkeys } => {
                let mut query = vec![("next", return_to)];
                query.extend(recovery_codes.then_some(("recovery", "1")));
                query.extend(passkeys.then_some(("passkeys", "1")));
                let mut response = identity.page(language, "sign-in/factor", &query);
                let line = cookies::write(identity.secure, cookies::PENDING, &ticket, Some(PENDING_S));
                add_cookie(response.headers_mut(), &line);
                response
            }
        },
    };
    forget_host(&identity, cookies::UPSTREAM, &mut response);
    response
}

fn language(headers: &HeaderMap, tag: Option<&str>) -> Language {
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    tag.and_then(|tag| tag.parse().ok()).unwrap_or_else(|| accept.map_or_else(Language::default, Language::negotiate))
}

/// What a provider said of whoever sits at this browser, until they say what they want. 404: nothing waits.
#[utoipa::path(get, path = "/identity/upstreams/waiting", operation_id = "identity.waiting_upstream", tag = "identity",
    responses((status = 200, body = WaitingView), Problems))]
async fn waiting(
    _: Grant<SeeWaiting>,
    State(identity): State<Identity>,
    headers: HeaderMap,
) -> Result<Json<WaitingView>, ApiProblem> {
    let kept = read_host(&identity, &headers, cookies::STRANGER);
    let waiting = identity.stranger(kept.as_deref()).ok_or(IdentityError::NoSuchRequest)?;
    let name = identity.upstreams.name(&waiting.upstream).to_owned();
    Ok(Json(WaitingView {
        upstream: UpstreamView { id: waiting.upstream, name },
        waits_for: match waiting.next {
            Next::SignUp => WaitsFor::SignUp,
            Next::Link { .. } => WaitsFor::Link,
        },
        email: waiting.email,
        display_name: waiting.display_name,
    }))
}

/// Opens an account of what the provider said, and signs in. The address is proven by the provider's word.
#[utoipa::path(post, path = "/identity/upstreams/sign-up", operation_id = "identity.sign_up_by_upstream",
    tag = "identity", request_body = UpstreamSignUpForm, responses((status = 200, body = crate::http::Session), Problems))]
async fn sign_up(
    grant: Grant<SignUpBy>,
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    ValidJson(form): ValidJson<UpstreamSignUpForm>,
) -> Result<Response, ApiProblem> {
    let UpstreamSignUpForm { display_name, language, accept_terms } = form;
    let person = NewPerson { display_name, language, accept_terms };
    let waiting = identity.stranger(read_host(&identity, &headers, cookies::STRANGER).as_deref());
    let done = identity.sign_up_by_upstream(&client, grant.actor(), waiting, person).await?;
    let mut response = signed_in(&identity, done).await?;
    forget_host(&identity, cookies::STRANGER, &mut response);
    Ok(response)
}

/// The accounts elsewhere that open the account of who asks.
#[utoipa::path(get, path = "/identity/me/upstreams", operation_id = "identity.linked_upstreams", tag = "identity",
    security(("session" = [])), responses((status = 200, body = LinkedUpstreamList), Problems))]
async fn linked(
    grant: Grant<ListLinked>,
    State(identity): State<Identity>,
) -> Result<Json<LinkedUpstreamList>, ApiProblem> {
    let items = identity.linked_upstreams(grant.actor()).await?.into_iter().map(Into::into).collect();
    Ok(Json(LinkedUpstreamList { items }))
}

/// The account of who asks is opened by what waits in this browser, from here on.
#[utoipa::path(post, path = "/identity/me/upstreams", operation_id = "identity.link_upstream", tag = "identity",
    security(("session" = [])), responses((status = 204), Problems))]
async fn link(
    grant: Grant<Link>,
    State(identity): State<Identity>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let waiting = identity.stranger(read_host(&identity, &headers, cookies::STRANGER).as_deref());
    identity.link_upstream(grant.actor(), waiting).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    forget_host(&identity, cookies::STRANGER, &mut response);
    Ok(response)
}

#[utoipa::path(delete, path = "/identity/me/upstreams/{upstream}", operation_id = "identity.unlink_upstream",
    tag = "identity", security(("session" = [])), params(("upstream" = String, Path)),
    responses((status = 204), Problems))]
async fn unlink(
    grant: Grant<Unlink>,
    State(identity): State<Identity>,
    PathId(upstream): PathId<String>,
) -> Result<StatusCode, ApiProblem> {
    identity.unlink_upstream(grant.actor(), &upstream).await?;
    Ok(StatusCode::NO_CONTENT)
}
