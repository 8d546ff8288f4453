mod saved;

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{OriginalUri, RawQuery, State},
    middleware,
    response::{AppendHeaders, IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, ClientAddress, Grant, KitArg, PathId, Problems, RequestInfo, ValidPath, ValidQuery};
use svetu_kernel::{ListingId, Problem, Status};
use svetu_ports::IdempotencyStore;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::answer::SearchAnswer;
use crate::card::Card;
use crate::params::Params;
use crate::suggest::Suggestion;
use crate::tile::{self, TilePoint};
use crate::{Search, SearchError};

svetu_http::permissions! {
    pub Find = "search.search" on "Search";
    pub Suggest = "search.suggest" on "Search";
    pub Clusters = "search.clusters" on "Search";
    pub Tile = "search.tile" on "Search";
    pub Similar = "search.similar" on "Listing";
}

pub fn routes(search: Search) -> OpenApiRouter {
    let replies: Arc<dyn IdempotencyStore> = Arc::new(search.0.db.clone());
    let kept = saved::routes().layer(middleware::from_fn_with_state(replies, svetu_http::idempotent));
    OpenApiRouter::new()
        .routes(routes!(find))
        .routes(routes!(suggest))
        .routes(routes!(clusters))
        .routes(routes!(map_tile))
        .routes(routes!(similar))
        .merge(kept)
        .with_state(search)
}

/// What is asked for, for the document of the API; [`Params::parse`] reads it. `attr.<key>` filters by an attribute, lists are
/// parted by commas; `attr.<key>_min` and `attr.<key>_max` by a number.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by name")]
struct AskParams {
    /// In any of the four languages, either script, with or without diacritics. Read to its 160th character.
    q: Option<String>,
    /// Of the taxonomy, with all below it.
    category: Option<String>,
    /// West, south, east, north in degrees.
    #[param(example = "20.2,44.6,20.7,45.0")]
    bbox: Option<String>,
    /// Where the reader is; with `lon`.
    #[param(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    #[param(minimum = -180, maximum = 180)]
    lon: Option<f64>,
    /// Around `lat` and `lon`.
    #[param(minimum = 1, maximum = 1_000_000)]
    radius_m: Option<f64>,
    place: Option<svetu_kernel::PlaceId>,
    /// Minor units of `currency`; prices in the other one are converted.
    #[param(minimum = 0)]
    price_min: Option<i64>,
    #[param(minimum = 0)]
    price_max: Option<i64>,
    #[param(inline)]
    currency: Option<svetu_kernel::Currency>,
    /// `new,like_new,used,for_parts`
    condition: Option<String>,
    #[param(inline)]
    seller_kind: Option<svetu_contracts::listings::SellerKind>,
    /// `pickup,courier,post,seller`
    delivery: Option<String>,
    with_photo: Option<bool>,
    /// Published or renewed within so many days.
    #[param(minimum = 1, maximum = 3650)]
    since_days: Option<u16>,
    /// Ads of one seller.
    seller: Option<svetu_kernel::UserId>,
    /// Of the answer's texts; else `Accept-Language` decides.
    lang: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by name")]
struct PageOfAnswer {
    #[param(inline, value_type = Option<SortName>)]
    sort: Option<SortName>,
    #[param(minimum = 1, maximum = 100, default = 24)]
    limit: Option<u32>,
    /// From the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
    /// Whether to count by filter.
    facets: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "named in the document of the API")]
enum SortName {
    Relevance,
    Newest,
    PriceAsc,
    PriceDesc,
    Distance,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by name")]
struct MapParams {
    #[param(minimum = 0, maximum = 24)]
    zoom: Option<f64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SuggestParams {
    /// What was typed so far. Read to its 80th character.
    #[serde(default)]
    #[param(required = false)]
    q: String,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Suggestions {
    #[schema(max_items = 10)]
    items: Vec<Suggestion>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Cards {
    #[schema(max_items = 12)]
    items: Vec<Card>,
}

/// Ads that lie near each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cluster {
    lat: f64,
    lon: f64,
    #[schema(minimum = 1)]
    count: u64,
    /// West, south, east, north of its ads.
    bbox: [f64; 4],
    /// When it is one ad.
    #[serde(skip_serializing_if = "Option::is_none")]
    listing: Option<Card>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClustersView {
    #[schema(max_items = 200)]
    features: Vec<Cluster>,
    /// The sum of their counts: what the same search finds in the area.
    total: u64,
}

fn parsed(query: Option<&str>) -> Result<Params, SearchError> {
    Params::parse(query.unwrap_or_default())
}

/// RFC 8288: the same query with another cursor.
fn next(uri: &http::Uri, cursor: Option<&str>) -> AppendHeaders<Option<(HeaderName, HeaderValue)>> {
    let link = cursor.and_then(|cursor| {
        let kept: String = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="))
            .map(|pair| format!("{pair}&"))
            .collect();
        HeaderValue::from_str(&format!("<{}?{kept}cursor={cursor}>; rel=\"next\"", uri.path())).ok()
    });
    AppendHeaders(link.map(|link| (header::LINK, link)))
}

/// Finds ads. What the words mean beyond words is told in `understood`, what was given up for want of results too. While the index is
/// out (503), `listings.newest` still lists the ads of a category.
#[utoipa::path(get, path = "/marketplace/search", tag = "search", operation_id = "search.search",
    params(AskParams, PageOfAnswer), responses((status = 200, body = SearchAnswer), Problems))]
async fn find(
    State(search): State<Search>,
    _: Grant<Find>,
    info: RequestInfo,
    KitArg(kit): KitArg,
    OriginalUri(uri): OriginalUri,
    client: Option<Extension<ClientAddress>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiProblem> {
    let network = client.map(|Extension(client)| client.network());
    let answer = search.search(&parsed(query.as_deref())?, &kit.cursors, info.language, network).await?;
    let link = next(&uri, answer.cursor.as_deref());
    Ok((link, Json(answer)).into_response())
}

/// What a person may be about to type.
#[utoipa::path(get, path = "/marketplace/search/suggest", tag = "search", operation_id = "search.suggest",
    params(SuggestParams), responses((status = 200, body = Suggestions), Problems))]
async fn suggest(
    State(search): State<Search>,
    _: Grant<Suggest>,
    info: RequestInfo,
    ValidQuery(params): ValidQuery<SuggestParams>,
) -> Result<Json<Suggestions>, ApiProblem> {
    Ok(Json(Suggestions { items: search.suggest(&params.q, info.language).await? }))
}

/// The same search as a map shows it: at most 200 heaps. `bbox` is required.
#[utoipa::path(get, path = "/marketplace/search/clusters", tag = "search", operation_id = "search.clusters",
    params(AskParams, MapParams), responses((status = 200, body = ClustersView), Problems))]
async fn clusters(
    State(search): State<Search>,
    _: Grant<Clusters>,
    info: RequestInfo,
    RawQuery(query): RawQuery,
) -> Result<Json<ClustersView>, ApiProblem> {
    let params = parsed(query.as_deref())?;
    let area = params.ask.bbox.ok_or_else(|| SearchError::Parameter("bbox".to_owned()))?;
    let (cells, total) = search.cells(&params, area, true, info.language).await?;
    let features = cells
        .into_iter()
        .map(|cell| Cluster {
            lat: cell.lat,
            lon: cell.lon,
            count: cell.count,
            bbox: [cell.area.west, cell.area.south, cell.area.east, cell.area.north],
            listing: cell.listing,
        })
        .collect();
    Ok(Json(ClustersView { features, total }))
}

/// The same search as a Mapbox vector tile: the layer `listings` of points with `count`, and `id` where a point is one ad.
#[utoipa::path(get, path = "/marketplace/tiles/{z}/{x}/{y}", tag = "search", operation_id = "search.tile",
    params(("z" = u8, Path, minimum = 0, maximum = 18), ("x" = u32, Path, minimum = 0),
        ("y" = String, Path, description = "With or without `.mvt`.", pattern = "^[0-9]{1,6}(\\.mvt)?$"), AskParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"), Problems))]
async fn map_tile(
    State(search): State<Search>,
    _: Grant<Tile>,
    info: RequestInfo,
    ValidPath((z, x, y)): ValidPath<(u8, u32, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiProblem> {
    let wrong = || Problem::new(Status::BadRequest, "request.path_invalid");
    let y: u32 = y.strip_suffix(".mvt").unwrap_or(&y).parse().map_err(|_| wrong())?;
    let area = tile::area(z, x, y).ok_or_else(wrong)?;
    let (cells, _) = search.cells(&parsed(query.as_deref())?, area, false, info.language).await?;
    let points: Vec<TilePoint> = cells
        .into_iter()
        .map(|cell| TilePoint {
            lat: cell.lat,
            lon: cell.lon,
            count: cell.count,
            id: (cell.count == 1).then(|| cell.example.to_string()),
        })
        .collect();
    let headers =
        [(header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile"), (header::CACHE_CONTROL, "public, max-age=60")];
    Ok((headers, tile::encode(z, x, y, &points)).into_response())
}

/// Ads like this one, also when it was sold.
#[utoipa::path(get, path = "/marketplace/listings/{id}/similar", tag = "search", operation_id = "search.similar",
    params(("id" = ListingId, Path)), responses((status = 200, body = Cards), Problems))]
async fn similar(
    State(search): State<Search>,
    _: Grant<Similar>,
    info: RequestInfo,
    PathId(id): PathId<ListingId>,
) -> Result<Json<Cards>, ApiProblem> {
    Ok(Json(Cards { items: search.similar(id, info.language).await? }))
}
