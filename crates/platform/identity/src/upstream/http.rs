//! `/identity/upstreams/…` and `/identity/me/upstreams`: handlers. A browser is led on, never left with an error to read.

use std::borrow::Cow;

use axum::{
    Json,
    body::Bytes,
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
    Brand, CALLBACK,
    flow::{Answer, Arrival, GOING_S, Stop, local_path},
    link::{LinkedView, NewPerson, Next, WAITING_S, Waiting},
};
use crate::{
    Identity, IdentityError, cookies,
    factors::http::{add_cookie, add_host, after_sign_in, forget_host, read_host},
    http::{Accepted, set, signed_in},
    oauth::see,
    service::{Admission, Client, PENDING_S, SignedIn},
};

svetu_http::permissions! {
    ListUpstreams = "identity.upstreams" on "Account";
    Begin = "identity.begin_upstream" on "Account";
    ComeBack = "identity.upstream_callback" on "Account";
    ComeBackByForm = "identity.upstream_form_callback" on "Account";
    SeeWaiting = "identity.waiting_upstream" on "Account";
    SendCode = "identity.send_upstream_code" on "Account";
    Confirm = "identity.confirm_upstream" on "Account";
    SignUpBy = "identity.sign_up_by_upstream" on "Account";
    ListLinked = "identity.linked_upstreams" on "Account";
    Link = "identity.link_upstream" on "Account";
    Unlink = "identity.unlink_upstream" on "Account";
}

const THEME_S: i64 = 31_536_000;
/// A code, a state and what a form says of a name.
const FORM_BYTES_MAX: usize = 16 * 1024;

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(upstreams))
        .routes(routes!(begin))
        .routes(routes!(come_back, come_back_by_form))
        .routes(routes!(waiting))
        .routes(routes!(send_code))
        .routes(routes!(confirm))
        .routes(routes!(sign_up))
        .routes(routes!(linked, link))
        .routes(routes!(unlink))
}

/// A provider elsewhere that people may sign in by.
#[derive(Serialize, ToSchema)]
pub struct UpstreamView {
    pub id: String,
    /// "Google".
    pub name: String,
    pub brand: Brand,
}

#[derive(Serialize, ToSchema)]
struct UpstreamList {
    items: Vec<UpstreamView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WaitsFor {
    /// The provider does not vouch for the address: it is proven by a code first.
    Confirm,
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
struct UpstreamCodeOrder {
    /// Of the letter.
    language: Language,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpstreamCodeForm {
    code: String,
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
        see(&format!("{}{}/{path}{mark}{query}", self.site_url, language.path_prefix()))
    }

    fn waiting_view(&self, waiting: Waiting) -> WaitingView {
        WaitingView {
            upstream: self.upstreams.view(&waiting.upstream),
            waits_for: match waiting.next {
                Next::Confirm => WaitsFor::Confirm,
                Next::SignUp => WaitsFor::SignUp,
                Next::Link { .. } => WaitsFor::Link,
            },
            email: waiting.email,
            display_name: waiting.display_name,
        }
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
    let page = match identity.erasure_due_at(done.account.id).await? {
        Some(_) => Cow::Owned(format!("{}/account/privacy", language.path_prefix())),
        None => Cow::Borrowed(return_to),
    };
    // Signed in at the provider: another application learns of it by its own request, the site as any client does.
    let to = if page.starts_with("/oauth/") {
        page
    } else {
        Cow::Owned(format!("{SIGN_IN}?{}", serde_html_form::to_string([("next", page)]).unwrap_or_default()))
    };
    let mut response = see(&format!("{}{to}", identity.site_url));
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
    Json(UpstreamList { items: identity.upstreams.views() })
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
    let answer =
        Answer { code: of("code"), state: of("state"), iss: of("iss"), error: of("error"), named: of("named") };
    let (language, return_to) = (going.language, &*going.return_to);
    let mut response = match identity.come_back(&client, grant.actor(), &going, answer).await {
        // Another window of this browser may still be on its way.
        Err(stop @ Stop::Over) => return identity.stopped(&stop, &id, language, return_to, going.link),
        Err(stop) => identity.stopped(&stop, &id, language, return_to, going.link),
        Ok(Arrival::Linked) => identity.page(language, "account/security", &[("done", "linked")]),
        Ok(Arrival::Waiting { ticket, next }) => {
            let mut response = match next {
                Next::Confirm => identity.page(language, "sign-up/upstream/address", &[("next", return_to)]),
                Next::SignUp => identity.page(language, "sign-up/upstream", &[("next", return_to)]),
                Next::Link { .. } if going.link => identity.page(language, "account/security/link", &[]),
                Next::Link { .. } => {
                    let next = format!("{}/account/security/link", language.path_prefix());
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
                add_host(&identity, response.headers_mut(), cookies::PENDING, &ticket, PENDING_S);
                response
            }
        },
    };
    forget_host(&identity, cookies::UPSTREAM, &mut response);
    response
}

/// What a provider's page posts, for the document (OAuth 2.0 Form Post Response Mode, section 2).
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form's body, of which other members are passed over")]
struct AnswerForm {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    /// What Apple says of a person at their first sign-in, as JSON.
    user: Option<String>,
}

/// Where a provider's page posts what others say in the address (`response_mode=form_post`). Nothing is decided here and no cookie is
/// looked at: the browser is led on to `identity.upstream_callback`, which it shows what it keeps.
#[utoipa::path(post, path = "/identity/upstreams/{upstream}/callback", operation_id = "identity.upstream_form_callback",
    tag = "identity", params(("upstream" = String, Path)),
    request_body(content = AnswerForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To `identity.upstream_callback`, or to the sign-in page that says what is wrong"), Problems))]
async fn come_back_by_form(
    _: Grant<ComeBackByForm>,
    State(identity): State<Identity>,
    headers: HeaderMap,
    PathId(id): PathId<String>,
    body: Bytes,
) -> Response {
    let form = std::str::from_utf8(&body).ok().filter(|form| form.len() <= FORM_BYTES_MAX).unwrap_or_default();
    let of = |name| param(form, name);
    let answer = Answer { code: of("code"), state: of("state"), iss: of("iss"), error: of("error"), named: None };
    match identity.form_as_query(&id, &answer, of("user").as_deref()) {
        Ok(query) => see(&format!("{}{}?{query}", identity.site_url, CALLBACK.replace("{id}", &id))),
        Err(stop) => {
            let language = language(&headers, None);
            identity.stopped(&stop, &id, language, &local_path(None, language), false)
        }
    }
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
    Ok(Json(identity.waiting_view(waiting)))
}

/// Sends a code to the address that waits, which the provider does not vouch for. The answer is the same whether it has an account or not.
#[utoipa::path(post, path = "/identity/upstreams/waiting/code", operation_id = "identity.send_upstream_code", tag = "identity",
    request_body = UpstreamCodeOrder, responses((status = 202, body = Accepted), Problems))]
async fn send_code(
    _: Grant<SendCode>,
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    ValidJson(form): ValidJson<UpstreamCodeOrder>,
) -> Result<(StatusCode, Json<Accepted>), ApiProblem> {
    let waiting = identity.stranger(read_host(&identity, &headers, cookies::STRANGER).as_deref());
    identity.send_upstream_code(&client, waiting, form.language).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted {})))
}

/// Proves the address that waits by the letter's code; what waits then is an account to be opened, or to be signed in to.
#[utoipa::path(post, path = "/identity/upstreams/waiting/confirm", operation_id = "identity.confirm_upstream", tag = "identity",
    request_body = UpstreamCodeForm, responses((status = 200, body = WaitingView), Problems))]
async fn confirm(
    _: Grant<Confirm>,
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    ValidJson(form): ValidJson<UpstreamCodeForm>,
) -> Result<Response, ApiProblem> {
    let waiting = identity.stranger(read_host(&identity, &headers, cookies::STRANGER).as_deref());
    let (waiting, ticket) = identity.confirm_upstream(&client, waiting, &form.code).await?;
    let mut response = Json(identity.waiting_view(waiting)).into_response();
    add_host(&identity, response.headers_mut(), cookies::STRANGER, &ticket, WAITING_S);
    Ok(response)
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
    let view = |LinkedView { upstream, email, created_at, last_used_at }| {
        let upstream = identity.upstreams.view(&upstream);
        LinkedUpstream { upstream, email, created_at, last_used_at }
    };
    let items = identity.linked_upstreams(grant.actor()).await?.into_iter().map(view).collect();
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
