//! `/identity/accounts/{id}…`, `/identity/factor-resets…`, `/identity/clients…`, `/identity/signing-keys…`: for the staff.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidJson, ValidQuery};
use svetu_kernel::{AccountId, FactorResetId, Language, Role, SessionId, Timestamp};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Dossier,
    resets::{FactorReset, REASON_CHARS_MAX, Reason},
};
use crate::{
    Identity, IdentityError,
    oauth::{AuthMethod, Client, KeyView, NewClient},
    service::{AuditEntry, Person, PersonSession},
};

svetu_http::permissions! {
    SeeAccount = "identity.account" on "Account";
    EndSessionsOf = "identity.end_sessions_of" on "Account";
    RequestReset = "identity.request_factor_reset" on "Account";
    SeeResets = "identity.factor_resets" on "Account";
    ApproveReset = "identity.approve_factor_reset" on "Account";
    WithdrawReset = "identity.withdraw_factor_reset" on "Account";
    RefuseReset = "identity.refuse_factor_reset" on "Account";
    SeeClients = "identity.clients" on "Account";
    RegisterClient = "identity.register_client" on "Account";
    RenewSecret = "identity.renew_client_secret" on "Account";
    DisableClient = "identity.disable_client" on "Account";
    SeeSigningKeys = "identity.signing_keys" on "Account";
    RotateKeys = "identity.rotate_signing_keys" on "Account";
}

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(account))
        .routes(routes!(end_sessions_of))
        .routes(routes!(request_factor_reset))
        .routes(routes!(factor_resets))
        .routes(routes!(approve_factor_reset))
        .routes(routes!(withdraw_factor_reset))
        .routes(routes!(refuse_factor_reset))
        .routes(routes!(clients, register_client))
        .routes(routes!(renew_client_secret))
        .routes(routes!(disable_client))
        .routes(routes!(signing_keys))
        .routes(routes!(rotate_signing_keys))
}

#[derive(Serialize, ToSchema)]
struct AccountDossier {
    account_id: AccountId,
    email: String,
    display_name: String,
    language: Language,
    /// The address is proven; without that nobody can sign in.
    verified: bool,
    roles: BTreeSet<Role>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    erasure_due_at: Option<Timestamp>,
    has_password: bool,
    /// An authenticator application is set up since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    totp_since: Option<Timestamp>,
    passkeys: usize,
    recovery_codes_left: i64,
    trusted_devices: usize,
    sessions: Vec<AccountSession>,
    /// At most fifty, newest first.
    events: Vec<AccountEvent>,
    /// The one that waits to be approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    factor_reset: Option<FactorResetView>,
}

#[derive(Serialize, ToSchema)]
struct AccountSession {
    id: SessionId,
    device: String,
    ip_prefix: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct AccountEvent {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `account_…`, `client:…` or `system:…`.
    actor: String,
    kind: String,
    #[schema(value_type = Object)]
    detail: Value,
}

#[derive(Serialize, ToSchema)]
pub struct FactorResetView {
    id: FactorResetId,
    account_id: AccountId,
    account_name: String,
    reason: String,
    asked_by: AccountId,
    /// Empty: the account is gone.
    asked_by_name: String,
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<FactorReset> for FactorResetView {
    fn from(reset: FactorReset) -> Self {
        let FactorReset { id, account, account_name, reason, asked_by, asked_by_name, asked_at, expires_at } = reset;
        Self { id, account_id: account, account_name, reason, asked_by, asked_by_name, asked_at, expires_at }
    }
}

impl From<Dossier> for AccountDossier {
    fn from(dossier: Dossier) -> Self {
        // No secret, and of the factors no more than that they are there.
        let Dossier { person, factors, erasure_due_at, sessions, events } = dossier;
        let Person { id, email, display_name, language, verified, roles, created_at } = person;
        let session = |PersonSession { id, device, network, created_at, last_seen_at }| AccountSession {
            id,
            device,
            ip_prefix: network,
            created_at,
            last_seen_at,
        };
        let event = |AuditEntry { at, actor, kind, detail, .. }| AccountEvent { at, actor, kind, detail };
        Self {
            account_id: id,
            email,
            display_name,
            language,
            verified,
            roles,
            created_at,
            erasure_due_at,
            has_password: factors.password,
            totp_since: factors.totp_since,
            passkeys: factors.passkeys.len(),
            recovery_codes_left: factors.recovery_codes_left,
            trusted_devices: factors.devices.len(),
            sessions: sessions.into_iter().map(session).collect(),
            events: events.into_iter().map(event).collect(),
            factor_reset: factors.reset.map(Into::into),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EndSessionsQuery {
    /// This one alone.
    session: Option<SessionId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FactorResetForm {
    /// How it was made sure that it is them; the person may read it.
    #[schema(min_length = 10, max_length = 500)]
    reason: String,
}

#[derive(Serialize, ToSchema)]
struct FactorResetList {
    items: Vec<FactorResetView>,
}

/// What an application says of itself; names and meaning are those of RFC 7591 §2 where it has them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientForm {
    /// Left out: one is made.
    #[schema(min_length = 2, max_length = 64)]
    client_id: Option<String>,
    #[schema(min_length = 1, max_length = 80)]
    client_name: String,
    /// `none`, `client_secret_basic`, `client_secret_post` or `private_key_jwt`.
    token_endpoint_auth_method: String,
    #[schema(min_items = 1, max_items = 5)]
    grant_types: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 20)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 20)]
    post_logout_redirect_uris: Vec<String>,
    backchannel_logout_uri: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    scopes: Vec<String>,
    /// What it may ask tokens for (RFC 8707), beside our own API.
    #[serde(default)]
    #[schema(max_items = 20)]
    resources: Vec<String>,
    /// What it is to others, as a resource server: tokens for it are its own to introspect and to exchange.
    #[serde(default)]
    #[schema(max_items = 20)]
    serves: Vec<String>,
    /// `ES256`, `EdDSA`, `PS256` or `RS256`.
    #[serde(default = "es256")]
    #[schema(default = "ES256")]
    id_token_signed_response_alg: String,
    /// Public keys, for `private_key_jwt` and signed requests.
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
    /// Held to the FAPI 2.0 Security Profile.
    #[serde(default)]
    #[schema(default = false)]
    fapi2: bool,
    #[serde(default)]
    #[schema(default = false)]
    dpop_bound_access_tokens: bool,
    #[serde(default)]
    #[schema(default = false)]
    require_pushed_authorization_requests: bool,
    /// Ours: people are not asked whether they let it in.
    #[serde(default)]
    #[schema(default = false)]
    first_party: bool,
    /// Whom its assertions (`private_key_jwt`) name: `issuer` alone, or `endpoint` too for software that cannot do otherwise.
    #[serde(default)]
    assertion_audience: AssertionAudience,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AssertionAudience {
    #[default]
    Issuer,
    Endpoint,
}

fn es256() -> String {
    "ES256".to_owned()
}

impl ClientForm {
    fn parse(self) -> Result<NewClient, IdentityError> {
        let auth_method = AuthMethod::parse(&self.token_endpoint_auth_method)
            .ok_or_else(|| IdentityError::field("/token_endpoint_auth_method", "field.invalid"))?;
        Ok(NewClient {
            id: self.client_id,
            name: self.client_name,
            auth_method,
            jwks: self.jwks,
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            backchannel_logout_uri: self.backchannel_logout_uri,
            grant_types: self.grant_types,
            scopes: self.scopes,
            resources: self.resources,
            serves: self.serves,
            names_endpoints: self.assertion_audience == AssertionAudience::Endpoint,
            signing_alg: self.id_token_signed_response_alg,
            fapi2: self.fapi2,
            dpop_bound: self.dpop_bound_access_tokens,
            par_required: self.require_pushed_authorization_requests,
            first_party: self.first_party,
            // What acts for the platform by itself is made at the host.
            roles: Vec::new(),
        })
    }
}

#[derive(Serialize, ToSchema)]
struct ClientView {
    client_id: String,
    client_name: String,
    token_endpoint_auth_method: &'static str,
    grant_types: Vec<String>,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
    fapi2: bool,
    first_party: bool,
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        let auth = client.auth_method.name();
        let Client { id, name, redirect_uris, grant_types, scopes, fapi2, first_party, .. } = client;
        Self {
            client_id: id,
            client_name: name,
            token_endpoint_auth_method: auth,
            grant_types,
            redirect_uris,
            scopes,
            fapi2,
            first_party,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct ClientList {
    items: Vec<ClientView>,
}

#[derive(Serialize, ToSchema)]
struct ClientCreated {
    client_id: String,
    /// Shown once; a public client and one with keys have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ClientSecret {
    /// Shown once; the one of before opens nothing any more.
    client_secret: String,
}

#[derive(Serialize, ToSchema)]
struct SigningKeyView {
    kid: String,
    alg: String,
    /// It signs from then on.
    #[schema(value_type = String, format = DateTime)]
    active_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    replaced_at: Option<Timestamp>,
    /// It is in the key set until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl From<KeyView> for SigningKeyView {
    fn from(key: KeyView) -> Self {
        let KeyView { kid, algorithm, active_at, replaced_at, expires_at } = key;
        Self { kid, alg: algorithm, active_at, replaced_at, expires_at }
    }
}

#[derive(Serialize, ToSchema)]
struct SigningKeyList {
    items: Vec<SigningKeyView>,
}

impl SigningKeyList {
    fn of(keys: Vec<KeyView>) -> Json<Self> {
        Json(Self { items: keys.into_iter().map(Into::into).collect() })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotationForm {
    /// The old keys are trusted no more from now on: for a key that leaked. All their tokens end.
    #[serde(default)]
    #[schema(default = false)]
    at_once: bool,
}

/// A person's account, with its sessions and what the audit log says of it.
#[utoipa::path(get, path = "/identity/accounts/{id}", operation_id = "identity.account", tag = "identity",
    security(("session" = [])), params(("id" = AccountId, Path)), responses((status = 200, body = AccountDossier), Problems))]
async fn account(
    _: Grant<SeeAccount>,
    State(identity): State<Identity>,
    PathId(id): PathId<AccountId>,
) -> Result<Json<AccountDossier>, ApiProblem> {
    Ok(Json(identity.dossier(id).await?.into()))
}

/// Signs a person out everywhere, or of one session; with what applications were given.
#[utoipa::path(delete, path = "/identity/accounts/{id}/sessions", operation_id = "identity.end_sessions_of",
    tag = "identity", security(("session" = [])), params(("id" = AccountId, Path), EndSessionsQuery),
    responses((status = 204), Problems))]
async fn end_sessions_of(
    grant: Grant<EndSessionsOf>,
    State(identity): State<Identity>,
    PathId(id): PathId<AccountId>,
    ValidQuery(query): ValidQuery<EndSessionsQuery>,
) -> Result<StatusCode, ApiProblem> {
    identity.end_sessions_of(grant.actor(), id, query.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks that a person's second factors are taken away, because they have lost them; somebody else has to approve it. They are
/// told by letter and may refuse.
#[utoipa::path(post, path = "/identity/accounts/{id}/factor-reset", operation_id = "identity.request_factor_reset",
    tag = "identity", security(("session" = [])), params(("id" = AccountId, Path)), request_body = FactorResetForm,
    responses((status = 201, body = FactorResetView), Problems))]
async fn request_factor_reset(
    grant: Grant<RequestReset>,
    State(identity): State<Identity>,
    PathId(id): PathId<AccountId>,
    ValidJson(form): ValidJson<FactorResetForm>,
) -> Result<(StatusCode, Json<FactorResetView>), ApiProblem> {
    let reason = Reason::parse(&form.reason, REASON_CHARS_MAX).map_err(IdentityError::from)?;
    let reset = identity.request_factor_reset(grant.actor(), id, &reason).await?;
    Ok((StatusCode::CREATED, Json(reset.into())))
}

/// Those that wait to be approved, oldest first, at most a hundred.
#[utoipa::path(get, path = "/identity/factor-resets", operation_id = "identity.factor_resets", tag = "identity",
    security(("session" = [])), responses((status = 200, body = FactorResetList), Problems))]
async fn factor_resets(
    _: Grant<SeeResets>,
    State(identity): State<Identity>,
) -> Result<Json<FactorResetList>, ApiProblem> {
    let items = identity.factor_resets().await?.into_iter().map(Into::into).collect();
    Ok(Json(FactorResetList { items }))
}

/// Takes away the authenticator, passkeys, recovery codes, remembered devices and keys, and ends all sessions: by somebody
/// else than who asked.
#[utoipa::path(post, path = "/identity/factor-resets/{id}/approval", operation_id = "identity.approve_factor_reset",
    tag = "identity", security(("session" = [])), params(("id" = FactorResetId, Path)), responses((status = 204), Problems))]
async fn approve_factor_reset(
    grant: Grant<ApproveReset>,
    State(identity): State<Identity>,
    PathId(id): PathId<FactorResetId>,
) -> Result<StatusCode, ApiProblem> {
    identity.approve_factor_reset(grant.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/identity/factor-resets/{id}", operation_id = "identity.withdraw_factor_reset",
    tag = "identity", security(("session" = [])), params(("id" = FactorResetId, Path)), responses((status = 204), Problems))]
async fn withdraw_factor_reset(
    grant: Grant<WithdrawReset>,
    State(identity): State<Identity>,
    PathId(id): PathId<FactorResetId>,
) -> Result<StatusCode, ApiProblem> {
    identity.withdraw_factor_reset(grant.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own second factors stay: whoever asked support to take them away was somebody else.
#[utoipa::path(delete, path = "/identity/me/factor-reset", operation_id = "identity.refuse_factor_reset",
    tag = "identity", security(("session" = [])), responses((status = 204), Problems))]
async fn refuse_factor_reset(
    grant: Grant<RefuseReset>,
    State(identity): State<Identity>,
) -> Result<StatusCode, ApiProblem> {
    identity.refuse_factor_reset(grant.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Applications that people sign in to with their account here, at most five hundred.
#[utoipa::path(get, path = "/identity/clients", operation_id = "identity.clients", tag = "identity",
    security(("session" = [])), responses((status = 200, body = ClientList), Problems))]
async fn clients(_: Grant<SeeClients>, State(identity): State<Identity>) -> Result<Json<ClientList>, ApiProblem> {
    let items = identity.registered_clients().await?.into_iter().map(Into::into).collect();
    Ok(Json(ClientList { items }))
}

#[utoipa::path(post, path = "/identity/clients", operation_id = "identity.register_client", tag = "identity",
    security(("session" = [])), request_body = ClientForm, responses((status = 201, body = ClientCreated), Problems))]
async fn register_client(
    grant: Grant<RegisterClient>,
    State(identity): State<Identity>,
    ValidJson(form): ValidJson<ClientForm>,
) -> Result<(StatusCode, Json<ClientCreated>), ApiProblem> {
    let made = identity.register_client_by(grant.actor(), &form.parse()?).await?;
    Ok((StatusCode::CREATED, Json(ClientCreated { client_id: made.id, client_secret: made.secret })))
}

/// A secret in place of the one of before.
#[utoipa::path(post, path = "/identity/clients/{client}/secret", operation_id = "identity.renew_client_secret",
    tag = "identity", security(("session" = [])), params(("client" = String, Path)),
    responses((status = 200, body = ClientSecret), Problems))]
async fn renew_client_secret(
    grant: Grant<RenewSecret>,
    State(identity): State<Identity>,
    PathId(client): PathId<String>,
) -> Result<Json<ClientSecret>, ApiProblem> {
    let client_secret = identity.renew_client_secret_by(grant.actor(), &client).await?;
    Ok(Json(ClientSecret { client_secret }))
}

/// Ends an application and all that it was given.
#[utoipa::path(delete, path = "/identity/clients/{client}", operation_id = "identity.disable_client", tag = "identity",
    security(("session" = [])), params(("client" = String, Path)), responses((status = 204), Problems))]
async fn disable_client(
    grant: Grant<DisableClient>,
    State(identity): State<Identity>,
    PathId(client): PathId<String>,
) -> Result<StatusCode, ApiProblem> {
    identity.disable_client_by(grant.actor(), &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keys that sign tokens, newest first, at most two hundred.
#[utoipa::path(get, path = "/identity/signing-keys", operation_id = "identity.signing_keys", tag = "identity",
    security(("session" = [])), responses((status = 200, body = SigningKeyList), Problems))]
async fn signing_keys(
    _: Grant<SeeSigningKeys>,
    State(identity): State<Identity>,
) -> Result<Json<SigningKeyList>, ApiProblem> {
    Ok(SigningKeyList::of(identity.signing_keys().await?))
}

/// A successor for each signing key. The old ones stay in the key set until their last token is over, unless `at_once`.
#[utoipa::path(post, path = "/identity/signing-keys/rotation", operation_id = "identity.rotate_signing_keys",
    tag = "identity", security(("session" = [])), request_body = RotationForm,
    responses((status = 200, body = SigningKeyList), Problems))]
async fn rotate_signing_keys(
    grant: Grant<RotateKeys>,
    State(identity): State<Identity>,
    ValidJson(form): ValidJson<RotationForm>,
) -> Result<Json<SigningKeyList>, ApiProblem> {
    Ok(SigningKeyList::of(identity.rotate_keys_by(grant.actor(), form.at_once).await?))
}
