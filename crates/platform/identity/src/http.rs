//! `/identity/…`: wire types and handlers.

mod keys;

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

use axum::{
    Json,
    extract::{FromRequestParts, State},
    response::{AppendHeaders, IntoResponse, Response},
};
use http::{StatusCode, header, request::Parts};
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, ClientAddress, Grant, PathId, Problems, ValidJson, Worked, provider_cookie};
use svetu_kernel::{AccountId, Language, Role, SessionId, Subject, Timestamp, UserId};
use svetu_ports::Resource;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Identity, IdentityError, cookies,
    factors::{http as factors, wire::SignInAnswer},
    model,
    oauth::Question,
    service::{Changes, Client, SignUp, SignedIn},
    sessions::NewSession,
};

svetu_http::permissions! {
    DoSignUp = "identity.sign_up" on "Account";
    DoVerifyEmail = "identity.verify_email" on "Account";
    DoSignIn = "identity.sign_in" on "Account";
    DoSignOut = "identity.sign_out" on "Account";
    DoRequestRecovery = "identity.request_recovery" on "Account";
    DoCompleteRecovery = "identity.complete_recovery" on "Account";
    SeeMe = "identity.me" on "Account";
    UpdateMe = "identity.update_me" on "Account";
    ChangePassword = "identity.change_password" on "Account";
    ListSessions = "identity.list_sessions" on "Session";
    EndSession = "identity.end_session" on "Session";
    EndOtherSessions = "identity.end_other_sessions" on "Session";
    SeeDevice = "identity.device_request" on "Account";
    AnswerDevice = "identity.answer_device" on "Account";
    SeeAuthorization = "identity.authorization_request" on "Account";
    ListKeys = "identity.list_keys" on "Account";
    CreateKey = "identity.create_key" on "Account";
    RevokeKey = "identity.revoke_key" on "Account";
    FindAccounts = "identity.find_accounts" on "Account";
    SetRoles = "identity.set_roles" on "Account";
}

const FOUND_MAX: i64 = 50;

pub fn routes(identity: Identity) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sign_up))
        .routes(routes!(verify_email))
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(request_recovery))
        .routes(routes!(complete_recovery))
        .routes(routes!(me, update_me))
        .routes(routes!(change_password))
        .routes(routes!(list_sessions, end_other_sessions))
        .routes(routes!(end_session))
        .routes(routes!(authorization_request))
        .routes(routes!(device_request, answer_device))
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(find_accounts))
        .routes(routes!(set_roles))
        .merge(factors::routes())
        .merge(crate::privacy::routes())
        .merge(crate::staff::http::routes())
        .merge(crate::support::routes())
        .merge(crate::tenants::routes())
        .merge(crate::upstream::routes())
        .merge(crate::phone::routes())
        .with_state(identity)
}

/// Nothing more to say: the rest comes by mail.
#[derive(Serialize, ToSchema)]
pub struct Accepted {}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignUpForm {
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// Any script; 8 to 256 characters. Without one the person makes a passkey once the address is proven.
    #[schema(format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
    #[schema(min_length = 2, max_length = 60)]
    display_name: String,
    language: Language,
    accept_terms: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInForm {
    email: String,
    #[schema(format = Password)]
    password: String,
    /// Stay signed in when the browser is closed.
    #[serde(default = "yes")]
    #[schema(default = true)]
    remember: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkForm {
    token: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecoveryForm {
    #[schema(format = Email, max_length = 254)]
    email: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPasswordForm {
    token: String,
    /// May be left out by an account that has none: a new passkey takes its place.
    #[schema(format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MePatch {
    #[schema(min_length = 2, max_length = 60)]
    display_name: Option<String>,
    language: Option<Language>,
    /// `light`, `dark` or `system`.
    #[schema(pattern = "^(light|dark|system)$")]
    theme: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordForm {
    /// Left out by an account that has none yet.
    #[schema(format = Password)]
    current: Option<String>,
    #[schema(format = Password, min_length = 8, max_length = 256)]
    new: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RolesForm {
    roles: BTreeSet<Role>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeviceAnswer {
    allow: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Me {
    account_id: AccountId,
    user_id: UserId,
    email: String,
    display_name: String,
    language: Language,
    /// False for an account that is entered by passkeys or codes alone.
    has_password: bool,
    roles: Vec<Role>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<String>,
    /// One of support looks at the platform in this person's place until then, and can change nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    support_until: Option<Timestamp>,
}

impl Me {
    async fn of(identity: &Identity, account: model::Account) -> Result<Self, IdentityError> {
        Ok(Self {
            account_id: account.id,
            user_id: UserId::from_uuid(account.id.uuid()),
            email: identity.address_of(&account).await?,
            display_name: account.display_name,
            language: account.language,
            has_password: account.password_hash.is_some(),
            roles: account.roles.into_iter().collect(),
            created_at: account.created_at,
            theme: account.theme,
            support_until: None,
        })
    }
}

/// Who has just signed in; the session itself is in the cookie.
#[derive(Serialize, ToSchema)]
pub struct Session {
    me: Me,
    /// The person asked to be erased and is so then, unless they take it back (`identity.cancel_erasure`).
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    erasure_due_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
struct SessionView {
    id: SessionId,
    /// "Firefox, Linux".
    device: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
    /// This is the one that asks.
    current: bool,
    /// The network it began in: `203.0.113.0/24`.
    ip_prefix: String,
}

#[derive(Serialize, ToSchema)]
struct SessionList {
    items: Vec<SessionView>,
}

#[derive(Serialize, ToSchema)]
struct AuthorizationView {
    /// As its developer named it.
    client_name: String,
    /// The host that the answer goes to; empty: a device fetches it.
    goes_to: String,
    /// `openid`, `profile`, `email`, `offline_access`, or what the application's own resources know.
    scopes: Vec<String>,
    /// From where a device asked, as `203.0.113.0/24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// Of the account that answers.
    email: String,
}

impl From<Question> for AuthorizationView {
    fn from(question: Question) -> Self {
        let Question { client, scopes, goes_to, network, email } = question;
        Self { client_name: client.name, goes_to, scopes, network, email }
    }
}

#[derive(Serialize, ToSchema)]
struct AccountView {
    #[serde(flatten)]
    account: Me,
    verified: bool,
}

#[derive(Serialize, ToSchema)]
struct AccountList {
    items: Vec<AccountView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountSearch {
    /// A whole address, an account's id, or how a name begins.
    #[schema(min_length = 1, max_length = 254)]
    text: String,
}

impl FromRequestParts<Identity> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self, Self::Rejection> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let address = parts.extensions.get().copied().unwrap_or(ClientAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        let kept = |name| cookies::read(&parts.headers, &cookies::host_name(identity.secure, name));
        let worked = parts.extensions.get::<Worked>().is_some();
        Ok(Self {
            address,
            worked,
            device: model::device(agent),
            trusted: kept(cookies::TRUSTED),
            pending: kept(cookies::PENDING),
            code_request: kept(cookies::CODE),
        })
    }
}

fn cookie(identity: &Identity, value: &str, max_age_s: Option<i64>) -> String {
    cookies::write(identity.secure, provider_cookie(identity.secure), value, max_age_s)
}

/// Takes the session's cookie away.
pub fn gone_cookie(identity: &Identity) -> String {
    cookie(identity, "", Some(0))
}

pub fn set(identity: &Identity, session: &NewSession) -> AppendHeaders<[(header::HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, cookie(identity, &session.token, session.max_age_s))])
}

pub async fn signed_in(identity: &Identity, done: SignedIn) -> Result<Response, ApiProblem> {
    let erasure_due_at = identity.erasure_due_at(done.account.id).await?;
    let me = Me::of(identity, done.account).await?;
    let mut response = (set(identity, &done.session), Json(Session { me, erasure_due_at })).into_response();
    factors::after_sign_in(identity, done.trusted.as_deref(), response.headers_mut());
    Ok(response)
}

/// Opens an account. The answer is always the same; a letter follows.
#[utoipa::path(post, path = "/identity/sign-up", operation_id = "identity.sign_up", tag = "identity",
    request_body = SignUpForm, responses((status = 202, body = Accepted), Problems))]
async fn sign_up(
    _: Grant<DoSignUp>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<SignUpForm>,
) -> Result<(StatusCode, Json<Accepted>), ApiProblem> {
    let SignUpForm { email, password, display_name, language, accept_terms } = form;
    identity.sign_up(&client, SignUp { email, password, display_name, language, accept_terms }).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted {})))
}

/// Proves the address by the letter's link and signs in.
#[utoipa::path(post, path = "/identity/verify-email", operation_id = "identity.verify_email", tag = "identity",
    request_body = LinkForm, responses((status = 200, body = Session), Problems))]
async fn verify_email(
    grant: Grant<DoVerifyEmail>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<LinkForm>,
) -> Result<Response, ApiProblem> {
    let done = identity.verify_email(&client, grant.actor(), &form.token).await?;
    signed_in(&identity, done).await
}

#[utoipa::path(post, path = "/identity/sign-in", operation_id = "identity.sign_in", tag = "identity",
    request_body = SignInForm, responses((status = 200, body = SignInAnswer), Problems))]
async fn sign_in(
    grant: Grant<DoSignIn>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<SignInForm>,
) -> Result<Response, ApiProblem> {
    let done = identity.sign_in(&client, grant.actor(), &form.email, &form.password, form.remember).await?;
    factors::admitted(&identity, done).await
}

/// Ends the session; without one there is nothing to end.
#[utoipa::path(post, path = "/identity/sign-out", operation_id = "identity.sign_out", tag = "identity",
    responses((status = 204), Problems))]
async fn sign_out(grant: Grant<DoSignOut>, State(identity): State<Identity>) -> Result<Response, ApiProblem> {
    identity.sign_out(grant.actor()).await?;
    let gone = AppendHeaders([(header::SET_COOKIE, gone_cookie(&identity))]);
    Ok((StatusCode::NO_CONTENT, gone).into_response())
}

/// Asks for a letter with a link to a new password. The answer is always the same.
#[utoipa::path(post, path = "/identity/recovery", operation_id = "identity.request_recovery", tag = "identity",
    request_body = RecoveryForm, responses((status = 202, body = Accepted), Problems))]
async fn request_recovery(
    _: Grant<DoRequestRecovery>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<RecoveryForm>,
) -> Result<(StatusCode, Json<Accepted>), ApiProblem> {
    identity.request_recovery(&client, &form.email).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted {})))
}

/// Sets a new password by the letter's link, signs in here and out everywhere else.
#[utoipa::path(post, path = "/identity/recovery/complete", operation_id = "identity.complete_recovery", tag = "identity",
    request_body = NewPasswordForm, responses((status = 200, body = SignInAnswer), Problems))]
async fn complete_recovery(
    grant: Grant<DoCompleteRecovery>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<NewPasswordForm>,
) -> Result<Response, ApiProblem> {
    let done = identity.complete_recovery(&client, grant.actor(), &form.token, form.password.as_deref()).await?;
    factors::admitted(&identity, done).await
}

#[utoipa::path(get, path = "/identity/me", operation_id = "identity.me", tag = "identity", security(("session" = [])),
    responses((status = 200, body = Me), Problems))]
async fn me(grant: Grant<SeeMe>, State(identity): State<Identity>) -> Result<Json<Me>, ApiProblem> {
    let account = identity.me(grant.actor()).await?;
    let me = Me::of(&identity, account).await?;
    Ok(Json(Me { support_until: grant.actor().acting.map(|acting| acting.until), ..me }))
}

#[utoipa::path(patch, path = "/identity/me", operation_id = "identity.update_me", tag = "identity",
    security(("session" = [])), request_body = MePatch, responses((status = 200, body = Me), Problems))]
async fn update_me(
    grant: Grant<UpdateMe>,
    State(identity): State<Identity>,
    ValidJson(patch): ValidJson<MePatch>,
) -> Result<Json<Me>, ApiProblem> {
    let MePatch { display_name, language, theme } = patch;
    let account = identity.update_me(grant.actor(), Changes { display_name, language, theme }).await?;
    Ok(Json(Me::of(&identity, account).await?))
}

/// Signs out everywhere else; this session goes on under a new cookie.
#[utoipa::path(post, path = "/identity/me/password", operation_id = "identity.change_password", tag = "identity",
    security(("session" = [])), request_body = PasswordForm, responses((status = 204), Problems))]
async fn change_password(
    grant: Grant<ChangePassword>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<PasswordForm>,
) -> Result<Response, ApiProblem> {
    let done = identity.change_password(grant.actor(), &client, form.current.as_deref(), &form.new).await?;
    Ok((StatusCode::NO_CONTENT, set(&identity, &done.session)).into_response())
}

#[utoipa::path(get, path = "/identity/sessions", operation_id = "identity.list_sessions", tag = "identity",
    security(("session" = [])), responses((status = 200, body = SessionList), Problems))]
async fn list_sessions(
    grant: Grant<ListSessions>,
    State(identity): State<Identity>,
) -> Result<Json<SessionList>, ApiProblem> {
    let own = match grant.actor().subject {
        Subject::Account { session, .. } => session,
        Subject::Visitor | Subject::Machine { .. } | Subject::System { .. } => None,
    };
    let sessions = identity.list_sessions(grant.actor()).await?;
    let items = sessions
        .into_iter()
        .map(|session| SessionView {
            id: session.id,
            device: session.device,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            current: own == Some(session.id),
            ip_prefix: session.network,
        })
        .collect();
    Ok(Json(SessionList { items }))
}

#[utoipa::path(delete, path = "/identity/sessions/{id}", operation_id = "identity.end_session", tag = "identity",
    security(("session" = [])), params(("id" = SessionId, Path)), responses((status = 204), Problems))]
async fn end_session(
    grant: Grant<EndSession>,
    State(identity): State<Identity>,
    PathId(id): PathId<SessionId>,
) -> Result<StatusCode, ApiProblem> {
    identity.end_session(grant.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out everywhere but here.
#[utoipa::path(delete, path = "/identity/sessions", operation_id = "identity.end_other_sessions", tag = "identity",
    security(("session" = [])), responses((status = 204), Problems))]
async fn end_other_sessions(
    grant: Grant<EndOtherSessions>,
    State(identity): State<Identity>,
) -> Result<StatusCode, ApiProblem> {
    identity.end_other_sessions(grant.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an application asks the signed-in person for, while its request waits for them (`/oauth/authorize`).
#[utoipa::path(get, path = "/identity/authorization-requests/{request}", operation_id = "identity.authorization_request",
    tag = "identity", security(("session" = [])), params(("request" = String, Path)),
    responses((status = 200, body = AuthorizationView), Problems))]
async fn authorization_request(
    grant: Grant<SeeAuthorization>,
    State(identity): State<Identity>,
    PathId(request): PathId<String>,
) -> Result<Json<AuthorizationView>, ApiProblem> {
    Ok(Json(identity.authorization_request(grant.actor(), &request).await?.into()))
}

/// What the device with this code asks the signed-in person for; guesses at codes are limited.
#[utoipa::path(get, path = "/identity/device-requests/{user_code}", operation_id = "identity.device_request",
    tag = "identity", security(("session" = [])), params(("user_code" = String, Path)),
    responses((status = 200, body = AuthorizationView), Problems))]
async fn device_request(
    grant: Grant<SeeDevice>,
    State(identity): State<Identity>,
    client: Client,
    PathId(user_code): PathId<String>,
) -> Result<Json<AuthorizationView>, ApiProblem> {
    Ok(Json(identity.device_request(grant.actor(), &client, &user_code).await?.into()))
}

/// Allows the device with this code what it asks for, or refuses.
#[utoipa::path(post, path = "/identity/device-requests/{user_code}", operation_id = "identity.answer_device",
    tag = "identity", security(("session" = [])), params(("user_code" = String, Path)), request_body = DeviceAnswer,
    responses((status = 204), Problems))]
async fn answer_device(
    grant: Grant<AnswerDevice>,
    State(identity): State<Identity>,
    client: Client,
    PathId(user_code): PathId<String>,
    ValidJson(form): ValidJson<DeviceAnswer>,
) -> Result<StatusCode, ApiProblem> {
    identity.decide_device(grant.actor(), &client, &user_code, form.allow).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account of this whole address or id, or those whose name begins so, at most fifty; for the staff. What is looked for
/// stands in the body: addresses of requests are kept by many.
#[utoipa::path(post, path = "/identity/accounts/search", operation_id = "identity.find_accounts", tag = "identity",
    security(("session" = [])), request_body = AccountSearch, responses((status = 200, body = AccountList), Problems))]
async fn find_accounts(
    _: Grant<FindAccounts>,
    State(identity): State<Identity>,
    ValidJson(form): ValidJson<AccountSearch>,
) -> Result<Json<AccountList>, ApiProblem> {
    let fault = match form.text.trim() {
        "" => Some("field.missing"),
        text if text.len() > model::EMAIL_BYTES_MAX || text.chars().any(char::is_control) => Some("field.invalid"),
        _ => None,
    };
    if let Some(code) = fault {
        return Err(IdentityError::field("/text", code).into());
    }
    let found = identity.find_accounts(&form.text, FOUND_MAX).await?;
    let mut items = Vec::with_capacity(found.len());
    for account in found {
        items.push(AccountView { verified: account.verified, account: Me::of(&identity, account).await? });
    }
    Ok(Json(AccountList { items }))
}

/// Gives exactly these roles; `member` is always one of them.
#[utoipa::path(put, path = "/identity/accounts/{id}/roles", operation_id = "identity.set_roles", tag = "identity",
    security(("session" = [])), params(("id" = AccountId, Path)), request_body = RolesForm,
    responses((status = 204), Problems))]
async fn set_roles(
    grant: Grant<SetRoles>,
    State(identity): State<Identity>,
    PathId(id): PathId<AccountId>,
    ValidJson(form): ValidJson<RolesForm>,
) -> Result<StatusCode, ApiProblem> {
    grant.on(&Resource::new("Account", id.to_string()).owned_by(id))?;
    // Who may do everything by it has just proven who they are.
    crate::factors::confirmed(grant.actor(), identity.clock.now())?;
    identity.set_roles_by(grant.actor(), id, form.roles).await?;
    Ok(StatusCode::NO_CONTENT)
}
