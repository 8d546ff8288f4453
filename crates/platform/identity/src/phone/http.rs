//! `/identity/me/phone`: handlers.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use svetu_http::{ApiProblem, Grant, Problems, ValidJson};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Identity, cookies,
    factors::{
        codes::MAILED_S,
        http::{add_host, forget_host, read_host},
    },
    http::Accepted,
    service::Client,
};

svetu_http::permissions! {
    RequestPhone = "identity.request_phone" on "Account";
    ConfirmPhone = "identity.confirm_phone" on "Account";
    RemovePhone = "identity.remove_phone" on "Account";
}

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new().routes(routes!(request_phone, confirm_phone, remove_phone))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhoneForm {
    /// As people write it: `064/123-45-67`, `+381641234567`.
    #[schema(max_length = 40)]
    phone: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhoneCode {
    #[schema(max_length = 40)]
    code: String,
}

/// Sends a code to a telephone that is to be the account's. The answer is the same whosever it is.
#[utoipa::path(post, path = "/identity/me/phone", operation_id = "identity.request_phone", tag = "identity",
    security(("session" = [])), request_body = PhoneForm, responses((status = 202, body = Accepted), Problems))]
async fn request_phone(
    grant: Grant<RequestPhone>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<PhoneForm>,
) -> Result<Response, ApiProblem> {
    let name = identity.request_phone(&client, grant.actor(), &form.phone).await?;
    let mut response = (StatusCode::ACCEPTED, Json(Accepted {})).into_response();
    add_host(&identity, response.headers_mut(), cookies::PHONE, &name, MAILED_S);
    Ok(response)
}

/// The telephone is the account's, by the code that went there, in the browser that asked for it.
#[utoipa::path(put, path = "/identity/me/phone", operation_id = "identity.confirm_phone", tag = "identity",
    security(("session" = [])), request_body = PhoneCode, responses((status = 204), Problems))]
async fn confirm_phone(
    grant: Grant<ConfirmPhone>,
    State(identity): State<Identity>,
    client: Client,
    headers: HeaderMap,
    ValidJson(form): ValidJson<PhoneCode>,
) -> Result<Response, ApiProblem> {
    let name = read_host(&identity, &headers, cookies::PHONE);
    identity.confirm_phone(&client, grant.actor(), name.as_deref(), &form.code).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    forget_host(&identity, cookies::PHONE, &mut response);
    Ok(response)
}

/// Nobody signs in by it any more.
#[utoipa::path(delete, path = "/identity/me/phone", operation_id = "identity.remove_phone", tag = "identity",
    security(("session" = [])), responses((status = 204), Problems))]
async fn remove_phone(grant: Grant<RemovePhone>, State(identity): State<Identity>) -> Result<StatusCode, ApiProblem> {
    identity.remove_phone(grant.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
