use axum::{Json, extract::State, response::IntoResponse};
use http::{HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use svetu_http::{
    ApiProblem, Grant, KitArg, PageParams, PageRequest, Paged, PathId, Permission, Problems, RequestInfo, ValidJson,
    ValidQuery,
};
use svetu_kernel::{AccountId, Page, Problem, SavedSearchId, Status, Timestamp};
use svetu_ports::Resource;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::card::Card;
use crate::saved::{AlertKind, Frequency, Saved, Wish};
use crate::{Search, store};

svetu_http::permissions! {
    pub ListSaved = "search.list_saved" on "SavedSearch";
    pub Save = "search.save" on "SavedSearch";
    pub UpdateSaved = "search.update_saved" on "SavedSearch";
    pub DeleteSaved = "search.delete_saved" on "SavedSearch";
    pub Alerts = "search.alerts" on "SavedSearch";
    /// Open to everybody: the signed address is the proof.
    pub Unsubscribe = "search.unsubscribe" on "SavedSearch";
}

pub fn routes() -> OpenApiRouter<Search> {
    OpenApiRouter::new()
        .routes(routes!(list_saved, save))
        .routes(routes!(unsubscribe))
        .routes(routes!(update_saved, delete_saved))
        .routes(routes!(alerts))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SavedSearchView {
    id: SavedSearchId,
    name: String,
    /// The query string of the search page, as it was understood.
    query: String,
    frequency: Frequency,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Ads found since its owner last looked, counted to 1,000.
    #[schema(minimum = 0, maximum = 1000)]
    new_count: i64,
}

impl SavedSearchView {
    fn new(saved: Saved, new_count: i64) -> Self {
        let Saved { id, name, query, frequency, created_at, .. } = saved;
        Self { id, name, query, frequency, created_at, new_count }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SavedSearches {
    #[schema(max_items = 100)]
    items: Vec<SavedSearchView>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSavedSearch {
    /// Without it: made of the words, the category, the place and the price.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// The query string of the search page, with at least one condition.
    #[schema(max_length = 2000, example = "q=golf+7&price_max=800000&currency=EUR")]
    query: String,
    #[serde(default = "daily")]
    frequency: Frequency,
}

const fn daily() -> Frequency {
    Frequency::Daily
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedSearchPatch {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    frequency: Option<Frequency>,
}

/// An ad that the search found.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertView {
    listing: Card,
    kind: AlertKind,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TokenParams {
    /// Of the letter's address.
    #[param(max_length = 200)]
    token: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct UnsubscribeBody {
    #[schema(max_length = 200)]
    token: String,
}

/// The person who acts. Policy lets nobody else through.
fn owner<P: Permission>(grant: &Grant<P>) -> Result<AccountId, Problem> {
    grant.actor().account_id().ok_or_else(|| Problem::new(Status::Unauthorized, "auth.required"))
}

/// The saved search, if the policy lets the actor do this to it.
async fn own<P: Permission>(search: &Search, grant: &Grant<P>, id: SavedSearchId) -> Result<Saved, ApiProblem> {
    let saved = search.saved(id).await?;
    let mut resource = Resource::new(P::KIND, id.to_string());
    resource.owner = Some(saved.owner);
    grant.on(&resource)?;
    Ok(saved)
}

/// One's saved searches, newest first.
#[utoipa::path(get, path = "/marketplace/saved-searches", tag = "search", operation_id = "search.list_saved",
    security(("session" = [])), responses((status = 200, body = SavedSearches), Problems))]
async fn list_saved(State(search): State<Search>, grant: Grant<ListSaved>) -> Result<Json<SavedSearches>, ApiProblem> {
    let saved = store::saved_of(&search.0.db, owner(&grant)?).await?;
    let items = saved.into_iter().map(|(saved, new)| SavedSearchView::new(saved, new)).collect();
    Ok(Json(SavedSearches { items }))
}

/// Saves a search; the same one again is the one that is there (200). 409 `search.saved_full` beyond 100.
#[utoipa::path(post, path = "/marketplace/saved-searches", tag = "search", operation_id = "search.save",
    params(("Idempotency-Key" = Option<String>, Header)), security(("session" = [])), request_body = NewSavedSearch,
    responses((status = 201, body = SavedSearchView), (status = 200, body = SavedSearchView), Problems))]
async fn save(
    State(search): State<Search>,
    grant: Grant<Save>,
    info: RequestInfo,
    ValidJson(NewSavedSearch { name, query, frequency }): ValidJson<NewSavedSearch>,
) -> Result<impl IntoResponse, ApiProblem> {
    let wish = Wish { name, query, frequency };
    let (saved, new) = search.save(owner(&grant)?, wish, search.0.clock.now(), info.language).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    let location: [(HeaderName, String); 1] =
        [(header::LOCATION, format!("/api/v1/marketplace/saved-searches/{}", saved.id))];
    let found = store::new_count(&search.0.db, saved.id).await?;
    Ok((status, location, Json(SavedSearchView::new(saved, found))))
}

/// Renames it, or changes how often one is written to.
#[utoipa::path(patch, path = "/marketplace/saved-searches/{id}", tag = "search", operation_id = "search.update_saved",
    params(("id" = SavedSearchId, Path)), security(("session" = [])), request_body = SavedSearchPatch,
    responses((status = 200, body = SavedSearchView), Problems))]
async fn update_saved(
    State(search): State<Search>,
    grant: Grant<UpdateSaved>,
    PathId(id): PathId<SavedSearchId>,
    ValidJson(patch): ValidJson<SavedSearchPatch>,
) -> Result<Json<SavedSearchView>, ApiProblem> {
    own(&search, &grant, id).await?;
    let saved = search.update_saved(id, patch.name.as_deref(), patch.frequency).await?;
    let new = store::new_count(&search.0.db, id).await?;
    Ok(Json(SavedSearchView::new(saved, new)))
}

/// Forgets it and what it found.
#[utoipa::path(delete, path = "/marketplace/saved-searches/{id}", tag = "search", operation_id = "search.delete_saved",
    params(("id" = SavedSearchId, Path)), security(("session" = [])), responses((status = 204), Problems))]
async fn delete_saved(
    State(search): State<Search>,
    grant: Grant<DeleteSaved>,
    PathId(id): PathId<SavedSearchId>,
) -> Result<StatusCode, ApiProblem> {
    own(&search, &grant, id).await?;
    search.delete_saved(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What it found, newest first: ads that can still be found. The first page counts as a look.
#[utoipa::path(get, path = "/marketplace/saved-searches/{id}/alerts", tag = "search", operation_id = "search.alerts",
    params(("id" = SavedSearchId, Path), PageParams), security(("session" = [])),
    responses((status = 200, body = Page<AlertView>), Problems))]
async fn alerts(
    State(search): State<Search>,
    grant: Grant<Alerts>,
    info: RequestInfo,
    KitArg(kit): KitArg,
    PathId(id): PathId<SavedSearchId>,
    page: PageRequest,
) -> Result<Paged<AlertView>, ApiProblem> {
    own(&search, &grant, id).await?;
    let scope = format!("search.alerts {id}");
    let (rows, next) = search.alerts(id, page.after(&scope)?, page.limit().sql(), info.language).await?;
    let items = rows.into_iter().map(|(listing, row)| AlertView { listing, kind: row.kind, at: row.at }).collect();
    Ok(page.paged(Page { items, cursor: next.map(|key| kit.cursors.encode(&scope, &key)) }))
}

/// Ends a search's letters with one click (RFC 8058): the token, in the address or the body, says whose.
#[utoipa::path(post, path = "/marketplace/saved-searches/unsubscribe", tag = "search", operation_id = "search.unsubscribe",
    params(TokenParams), request_body(content = Option<UnsubscribeBody>, content_type = "application/json"),
    responses((status = 204), Problems))]
async fn unsubscribe(
    State(search): State<Search>,
    _: Grant<Unsubscribe>,
    ValidQuery(TokenParams { token }): ValidQuery<TokenParams>,
    request: axum::extract::Request,
) -> Result<StatusCode, ApiProblem> {
    let token = match token {
        // A mail program sends a form of its own beside it.
        Some(token) => token,
        None => {
            let ValidJson(UnsubscribeBody { token }) = axum::RequestExt::extract(request).await?;
            token
        }
    };
    search.unsubscribe(&token).await?;
    Ok(StatusCode::NO_CONTENT)
}
