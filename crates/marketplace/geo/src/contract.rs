use async_trait::async_trait;
use svetu_contracts::{
    ContractError,
    geo::{GeoContract, Place, Point},
};
use svetu_kernel::{Language, PlaceId};

use crate::{Geo, GeoError, index::NEAREST_KM_MAX, model::PlaceRecord, model::valid_point, snap, store};

const FIND_MAX: u32 = 50;
const PAGE_MAX: u32 = 1_000;

impl Geo {
    pub(crate) fn get(&self, id: PlaceId) -> Result<&PlaceRecord, GeoError> {
        self.index.get(id).ok_or(GeoError::NoSuchPlace)
    }

    pub(crate) async fn reverse(&self, lat: f64, lon: f64) -> Result<&PlaceRecord, GeoError> {
        let point = valid_point(lat, lon).map_err(GeoError::Parameter)?;
        match store::nearest(&self.db, point).await? {
            // A place that this process does not know yet was loaded by a newer binary.
            Some((id, distance_m)) if distance_m <= NEAREST_KM_MAX * 1_000.0 => self.get(id),
            Some(_) | None => Err(GeoError::FarAway),
        }
    }

    fn message(&self, place: &PlaceRecord) -> Place {
        Place {
            id: place.id,
            name: place.name.clone(),
            name_cyrl: place.name_cyrl.clone(),
            parent_name: self.index.parent_name(place, Language::SrLatn),
            country: place.country.clone(),
            point: place.point,
            population: place.population,
            postal_code: place.postal_codes.first().cloned(),
        }
    }
}

#[async_trait]
impl GeoContract for Geo {
    async fn place(&self, id: PlaceId) -> Result<Place, ContractError> {
        Ok(self.message(self.get(id)?))
    }

    async fn find(&self, text: &str, limit: u32) -> Result<Vec<Place>, ContractError> {
        let found = self.index.suggest(text, limit.min(FIND_MAX) as usize);
        Ok(found.into_iter().map(|place| self.message(place)).collect())
    }

    async fn nearest(&self, point: Point) -> Result<Place, ContractError> {
        Ok(self.message(self.reverse(point.lat, point.lon).await?))
    }

    fn snap(&self, point: Point) -> Point {
        snap::snap(point)
    }

    async fn places(&self, after: Option<PlaceId>, limit: u32) -> Result<Vec<Place>, ContractError> {
        Ok(self.index.after(after, limit.min(PAGE_MAX) as usize).map(|place| self.message(place)).collect())
    }
}
