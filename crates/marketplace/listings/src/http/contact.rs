//! What others do to an ad: look, ask for the number, report; and what its seller says to a decision.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::{StatusCode, header, request::Parts};
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, ClientAddress, Grant, PathId, Problems, ValidJson};
use svetu_kernel::{Actor, ListingId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{person, text};
use crate::{
    model::ReportReason,
    service::{Contact, Service, Viewer},
};

svetu_http::permissions! {
    pub RevealContact = "listings.reveal_contact" on "Listing";
    pub CountView = "listings.count_view" on "Listing";
    pub Report = "listings.report" on "Listing";
    pub Appeal = "listings.appeal" on "Listing";
}

const REPORT_CHARS_MAX: usize = 2_000;
const APPEAL_CHARS_MAX: usize = 4_000;

pub fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(reveal_contact))
        .routes(routes!(count_view))
        .routes(routes!(report))
        .routes(routes!(appeal))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
struct ContactView {
    /// E.164.
    #[schema(example = "+381641234567")]
    phone: String,
    /// Opens a chat, where the seller allows it.
    viber: Option<String>,
    whatsapp: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReportInput {
    reason: ReportReason,
    #[serde(default)]
    #[schema(max_length = 2000)]
    text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppealInput {
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

impl FromRequestParts<Arc<Service>> for Viewer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Self::Rejection> {
        let account = parts.extensions.get::<Actor>().and_then(Actor::account_id);
        let network = parts.extensions.get::<ClientAddress>().map(|address| address.network());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(service.viewer(account, network, agent))
    }
}

/// Shows the seller's number. Limited to 30 ads a day and person, and logged; 404 `listing.no_phone` when the seller says no.
#[utoipa::path(post, path = "/marketplace/listings/{id}/contact", tag = "listings",
    operation_id = "listings.reveal_contact", params(("id" = ListingId, Path)), security(("session" = [])),
    responses((status = 200, body = ContactView), Problems))]
async fn reveal_contact(
    grant: Grant<RevealContact>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
) -> Result<Json<ContactView>, ApiProblem> {
    let Contact { phone, viber, whatsapp } = service.reveal(&grant, person(&grant)?, id).await?;
    Ok(Json(ContactView { phone, viber, whatsapp }))
}

/// Counts a look at the page: once a person and day, never the owner's own nor a robot's.
#[utoipa::path(post, path = "/marketplace/listings/{id}/view", tag = "listings", operation_id = "listings.count_view",
    params(("id" = ListingId, Path)), responses((status = 204), Problems))]
async fn count_view(
    grant: Grant<CountView>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
    viewer: Viewer,
) -> Result<StatusCode, ApiProblem> {
    service.count_view(id, grant.actor().account_id(), &viewer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reports an ad to the moderators; signed in or not. Again by the same person: the same report.
#[utoipa::path(post, path = "/marketplace/listings/{id}/report", tag = "listings", operation_id = "listings.report",
    params(("id" = ListingId, Path)), request_body = ReportInput, responses((status = 202), Problems))]
async fn report(
    grant: Grant<Report>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
    viewer: Viewer,
    ValidJson(input): ValidJson<ReportInput>,
) -> Result<StatusCode, ApiProblem> {
    let text = text("/text", &input.text, 0, REPORT_CHARS_MAX)?;
    service.report(&grant, id, input.reason, text, &viewer).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Asks for another look at a decision against one's ad: once, within six months.
#[utoipa::path(post, path = "/marketplace/listings/{id}/appeal", tag = "listings", operation_id = "listings.appeal",
    params(("id" = ListingId, Path)), request_body = AppealInput, security(("session" = [])),
    responses((status = 202), Problems))]
async fn appeal(
    grant: Grant<Appeal>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
    ValidJson(input): ValidJson<AppealInput>,
) -> Result<StatusCode, ApiProblem> {
    let text = text("/text", &input.text, 1, APPEAL_CHARS_MAX)?;
    service.appeal(&grant, person(&grant)?, id, text).await?;
    Ok(StatusCode::ACCEPTED)
}
