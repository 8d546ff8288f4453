//! Geo owns the gazetteer and the snapping of points.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_kernel::PlaceId;
use utoipa::ToSchema;

use crate::ContractError;

/// WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

/// A place of the gazetteer: a town, village or city municipality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    pub id: PlaceId,
    /// Serbian, Latin script. Cyrillic is in `name_cyrl`.
    pub name: String,
    pub name_cyrl: String,
    /// The municipality or region above it, for telling namesakes apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub point: Point,
    pub population: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

#[async_trait]
pub trait GeoContract: Send + Sync + 'static {
    async fn place(&self, id: PlaceId) -> Result<Place, ContractError>;
    /// By name in either script or postal code, best first; at most `limit` (≤ 50).
    async fn find(&self, text: &str, limit: u32) -> Result<Vec<Place>, ContractError>;
    async fn nearest(&self, point: Point) -> Result<Place, ContractError>;
    /// The centre of the H3 cell at resolution 8 (edge ≈ 530 m): what may be shown of a private seller's point.
    fn snap(&self, point: Point) -> Point;
    /// All places by id, for copies and demo data; pages of at most 1,000.
    async fn places(&self, after: Option<PlaceId>, limit: u32) -> Result<Vec<Place>, ContractError>;
}
