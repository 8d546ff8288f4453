//! `/identity/me/privacy`, `/identity/me/export…`, `/identity/me/erasure`: wire types and handlers.

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidJson};
use svetu_kernel::Timestamp;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Erasure, Export, Rule, consent, erase, export, rules};
use crate::{
    Identity, IdentityError,
    service::{Client, account_of},
};

svetu_http::permissions! {
    SeePrivacy = "identity.privacy" on "Account";
    RequestExport = "identity.request_export" on "Account";
    DownloadExport = "identity.download_export" on "Account";
    RequestErasure = "identity.request_erasure" on "Account";
    CancelErasure = "identity.cancel_erasure" on "Account";
    WithdrawConsent = "identity.withdraw_consent" on "Account";
}

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(privacy))
        .routes(routes!(request_export))
        .routes(routes!(download_export))
        .routes(routes!(request_erasure, cancel_erasure))
        .routes(routes!(withdraw_consent))
}

/// Asked of who did not sign in just now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmForm {
    #[schema(format = Password)]
    password: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ErasureView {
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    /// Until then it can be taken back.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
}

impl From<Erasure> for ErasureView {
    fn from(Erasure { asked_at, due_at }: Erasure) -> Self {
        Self { asked_at, due_at }
    }
}

#[derive(Serialize, ToSchema)]
struct ExportView {
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    /// It can be downloaded; before, it is being gathered.
    ready: bool,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
}

impl From<Export> for ExportView {
    fn from(export: Export) -> Self {
        let Export { asked_at, ready_at, expires_at, bytes, .. } = export;
        Self { asked_at, ready: ready_at.is_some(), expires_at, bytes }
    }
}

/// An application that was let in.
#[derive(Serialize, ToSchema)]
struct ApplicationView {
    client_id: String,
    name: String,
    scopes: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    given_at: Timestamp,
}

/// How long what is kept.
#[derive(Serialize, ToSchema)]
struct RuleView {
    /// `ended_session`, `security_event`, `export`, …
    what: String,
    kept_days: i32,
    /// `contract`, `security`, `consent` or `law`.
    why: String,
}

impl From<Rule> for RuleView {
    fn from(Rule { what, kept_days, why }: Rule) -> Self {
        Self { what, kept_days, why }
    }
}

#[derive(Serialize, ToSchema)]
struct PrivacyView {
    #[serde(skip_serializing_if = "Option::is_none")]
    erasure: Option<ErasureView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<ExportView>,
    applications: Vec<ApplicationView>,
    retention: Vec<RuleView>,
}

/// What the person asked for, whom they let in, and how long what is kept.
#[utoipa::path(get, path = "/identity/me/privacy", operation_id = "identity.privacy", tag = "identity",
    security(("session" = [])), responses((status = 200, body = PrivacyView), Problems))]
async fn privacy(grant: Grant<SeePrivacy>, State(identity): State<Identity>) -> Result<Json<PrivacyView>, ApiProblem> {
    Ok(Json(view(&identity, grant.actor()).await?))
}

async fn view(identity: &Identity, actor: &svetu_kernel::Actor) -> Result<PrivacyView, IdentityError> {
    let (id, db, now) = (account_of(actor)?, &identity.db, identity.clock.now());
    let export = export::export(db, id).await?.filter(|export| export.expires_at > now);
    let applications = consent::applications(db, id).await?.into_iter().map(|application| {
        let consent::Application { client, name, scopes, given_at } = application;
        ApplicationView { client_id: client, name, scopes, given_at }
    });
    Ok(PrivacyView {
        erasure: erase::erasure(db, id).await?.map(Into::into),
        export: export.map(Into::into),
        applications: applications.collect(),
        retention: rules(db).await?.into_iter().map(Into::into).collect(),
    })
}

/// Everything about the person in one file; a letter says when it is ready.
#[utoipa::path(post, path = "/identity/me/export", operation_id = "identity.request_export", tag = "identity",
    security(("session" = [])), request_body = ConfirmForm, responses((status = 202, body = ExportView), Problems))]
async fn request_export(
    grant: Grant<RequestExport>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<ConfirmForm>,
) -> Result<(StatusCode, Json<ExportView>), ApiProblem> {
    let export = identity.request_export(grant.actor(), &client, form.password.as_deref()).await?;
    Ok((StatusCode::ACCEPTED, Json(export.into())))
}

/// The ZIP itself: JSON of every service, and the photos.
#[utoipa::path(get, path = "/identity/me/export/file", operation_id = "identity.download_export", tag = "identity",
    security(("session" = [])),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), Problems))]
async fn download_export(
    grant: Grant<DownloadExport>,
    State(identity): State<Identity>,
) -> Result<Response, ApiProblem> {
    let (bytes, content) = identity.download_export(grant.actor()).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"svetu.zip\"".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(content)).into_response())
}

/// To be erased, after a time to think it over.
#[utoipa::path(post, path = "/identity/me/erasure", operation_id = "identity.request_erasure", tag = "identity",
    security(("session" = [])), request_body = ConfirmForm, responses((status = 202, body = ErasureView), Problems))]
async fn request_erasure(
    grant: Grant<RequestErasure>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<ConfirmForm>,
) -> Result<(StatusCode, Json<ErasureView>), ApiProblem> {
    let erasure = identity.request_erasure(grant.actor(), &client, form.password.as_deref()).await?;
    Ok((StatusCode::ACCEPTED, Json(erasure.into())))
}

/// The person stays.
#[utoipa::path(delete, path = "/identity/me/erasure", operation_id = "identity.cancel_erasure", tag = "identity",
    security(("session" = [])), responses((status = 204), Problems))]
async fn cancel_erasure(
    grant: Grant<CancelErasure>,
    State(identity): State<Identity>,
) -> Result<StatusCode, ApiProblem> {
    identity.cancel_erasure(grant.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The application has to ask anew; what it was given opens nothing any more.
#[utoipa::path(delete, path = "/identity/me/applications/{client_id}", operation_id = "identity.withdraw_consent",
    tag = "identity", security(("session" = [])), params(("client_id" = String, Path)),
    responses((status = 204), Problems))]
async fn withdraw_consent(
    grant: Grant<WithdrawConsent>,
    State(identity): State<Identity>,
    PathId(client_id): PathId<String>,
) -> Result<StatusCode, ApiProblem> {
    identity.withdraw_consent(grant.actor(), &client_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
