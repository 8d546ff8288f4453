use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use svetu_contracts::{
    geo::Point,
    listings::{Condition, ListingState, Price, SellerKind},
    media::Picture,
};
use svetu_http::{
    ApiProblem, Grant, PageParams, PageRequest, Paged, PathId, Permission, Problems, RequestInfo, ValidJson, ValidQuery,
};
use svetu_kernel::{AccountId, Language, ListingId, Money, Page, Problem, Status, Timestamp, UserId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Users,
    model::{Kept, PriceChange, Seller, price_change},
    store::After,
};

svetu_http::permissions! {
    pub Favourites = "users.favourites" on "Favourite";
    pub AddFavourite = "users.add_favourite" on "Favourite";
    pub RemoveFavourite = "users.remove_favourite" on "Favourite";
    pub FavouriteIds = "users.favourite_ids" on "Favourite";
    pub Viewed = "users.viewed" on "Viewed";
    pub AddViewed = "users.add_viewed" on "Viewed";
    pub ClearViewed = "users.clear_viewed" on "Viewed";
    pub GetSeller = "users.seller" on "Seller";
    pub OwnSeller = "users.own_seller" on "Seller";
    pub UpdateSeller = "users.update_seller" on "Seller";
    /// Open to everybody: the signed address is the proof.
    pub Unsubscribe = "users.unsubscribe" on "Seller";
}

pub fn routes(users: Users) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(favourites))
        .routes(routes!(favourite_ids))
        .routes(routes!(add_favourite, remove_favourite))
        .routes(routes!(viewed, clear_viewed))
        .routes(routes!(add_viewed))
        .routes(routes!(own_seller, update_seller))
        .routes(routes!(seller))
        .routes(routes!(unsubscribe))
        .with_state(users)
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KeptPlace {
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KeptSeller {
    id: UserId,
    name: String,
    kind: SellerKind,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KeptCategory {
    id: String,
}

/// An ad as a card shows it, in the reader's script.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptListing {
    id: ListingId,
    title: String,
    price: Price,
    previous_price: Option<Money>,
    condition: Option<Condition>,
    category: KeptCategory,
    place: KeptPlace,
    point: Point,
    picture: Option<Picture>,
    picture_count: usize,
    seller: KeptSeller,
    state: ListingState,
    #[schema(value_type = String, format = DateTime)]
    refreshed_at: Timestamp,
}

impl KeptListing {
    fn new(kept: Kept, language: Language) -> Self {
        let title = kept.card.title_in(language);
        let card = kept.card;
        let place = match language {
            Language::SrCyrl | Language::Ru => card.place_name_cyrl,
            Language::SrLatn | Language::En => card.place_name,
        };
        Self {
            id: kept.listing,
            title,
            price: card.price,
            previous_price: card.previous_price,
            condition: card.condition,
            category: KeptCategory { id: card.category },
            place: KeptPlace { name: place },
            point: card.point,
            picture: card.picture,
            picture_count: card.picture_count,
            seller: KeptSeller {
                id: UserId::from_uuid(kept.seller.uuid()),
                name: card.seller_name,
                kind: card.seller_kind,
            },
            state: kept.state,
            refreshed_at: card.refreshed_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FavouriteView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    price_then: Price,
    /// Since it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    price_change: Option<PriceChange>,
    listing: KeptListing,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ViewedView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    listing: KeptListing,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FavouriteIdsView {
    #[schema(max_items = 1000)]
    ids: Vec<ListingId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SellerView {
    id: UserId,
    name: String,
    kind: SellerKind,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(minimum = 0)]
    live_count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
}

impl From<Seller> for SellerView {
    fn from(seller: Seller) -> Self {
        let Seller { id, name, kind, since, about, live_count, price_mail: _ } = seller;
        Self { id: UserId::from_uuid(id.uuid()), name, kind, since, live_count, about }
    }
}

/// One's own page, with what only oneself sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSellerView {
    #[serde(flatten)]
    seller: SellerView,
    /// Whether to write when a kept ad gets cheaper.
    price_mail: bool,
}

impl From<Seller> for OwnSellerView {
    fn from(seller: Seller) -> Self {
        Self { price_mail: seller.price_mail, seller: seller.into() }
    }
}

/// JSON merge patch: what is absent stays, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    about: Option<Option<String>>,
    price_mail: Option<bool>,
}

/// Tells null from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UnsubscribeParams {
    /// Of the letter's address.
    #[param(max_length = 200)]
    token: String,
}

/// The person who acts. Policy lets nobody else through.
fn owner<P: Permission>(grant: &Grant<P>) -> Result<AccountId, Problem> {
    grant.actor().account_id().ok_or_else(|| Problem::new(Status::Unauthorized, "auth.required"))
}

fn key(at: Timestamp, listing: ListingId) -> After {
    (at, Uuid::from(listing))
}

/// One's favourites, newest first, with their state and how the price changed.
#[utoipa::path(get, path = "/marketplace/favourites", tag = "users", operation_id = "users.favourites", params(PageParams),
    security(("session" = [])), responses((status = 200, body = Page<FavouriteView>), Problems))]
async fn favourites(
    State(users): State<Users>,
    grant: Grant<Favourites>,
    info: RequestInfo,
    page: PageRequest,
) -> Result<Paged<FavouriteView>, ApiProblem> {
    let rows = users.favourites(owner(&grant)?, page.after("users.favourites")?, page.limit().sql() + 1).await?;
    let paged = page.page("users.favourites", rows, |(kept, _)| key(kept.at, kept.listing));
    Ok(paged.map(|(kept, price_then)| FavouriteView {
        at: kept.at,
        price_then,
        price_change: price_change(price_then, kept.card.price),
        listing: KeptListing::new(kept, info.language),
    }))
}

/// The ids of all one's favourites, for the hearts on cards.
#[utoipa::path(get, path = "/marketplace/favourites/ids", tag = "users", operation_id = "users.favourite_ids",
    security(("session" = [])), responses((status = 200, body = FavouriteIdsView), Problems))]
async fn favourite_ids(
    State(users): State<Users>,
    grant: Grant<FavouriteIds>,
) -> Result<Json<FavouriteIdsView>, ApiProblem> {
    Ok(Json(FavouriteIdsView { ids: users.favourite_ids(owner(&grant)?).await? }))
}

/// Keeps an ad; again changes nothing. 409 `users.favourites_full` beyond 1,000.
#[utoipa::path(put, path = "/marketplace/favourites/{listing_id}", tag = "users", operation_id = "users.add_favourite",
    params(("listing_id" = ListingId, Path)), security(("session" = [])), responses((status = 204), Problems))]
async fn add_favourite(
    State(users): State<Users>,
    grant: Grant<AddFavourite>,
    PathId(id): PathId<ListingId>,
) -> Result<StatusCode, ApiProblem> {
    users.add_favourite(owner(&grant)?, id, users.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps it no longer; also when it was not kept.
#[utoipa::path(delete, path = "/marketplace/favourites/{listing_id}", tag = "users", operation_id = "users.remove_favourite",
    params(("listing_id" = ListingId, Path)), security(("session" = [])), responses((status = 204), Problems))]
async fn remove_favourite(
    State(users): State<Users>,
    grant: Grant<RemoveFavourite>,
    PathId(id): PathId<ListingId>,
) -> Result<StatusCode, ApiProblem> {
    users.remove_favourite(owner(&grant)?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one looked at, newest first; the last 100.
#[utoipa::path(get, path = "/marketplace/viewed", tag = "users", operation_id = "users.viewed", params(PageParams),
    security(("session" = [])), responses((status = 200, body = Page<ViewedView>), Problems))]
async fn viewed(
    State(users): State<Users>,
    grant: Grant<Viewed>,
    info: RequestInfo,
    page: PageRequest,
) -> Result<Paged<ViewedView>, ApiProblem> {
    let rows = users.viewed(owner(&grant)?, page.after("users.viewed")?, page.limit().sql() + 1).await?;
    let paged = page.page("users.viewed", rows, |kept| key(kept.at, kept.listing));
    Ok(paged.map(|kept| ViewedView { at: kept.at, listing: KeptListing::new(kept, info.language) }))
}

/// Notes that one looked at it now.
#[utoipa::path(put, path = "/marketplace/viewed/{listing_id}", tag = "users", operation_id = "users.add_viewed",
    params(("listing_id" = ListingId, Path)), security(("session" = [])), responses((status = 204), Problems))]
async fn add_viewed(
    State(users): State<Users>,
    grant: Grant<AddViewed>,
    PathId(id): PathId<ListingId>,
) -> Result<StatusCode, ApiProblem> {
    users.add_viewed(owner(&grant)?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets all one looked at.
#[utoipa::path(delete, path = "/marketplace/viewed", tag = "users", operation_id = "users.clear_viewed",
    security(("session" = [])), responses((status = 204), Problems))]
async fn clear_viewed(State(users): State<Users>, grant: Grant<ClearViewed>) -> Result<StatusCode, ApiProblem> {
    users.clear_viewed(owner(&grant)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A seller's page; the ads are `search?seller=`.
#[utoipa::path(get, path = "/marketplace/sellers/{id}", tag = "users", operation_id = "users.seller",
    params(("id" = UserId, Path)), responses((status = 200, body = SellerView), Problems))]
async fn seller(
    State(users): State<Users>,
    _: Grant<GetSeller>,
    PathId(id): PathId<UserId>,
) -> Result<Json<SellerView>, ApiProblem> {
    Ok(Json(users.seller(AccountId::from_uuid(id.uuid())).await?.into()))
}

/// One's own page.
#[utoipa::path(get, path = "/marketplace/sellers/me", tag = "users", operation_id = "users.own_seller",
    security(("session" = [])), responses((status = 200, body = OwnSellerView), Problems))]
async fn own_seller(State(users): State<Users>, grant: Grant<OwnSeller>) -> Result<Json<OwnSellerView>, ApiProblem> {
    Ok(Json(users.seller(owner(&grant)?).await?.into()))
}

/// Changes one's own page and settings.
#[utoipa::path(patch, path = "/marketplace/sellers/me", tag = "users", operation_id = "users.update_seller",
    security(("session" = [])), request_body = SellerPatch, responses((status = 200, body = OwnSellerView), Problems))]
async fn update_seller(
    State(users): State<Users>,
    grant: Grant<UpdateSeller>,
    ValidJson(patch): ValidJson<SellerPatch>,
) -> Result<Json<OwnSellerView>, ApiProblem> {
    Ok(Json(users.update_seller(owner(&grant)?, patch.about, patch.price_mail).await?.into()))
}

/// Ends letters about prices with one click (RFC 8058): the token says whose.
#[utoipa::path(post, path = "/marketplace/price-letters/unsubscribe", tag = "users", operation_id = "users.unsubscribe",
    params(UnsubscribeParams), responses((status = 204), Problems))]
async fn unsubscribe(
    State(users): State<Users>,
    _: Grant<Unsubscribe>,
    ValidQuery(params): ValidQuery<UnsubscribeParams>,
) -> Result<StatusCode, ApiProblem> {
    users.unsubscribe(&params.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
