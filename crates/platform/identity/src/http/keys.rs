//! Keys for programs of one's own.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidJson};
use svetu_kernel::{ApiKeyId, Timestamp};
use utoipa::ToSchema;

use super::{CreateKey, ListKeys, RevokeKey};
use crate::{
    Identity,
    api_keys::{ApiKey, NewApiKey},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyForm {
    /// What its owner knows it by.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Some of those that the list names.
    #[schema(min_items = 1)]
    scopes: BTreeSet<String>,
    /// It ends after so many days.
    #[schema(minimum = 1, maximum = 365)]
    days: u16,
    #[serde(default = "sixty")]
    #[schema(minimum = 1, maximum = 600, default = 60)]
    per_minute: u32,
}

const fn sixty() -> u32 {
    60
}

#[derive(Serialize, ToSchema)]
pub struct ApiKeyView {
    id: ApiKeyId,
    name: String,
    /// How its secret begins.
    #[schema(example = "svt_4fGk2Q")]
    beginning: String,
    scopes: Vec<String>,
    per_minute: u32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// To the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, name, beginning, scopes, per_minute, created_at, expires_at, last_used_at } = key;
        Self { id, name, beginning, scopes, per_minute, created_at, expires_at, last_used_at }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ApiKeyList {
    items: Vec<ApiKeyView>,
    /// What a new key may be given for.
    scopes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CreatedApiKey {
    key: ApiKeyView,
    /// Shown once: `Authorization: Bearer svt_…`.
    secret: String,
}

/// One's keys, newest first; those that ended within the last month too.
#[utoipa::path(get, path = "/identity/api-keys", operation_id = "identity.list_keys", tag = "identity",
    security(("session" = [])), responses((status = 200, body = ApiKeyList), Problems))]
pub async fn list_keys(
    grant: Grant<ListKeys>,
    State(identity): State<Identity>,
) -> Result<Json<ApiKeyList>, ApiProblem> {
    let items = identity.list_keys(grant.actor()).await?.into_iter().map(ApiKeyView::from).collect();
    Ok(Json(ApiKeyList { items, scopes: identity.key_scopes(grant.actor()) }))
}

/// Makes a key for a program of one's own: it does what its scopes cover, of what its owner may.
#[utoipa::path(post, path = "/identity/api-keys", operation_id = "identity.create_key", tag = "identity",
    security(("session" = [])), request_body = ApiKeyForm, responses((status = 201, body = CreatedApiKey), Problems))]
pub async fn create_key(
    grant: Grant<CreateKey>,
    State(identity): State<Identity>,
    ValidJson(form): ValidJson<ApiKeyForm>,
) -> Result<(StatusCode, Json<CreatedApiKey>), ApiProblem> {
    let ApiKeyForm { name, scopes, days, per_minute } = form;
    let (key, secret) = identity.create_key(grant.actor(), NewApiKey { name, scopes, per_minute, days }).await?;
    Ok((StatusCode::CREATED, Json(CreatedApiKey { key: key.into(), secret })))
}

#[utoipa::path(delete, path = "/identity/api-keys/{id}", operation_id = "identity.revoke_key", tag = "identity",
    security(("session" = [])), params(("id" = ApiKeyId, Path)), responses((status = 204), Problems))]
pub async fn revoke_key(
    grant: Grant<RevokeKey>,
    State(identity): State<Identity>,
    PathId(id): PathId<ApiKeyId>,
) -> Result<StatusCode, ApiProblem> {
    identity.revoke_key(grant.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
