use axum::{
    Json,
    extract::State,
    response::{AppendHeaders, IntoResponse},
};
use http::{HeaderName, header};
use serde::{Deserialize, Serialize};
use svetu_contracts::geo::Point;
use svetu_http::{ApiProblem, Grant, PathId, Problems, RequestInfo, ValidQuery};
use svetu_kernel::{Language, PlaceId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ATTRIBUTION, Geo, GeoError,
    labels::{self, Bounds},
    model::{PlaceKind, PlaceRecord},
};

const SUGGEST_DEFAULT: u32 = 10;
const SUGGEST_MAX: u32 = 50;

svetu_http::permissions! {
    pub Suggest = "geo.suggest" on "Place";
    pub Get = "geo.get" on "Place";
    pub Reverse = "geo.reverse" on "Place";
    pub Labels = "geo.labels" on "Place";
    pub Municipalities = "geo.municipalities" on "Place";
}

pub fn routes(geo: Geo) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(suggest))
        .routes(routes!(reverse))
        .routes(routes!(place_labels))
        .routes(routes!(municipalities))
        .routes(routes!(get))
        .with_state(geo)
}

/// A place in the reader's language.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    id: PlaceId,
    /// In the reader's language and script.
    name: String,
    name_latn: String,
    name_cyrl: String,
    /// "Voždovac, Beograd"
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<PlaceId>,
    /// ISO 3166-1 alpha-2, and XK.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
    kind: PlaceKind,
    point: Point,
    /// False: the point is the middle of something larger.
    precise: bool,
    /// 0: not known.
    #[schema(minimum = 0)]
    population: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlacesView {
    items: Vec<PlaceView>,
    /// To be shown with them.
    #[schema(example = "GeoNames, CC BY 4.0")]
    attribution: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LabelView {
    name: String,
    lat: f64,
    lon: f64,
    kind: PlaceKind,
    /// 0 is the most important one of the answer.
    #[schema(minimum = 0)]
    rank: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LabelsView {
    #[schema(max_items = 200)]
    items: Vec<LabelView>,
    attribution: &'static str,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SuggestParams {
    /// What was typed so far, in either script, or a postal code. Read to its 100th character.
    #[serde(default)]
    #[param(required = false)]
    q: String,
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<u32>,
    /// Of the names; else `Accept-Language` decides.
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PointParams {
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LabelParams {
    /// West, south, east, north in degrees.
    #[param(example = "18.8,41.8,23.1,46.2")]
    bbox: String,
    /// Of a map with tiles of 256 pixels.
    #[param(minimum = 0, maximum = 22)]
    zoom: f64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MunicipalityParams {
    /// Without it: the cities and municipalities of Serbia.
    city: Option<PlaceId>,
}

impl Geo {
    fn view(&self, place: &PlaceRecord, language: Language) -> PlaceView {
        PlaceView {
            id: place.id,
            name: place.name_in(language).to_owned(),
            name_latn: place.name.clone(),
            name_cyrl: place.name_cyrl.clone(),
            parent_name: self.index.parent_name(place, language),
            parent_id: place.parent,
            country: place.country.clone(),
            kind: place.kind,
            point: place.point,
            precise: place.precise,
            population: place.population,
            postal_code: place.postal_codes.first().cloned(),
        }
    }

    fn views(&self, places: Vec<&PlaceRecord>, language: Language) -> PlacesView {
        let items = places.into_iter().map(|place| self.view(place, language)).collect();
        PlacesView { items, attribution: ATTRIBUTION }
    }
}

/// The gazetteer changes with the binary only.
fn kept<T: Serialize>(answer: T) -> impl IntoResponse {
    let headers: [(HeaderName, &str); 2] =
        [(header::CACHE_CONTROL, "public, max-age=3600"), (header::VARY, "accept-language")];
    (AppendHeaders(headers), Json(answer))
}

/// Places by what was typed so far, best first.
#[utoipa::path(get, path = "/marketplace/places", tag = "geo", operation_id = "geo.suggest", params(SuggestParams),
    responses((status = 200, body = PlacesView), Problems))]
async fn suggest(
    State(geo): State<Geo>,
    _: Grant<Suggest>,
    info: RequestInfo,
    ValidQuery(params): ValidQuery<SuggestParams>,
) -> Result<impl IntoResponse, ApiProblem> {
    let limit = params.limit.unwrap_or(SUGGEST_DEFAULT);
    if !(1..=SUGGEST_MAX).contains(&limit) {
        return Err(GeoError::Parameter("limit").into());
    }
    Ok(kept(geo.views(geo.index.suggest(&params.q, limit as usize), info.language)))
}

/// The place nearest to a point; 404 `geo.far_away` beyond 100 km.
#[utoipa::path(get, path = "/marketplace/places/reverse", tag = "geo", operation_id = "geo.reverse", params(PointParams),
    responses((status = 200, body = PlaceView), Problems))]
async fn reverse(
    State(geo): State<Geo>,
    _: Grant<Reverse>,
    info: RequestInfo,
    ValidQuery(params): ValidQuery<PointParams>,
) -> Result<Json<PlaceView>, ApiProblem> {
    let place = geo.reverse(params.lat, params.lon).await?;
    Ok(Json(geo.view(place, info.language)))
}

/// Names for a map's view, at most 200, thinned so that they do not lie on one another.
#[utoipa::path(get, path = "/marketplace/places/labels", tag = "geo", operation_id = "geo.labels", params(LabelParams),
    responses((status = 200, body = LabelsView), Problems))]
async fn place_labels(
    State(geo): State<Geo>,
    _: Grant<Labels>,
    info: RequestInfo,
    ValidQuery(params): ValidQuery<LabelParams>,
) -> Result<impl IntoResponse, ApiProblem> {
    let bounds = Bounds::parse(&params.bbox).ok_or(GeoError::Parameter("bbox"))?;
    if !(0.0..=22.0).contains(&params.zoom) {
        return Err(GeoError::Parameter("zoom").into());
    }
    let label = |(rank, place): (usize, &PlaceRecord)| LabelView {
        name: place.name_in(info.language).to_owned(),
        lat: place.point.lat,
        lon: place.point.lon,
        kind: place.kind,
        rank,
    };
    let items = labels::choose(&geo.index, bounds, params.zoom).into_iter().enumerate().map(label).collect();
    Ok(kept(LabelsView { items, attribution: ATTRIBUTION }))
}

/// The municipalities inside a city, or all cities and municipalities of Serbia, by name.
#[utoipa::path(get, path = "/marketplace/places/municipalities", tag = "geo", operation_id = "geo.municipalities",
    params(MunicipalityParams), responses((status = 200, body = PlacesView), Problems))]
async fn municipalities(
    State(geo): State<Geo>,
    _: Grant<Municipalities>,
    info: RequestInfo,
    ValidQuery(params): ValidQuery<MunicipalityParams>,
) -> Result<impl IntoResponse, ApiProblem> {
    if let Some(city) = params.city {
        geo.get(city)?;
    }
    Ok(kept(geo.views(geo.index.municipalities(params.city), info.language)))
}

/// One place.
#[utoipa::path(get, path = "/marketplace/places/{id}", tag = "geo", operation_id = "geo.get", params(("id" = PlaceId, Path)),
    responses((status = 200, body = PlaceView), Problems))]
async fn get(
    State(geo): State<Geo>,
    _: Grant<Get>,
    info: RequestInfo,
    PathId(id): PathId<PlaceId>,
) -> Result<impl IntoResponse, ApiProblem> {
    Ok(kept(geo.view(geo.get(id)?, info.language)))
}
