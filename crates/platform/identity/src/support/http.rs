//! `/identity/accounts/{id}/impersonation`, `/identity/impersonation`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidJson};
use svetu_kernel::{AccountId, ImpersonationId, Timestamp};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Begun, REASON_CHARS_MAX};
use crate::{Identity, IdentityError, http::set, staff::resets::Reason};

svetu_http::permissions! {
    Impersonate = "identity.impersonate" on "Account";
    EndImpersonation = "identity.end_impersonation" on "Account";
}

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new().routes(routes!(impersonate)).routes(routes!(end_impersonation))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImpersonationForm {
    /// What they asked for help with; the person may read it.
    #[schema(min_length = 10, max_length = 300)]
    reason: String,
}

#[derive(Serialize, ToSchema)]
struct ImpersonationView {
    id: ImpersonationId,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// Support sees the platform as the person does, for a quarter of an hour at most, and can change nothing. The person is told by
/// letter; the session goes on under a new cookie.
#[utoipa::path(post, path = "/identity/accounts/{id}/impersonation", operation_id = "identity.impersonate",
    tag = "identity", security(("session" = [])), params(("id" = AccountId, Path)), request_body = ImpersonationForm,
    responses((status = 201, body = ImpersonationView), Problems))]
async fn impersonate(
    grant: Grant<Impersonate>,
    State(identity): State<Identity>,
    PathId(id): PathId<AccountId>,
    ValidJson(form): ValidJson<ImpersonationForm>,
) -> Result<Response, ApiProblem> {
    let reason = Reason::parse(&form.reason, REASON_CHARS_MAX).map_err(IdentityError::from)?;
    let Begun { id, until, session } = identity.impersonate(&grant, id, &reason).await?;
    Ok((StatusCode::CREATED, set(&identity, &session), Json(ImpersonationView { id, until })).into_response())
}

/// The session shows support itself again, under a new cookie; also when it did already.
#[utoipa::path(delete, path = "/identity/impersonation", operation_id = "identity.end_impersonation", tag = "identity",
    security(("session" = [])), responses((status = 204), Problems))]
async fn end_impersonation(
    grant: Grant<EndImpersonation>,
    State(identity): State<Identity>,
) -> Result<Response, ApiProblem> {
    let session = identity.end_impersonation(grant.actor()).await?;
    Ok(match session {
        Some(session) => (StatusCode::NO_CONTENT, set(&identity, &session)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
