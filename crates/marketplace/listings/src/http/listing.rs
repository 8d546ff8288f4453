//! An ad: written, read, edited, deleted; one's own; what the like costs.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use svetu_contracts::listings::{Condition, ListingState};
use svetu_http::{
    ApiProblem, Grant, IfMatch, PageParams, PageRequest, Paged, PathId, Problems, RequestInfo, Tagged, ThingId,
    ValidJson, ValidQuery,
};
use svetu_kernel::{Currency, ListingId, Page};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    LanguageParams, person,
    view::{DayView, ListingView, MyListingView, PriceView, StatisticsView},
};
use crate::service::{Input, PriceQuestion, Service};

svetu_http::permissions! {
    pub Create = "listings.create" on "Listing";
    pub Get = "listings.get" on "Listing";
    pub Update = "listings.update" on "Listing";
    pub Delete = "listings.delete" on "Listing";
    pub Mine = "listings.mine" on "Listing";
    pub LatestDraft = "listings.latest_draft" on "Listing";
    pub PriceHint = "listings.price_hint" on "Listing";
    pub PriceHistory = "listings.price_history" on "Listing";
    pub Statistics = "listings.statistics" on "Listing";
}

pub fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(mine))
        .routes(routes!(latest_draft))
        .routes(routes!(price_hint))
        .routes(routes!(get, update, delete))
        .routes(routes!(price_history))
        .routes(routes!(statistics))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MineParams {
    state: Option<ListingState>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceHint)]
struct PriceHintView {
    /// Ads that were compared, at most 500.
    #[schema(minimum = 5)]
    count: i64,
    /// Minor units; a tenth asks less than `low`, a tenth more than `high`.
    median: i64,
    low: i64,
    high: i64,
    currency: Currency,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPriceHistory)]
struct PriceHistoryView {
    /// Newest first.
    #[schema(max_items = 50)]
    items: Vec<PriceView>,
}

/// Begins an ad: anything may be missing, nothing may be wrong. `Idempotency-Key`: sent again it is the same ad.
#[utoipa::path(post, path = "/marketplace/listings", tag = "listings", operation_id = "listings.create",
    params(("Idempotency-Key" = Option<String>, Header), LanguageParams), request_body = Input, security(("session" = [])),
    responses((status = 201, body = ListingView), Problems))]
async fn create(
    grant: Grant<Create>,
    State(service): State<Arc<Service>>,
    ThingId(thing): ThingId,
    info: RequestInfo,
    ValidJson(input): ValidJson<Input>,
) -> Result<impl IntoResponse, ApiProblem> {
    let owner = person(&grant)?;
    let listing = service.create(&grant, owner, thing.map(ListingId::from_uuid), input, info.language).await?;
    let (version, location) = (listing.version, format!("/api/v1/marketplace/listings/{}", listing.id));
    let view = service.view(service.full(listing, Some(owner)).await?, info.language);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Tagged::new(version, view)))
}

/// An ad as the reader may see it. 404 where others' eyes have no business, 410 when it was public once.
#[utoipa::path(get, path = "/marketplace/listings/{id}", tag = "listings", operation_id = "listings.get",
    params(("id" = ListingId, Path), LanguageParams), responses((status = 200, body = ListingView), Problems))]
async fn get(
    grant: Grant<Get>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
    info: RequestInfo,
) -> Result<Tagged<ListingView>, ApiProblem> {
    let full = service.get(&grant, id).await?;
    Ok(Tagged::new(full.listing.version, service.view(full, info.language).seen_by(grant.actor())))
}

/// Edits an ad by a JSON merge patch: what is absent stays, null clears. `If-Match` names the version that was seen.
#[utoipa::path(patch, path = "/marketplace/listings/{id}", tag = "listings", operation_id = "listings.update",
    params(("id" = ListingId, Path), ("If-Match" = String, Header), LanguageParams), request_body = Input,
    security(("session" = [])), responses((status = 200, body = ListingView), Problems))]
async fn update(
    grant: Grant<Update>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
    info: RequestInfo,
    if_match: IfMatch,
    ValidJson(input): ValidJson<Input>,
) -> Result<Tagged<ListingView>, ApiProblem> {
    let listing = service.update(&grant, id, &if_match, input, info.language).await?;
    let full = service.full(listing, grant.actor().account_id()).await?;
    Ok(Tagged::new(full.listing.version, service.view(full, info.language)))
}

/// Deletes an ad: a draft vanishes, another one is gone for readers and forgotten later.
#[utoipa::path(delete, path = "/marketplace/listings/{id}", tag = "listings", operation_id = "listings.delete",
    params(("id" = ListingId, Path)), security(("session" = [])), responses((status = 204), Problems))]
async fn delete(
    grant: Grant<Delete>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
) -> Result<StatusCode, ApiProblem> {
    service.delete(&grant, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own ads with their numbers, newest first.
#[utoipa::path(get, path = "/marketplace/listings/mine", tag = "listings", operation_id = "listings.mine",
    params(MineParams, PageParams), security(("session" = [])),
    responses((status = 200, body = Page<MyListingView>), Problems))]
async fn mine(
    grant: Grant<Mine>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
    page: PageRequest,
    ValidQuery(params): ValidQuery<MineParams>,
) -> Result<Paged<MyListingView>, ApiProblem> {
    let scope = format!("listings.mine {:?}", params.state);
    let rows = service.mine(person(&grant)?, params.state, page.after(&scope)?, page.limit().sql() + 1).await?;
    let paged = page.page(&scope, rows, |(full, _)| full.listing.id);
    Ok(paged.map(|(full, totals)| service.my_view(full, totals, info.language).seen_by(grant.actor())))
}

/// The draft that one worked on last; 204 without one.
#[utoipa::path(get, path = "/marketplace/listings/latest-draft", tag = "listings", operation_id = "listings.latest_draft",
    params(LanguageParams), security(("session" = [])),
    responses((status = 200, body = ListingView), (status = 204), Problems))]
async fn latest_draft(
    grant: Grant<LatestDraft>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
) -> Result<Response, ApiProblem> {
    Ok(match service.latest_draft(person(&grant)?).await? {
        Some(full) => {
            let version = full.listing.version;
            Tagged::new(version, service.view(full, info.language).seen_by(grant.actor())).into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// What others ask for the like: `category=`, `condition=`, `currency=` (RSD) and `attr.<key>=`. 204 where too few are alike.
#[utoipa::path(get, path = "/marketplace/listings/price-hint", tag = "listings", operation_id = "listings.price_hint",
    params(("category" = String, Query, max_length = 100), ("condition" = Option<Condition>, Query),
        ("currency" = Option<Currency>, Query)),
    responses((status = 200, body = PriceHintView), (status = 204), Problems))]
async fn price_hint(
    _: Grant<PriceHint>,
    State(service): State<Arc<Service>>,
    ValidQuery(pairs): ValidQuery<Vec<(String, String)>>,
) -> Result<Response, ApiProblem> {
    let question = PriceQuestion::parse(pairs)?;
    let currency = question.currency;
    Ok(match service.price_hint(question).await? {
        Some(spread) => {
            let crate::model::price::Spread { count, low, median, high } = spread;
            Json(PriceHintView { count, median, low, high, currency }).into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// The prices that an ad had since it was first published.
#[utoipa::path(get, path = "/marketplace/listings/{id}/price-history", tag = "listings",
    operation_id = "listings.price_history", params(("id" = ListingId, Path)),
    responses((status = 200, body = PriceHistoryView), Problems))]
async fn price_history(
    grant: Grant<PriceHistory>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
) -> Result<Json<PriceHistoryView>, ApiProblem> {
    let prices = service.price_history(&grant, id).await?;
    Ok(Json(PriceHistoryView { items: prices.into_iter().map(|(price, at)| PriceView { price, at }).collect() }))
}

/// Views, numbers shown, favourites; views of the last 90 days.
#[utoipa::path(get, path = "/marketplace/listings/{id}/statistics", tag = "listings", operation_id = "listings.statistics",
    params(("id" = ListingId, Path)), security(("session" = [])), responses((status = 200, body = StatisticsView), Problems))]
async fn statistics(
    grant: Grant<Statistics>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
) -> Result<Json<StatisticsView>, ApiProblem> {
    let (totals, by_day) = service.statistics(&grant, id).await?;
    Ok(Json(StatisticsView {
        views: totals.views,
        reveals: totals.reveals,
        favourites: totals.favourites,
        by_day: Some(by_day.into_iter().map(|(day, views)| DayView { day, views }).collect()),
    }))
}
