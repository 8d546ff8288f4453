//! `/identity/sign-in/…` and `/identity/me/…` of factors: handlers.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidJson};
use svetu_kernel::{PasskeyId, TrustedDeviceId};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    codes::MAILED_S,
    devices::TRUSTED_DAYS,
    wire::{
        Ceremony, CodeForm, CodeRequest, Factors, NewPasskeyForm, PasskeyCreated, PasskeyForm, PasskeyPatch,
        RecoveryCodes, SecondFactor, SecondFactorForm, SecondMethod, SecurityEventList, SignInAnswer, StepUpForm,
        TotpForm, TotpOfferView,
    },
};
use crate::{
    Identity, cookies,
    http::{Accepted, set, signed_in},
    service::{Admission, Client, PENDING_S},
};

svetu_http::permissions! {
    CompleteFactor = "identity.complete_factor" on "Account";
    RequestCode = "identity.request_code" on "Account";
    SignInByCode = "identity.sign_in_by_code" on "Account";
    BeginPasskeySignIn = "identity.passkey_options" on "Account";
    SignInByPasskey = "identity.sign_in_by_passkey" on "Account";
    SeeFactors = "identity.factors" on "Account";
    SeeEvents = "identity.security_events" on "Account";
    DoStepUp = "identity.step_up" on "Account";
    BeginTotp = "identity.begin_totp" on "Account";
    ConfirmTotp = "identity.confirm_totp" on "Account";
    RemoveTotp = "identity.remove_totp" on "Account";
    RenewCodes = "identity.renew_recovery_codes" on "Account";
    BeginPasskey = "identity.begin_passkey" on "Account";
    AddPasskey = "identity.add_passkey" on "Account";
    RenamePasskey = "identity.rename_passkey" on "Account";
    RemovePasskey = "identity.remove_passkey" on "Account";
    ForgetDevice = "identity.forget_device" on "Account";
}

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(complete_factor))
        .routes(routes!(request_code))
        .routes(routes!(sign_in_by_code))
        .routes(routes!(passkey_options))
        .routes(routes!(sign_in_by_passkey))
        .routes(routes!(factors))
        .routes(routes!(security_events))
        .routes(routes!(step_up))
        .routes(routes!(begin_totp, confirm_totp, remove_totp))
        .routes(routes!(renew_recovery_codes))
        .routes(routes!(begin_passkey))
        .routes(routes!(add_passkey))
        .routes(routes!(rename_passkey, remove_passkey))
        .routes(routes!(forget_device))
}

pub fn add_cookie(headers: &mut HeaderMap, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// What waited, waits no more; a device may be remembered.
pub fn after_sign_in(identity: &Identity, trusted: Option<&str>, headers: &mut HeaderMap) {
    if let Some(token) = trusted {
        add_host(identity, headers, cookies::TRUSTED, token, TRUSTED_DAYS * 86_400);
    }
}

/// A cookie that nobody but this host can put into a browser, as [`cookies::host_name`] calls it.
pub fn add_host(identity: &Identity, headers: &mut HeaderMap, name: &str, value: &str, max_age_s: i64) {
    let name = cookies::host_name(identity.secure, name);
    add_cookie(headers, &cookies::write(identity.secure, &name, value, Some(max_age_s)));
}

pub fn read_host(identity: &Identity, headers: &HeaderMap, name: &str) -> Option<String> {
    cookies::read(headers, &cookies::host_name(identity.secure, name))
}

pub fn forget_host(identity: &Identity, name: &str, response: &mut Response) {
    let name = cookies::host_name(identity.secure, name);
    add_cookie(response.headers_mut(), &cookies::write(identity.secure, &name, "", Some(0)));
}

/// In, or on to the second factor.
pub async fn admitted(identity: &Identity, admission: Admission) -> Result<Response, ApiProblem> {
    match admission {
        Admission::In(done) => signed_in(identity, *done).await,
        Admission::Second { ticket, recovery_codes, passkeys } => {
            let codes = recovery_codes.then_some(SecondMethod::RecoveryCode);
            let methods = std::iter::once(SecondMethod::Totp).chain(codes).collect();
            let answer = SignInAnswer {
                me: None,
                erasure_due_at: None,
                second_factor: Some(SecondFactor { methods, passkeys }),
            };
            let mut response = Json(answer).into_response();
            add_host(identity, response.headers_mut(), cookies::PENDING, &ticket, PENDING_S);
            Ok(response)
        }
    }
}

/// The second factor of the sign-in that this browser began.
#[utoipa::path(post, path = "/identity/sign-in/factor", operation_id = "identity.complete_factor", tag = "identity",
    request_body = SecondFactorForm, responses((status = 200, body = SignInAnswer), Problems))]
async fn complete_factor(
    grant: Grant<CompleteFactor>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<SecondFactorForm>,
) -> Result<Response, ApiProblem> {
    let SecondFactorForm { method, code, trust_device } = form;
    let done = identity.complete_factor(&client, grant.actor(), method.into(), &code, trust_device).await?;
    let mut response = signed_in(&identity, done).await?;
    forget_host(&identity, cookies::PENDING, &mut response);
    Ok(response)
}

/// Asks for a code to sign in with, in this browser, by letter or by a message. The answer is always the same.
#[utoipa::path(post, path = "/identity/sign-in/code", operation_id = "identity.request_code", tag = "identity",
    request_body = CodeRequest, responses((status = 202, body = Accepted), Problems))]
async fn request_code(
    _: Grant<RequestCode>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<CodeRequest>,
) -> Result<Response, ApiProblem> {
    let request = match (form.email, form.phone) {
        (Some(email), None) => identity.request_code(&client, &email).await?.request,
        (None, Some(phone)) => identity.request_text(&client, &phone).await?,
        (None, None) => return Err(crate::IdentityError::field("/email", "field.missing").into()),
        (Some(_), Some(_)) => return Err(crate::IdentityError::field("/phone", "field.invalid").into()),
    };
    let mut response = (StatusCode::ACCEPTED, Json(Accepted {})).into_response();
    add_host(&identity, response.headers_mut(), cookies::CODE, &request, MAILED_S);
    Ok(response)
}

/// Signs in by the letter's code, in the browser that asked for it.
#[utoipa::path(post, path = "/identity/sign-in/code/complete", operation_id = "identity.sign_in_by_code", tag = "identity",
    request_body = CodeForm, responses((status = 200, body = SignInAnswer), Problems))]
async fn sign_in_by_code(
    grant: Grant<SignInByCode>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<CodeForm>,
) -> Result<Response, ApiProblem> {
    let done = identity.sign_in_by_code(&client, grant.actor(), &form.code, form.remember).await?;
    let mut response = admitted(&identity, done).await?;
    forget_host(&identity, cookies::CODE, &mut response);
    Ok(response)
}

/// Options for `navigator.credentials.get`; they name no account.
#[utoipa::path(post, path = "/identity/sign-in/passkey/options", operation_id = "identity.passkey_options",
    tag = "identity", responses((status = 200, body = Ceremony), Problems))]
async fn passkey_options(
    _: Grant<BeginPasskeySignIn>,
    State(identity): State<Identity>,
) -> Result<Json<Ceremony>, ApiProblem> {
    let (options, state) = identity.begin_passkey_sign_in()?;
    Ok(Json(Ceremony { options, state }))
}

#[utoipa::path(post, path = "/identity/sign-in/passkey", operation_id = "identity.sign_in_by_passkey", tag = "identity",
    request_body = PasskeyForm, responses((status = 200, body = SignInAnswer), Problems))]
async fn sign_in_by_passkey(
    grant: Grant<SignInByPasskey>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<PasskeyForm>,
) -> Result<Response, ApiProblem> {
    let PasskeyForm { state, credential, remember } = form;
    let done = identity.sign_in_by_passkey(&client, grant.actor(), &state, credential, remember).await?;
    let mut response = signed_in(&identity, done).await?;
    forget_host(&identity, cookies::PENDING, &mut response);
    Ok(response)
}

/// The ways into the account of who asks.
#[utoipa::path(get, path = "/identity/me/factors", operation_id = "identity.factors", tag = "identity",
    security(("session" = [])), responses((status = 200, body = Factors), Problems))]
async fn factors(grant: Grant<SeeFactors>, State(identity): State<Identity>) -> Result<Json<Factors>, ApiProblem> {
    Ok(Json(identity.factors(grant.actor()).await?.into()))
}

/// The newest events of the account, at most fifty.
#[utoipa::path(get, path = "/identity/me/security-events", operation_id = "identity.security_events", tag = "identity",
    security(("session" = [])), responses((status = 200, body = SecurityEventList), Problems))]
async fn security_events(
    grant: Grant<SeeEvents>,
    State(identity): State<Identity>,
) -> Result<Json<SecurityEventList>, ApiProblem> {
    let items = identity.security_events(grant.actor()).await?.into_iter().map(Into::into).collect();
    Ok(Json(SecurityEventList { items }))
}

/// Proves once more who asks; the session goes on under a new cookie (RFC 9470).
#[utoipa::path(post, path = "/identity/me/step-up", operation_id = "identity.step_up", tag = "identity",
    security(("session" = [])), request_body = StepUpForm, responses((status = 204), Problems))]
async fn step_up(
    grant: Grant<DoStepUp>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<StepUpForm>,
) -> Result<Response, ApiProblem> {
    let done = identity.step_up(&client, grant.actor(), form.into()).await?;
    Ok((StatusCode::NO_CONTENT, set(&identity, &done.session)).into_response())
}

/// A secret for an authenticator application; nothing is asked for until its first code is confirmed.
#[utoipa::path(post, path = "/identity/me/totp", operation_id = "identity.begin_totp", tag = "identity",
    security(("session" = [])), responses((status = 200, body = TotpOfferView), Problems))]
async fn begin_totp(
    grant: Grant<BeginTotp>,
    State(identity): State<Identity>,
) -> Result<Json<TotpOfferView>, ApiProblem> {
    let offer = identity.begin_totp(grant.actor()).await?;
    Ok(Json(TotpOfferView { secret: offer.secret, uri: offer.uri, state: offer.state }))
}

/// From here on the authenticator is asked for. Answers the recovery codes.
#[utoipa::path(put, path = "/identity/me/totp", operation_id = "identity.confirm_totp", tag = "identity",
    security(("session" = [])), request_body = TotpForm, responses((status = 200, body = RecoveryCodes), Problems))]
async fn confirm_totp(
    grant: Grant<ConfirmTotp>,
    State(identity): State<Identity>,
    ValidJson(form): ValidJson<TotpForm>,
) -> Result<Json<RecoveryCodes>, ApiProblem> {
    let recovery_codes = identity.confirm_totp(grant.actor(), &form.state, &form.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// The recovery codes and the remembered devices go with it.
#[utoipa::path(delete, path = "/identity/me/totp", operation_id = "identity.remove_totp", tag = "identity",
    security(("session" = [])), responses((status = 204), Problems))]
async fn remove_totp(grant: Grant<RemoveTotp>, State(identity): State<Identity>) -> Result<StatusCode, ApiProblem> {
    identity.remove_totp(grant.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// New recovery codes; those of before open nothing any more.
#[utoipa::path(post, path = "/identity/me/recovery-codes", operation_id = "identity.renew_recovery_codes",
    tag = "identity", security(("session" = [])), responses((status = 200, body = RecoveryCodes), Problems))]
async fn renew_recovery_codes(
    grant: Grant<RenewCodes>,
    State(identity): State<Identity>,
) -> Result<Json<RecoveryCodes>, ApiProblem> {
    let recovery_codes = identity.new_recovery_codes(grant.actor()).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Options for `navigator.credentials.create`.
#[utoipa::path(post, path = "/identity/me/passkeys/options", operation_id = "identity.begin_passkey", tag = "identity",
    security(("session" = [])), responses((status = 200, body = Ceremony), Problems))]
async fn begin_passkey(
    grant: Grant<BeginPasskey>,
    State(identity): State<Identity>,
) -> Result<Json<Ceremony>, ApiProblem> {
    let (options, state) = identity.begin_passkey(grant.actor()).await?;
    Ok(Json(Ceremony { options, state }))
}

#[utoipa::path(post, path = "/identity/me/passkeys", operation_id = "identity.add_passkey", tag = "identity",
    security(("session" = [])), request_body = NewPasskeyForm, responses((status = 201, body = PasskeyCreated), Problems))]
async fn add_passkey(
    grant: Grant<AddPasskey>,
    State(identity): State<Identity>,
    ValidJson(form): ValidJson<NewPasskeyForm>,
) -> Result<(StatusCode, Json<PasskeyCreated>), ApiProblem> {
    let NewPasskeyForm { state, credential, name } = form;
    let id = identity.add_passkey(grant.actor(), &state, credential, &name).await?;
    Ok((StatusCode::CREATED, Json(PasskeyCreated { id })))
}

#[utoipa::path(patch, path = "/identity/me/passkeys/{id}", operation_id = "identity.rename_passkey", tag = "identity",
    security(("session" = [])), params(("id" = PasskeyId, Path)), request_body = PasskeyPatch,
    responses((status = 204), Problems))]
async fn rename_passkey(
    grant: Grant<RenamePasskey>,
    State(identity): State<Identity>,
    PathId(id): PathId<PasskeyId>,
    ValidJson(form): ValidJson<PasskeyPatch>,
) -> Result<StatusCode, ApiProblem> {
    identity.rename_passkey(grant.actor(), id, &form.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/identity/me/passkeys/{id}", operation_id = "identity.remove_passkey", tag = "identity",
    security(("session" = [])), params(("id" = PasskeyId, Path)), responses((status = 204), Problems))]
async fn remove_passkey(
    grant: Grant<RemovePasskey>,
    State(identity): State<Identity>,
    PathId(id): PathId<PasskeyId>,
) -> Result<StatusCode, ApiProblem> {
    identity.remove_passkey(grant.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// From here on the second factor is asked on that device again.
#[utoipa::path(delete, path = "/identity/me/trusted-devices/{id}", operation_id = "identity.forget_device",
    tag = "identity", security(("session" = [])), params(("id" = TrustedDeviceId, Path)),
    responses((status = 204), Problems))]
async fn forget_device(
    grant: Grant<ForgetDevice>,
    State(identity): State<Identity>,
    PathId(id): PathId<TrustedDeviceId>,
) -> Result<StatusCode, ApiProblem> {
    identity.forget_device(grant.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
