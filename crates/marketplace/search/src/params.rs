//! The query string of the search page, parsed once: the API, saved searches and cursors share it.

use std::collections::BTreeMap;

use svetu_kernel::{AccountId, Currency, PlaceId, UserId};
use svetu_ports::search_index::{GeoBox, GeoPoint};

use crate::SearchError;
use crate::document::{date_number, name_of, scaled};
use svetu_contracts::listings::{Condition, Delivery, SellerKind};

const Q_CHARS_MAX: usize = 160;
const VALUES_MAX: usize = 50;
const ATTRIBUTES_MAX: usize = 30;
const RADIUS_M_MAX: f64 = 1_000_000.0;
const PAIRS_MAX: usize = 200;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    Relevance,
    Newest,
    PriceAsc,
    PriceDesc,
    Distance,
}

impl Order {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Newest => "newest",
            Self::PriceAsc => "price_asc",
            Self::PriceDesc => "price_desc",
            Self::Distance => "distance",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AttributeFilter {
    pub values: Vec<String>,
    /// Thousandths.
    pub min: Option<i64>,
    pub max: Option<i64>,
}

/// What is asked for. Bounds are inclusive.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ask {
    pub q: String,
    pub category: Option<String>,
    pub bbox: Option<GeoBox>,
    /// Where the reader is: distances are told from here.
    pub point: Option<GeoPoint>,
    pub radius_m: Option<f64>,
    pub place: Option<PlaceId>,
    /// Minor units of `currency`.
    pub price_min: Option<i64>,
    pub price_max: Option<i64>,
    pub currency: Option<Currency>,
    pub condition: Vec<String>,
    pub seller_kind: Option<String>,
    pub delivery: Vec<String>,
    pub with_photo: bool,
    pub attributes: BTreeMap<String, AttributeFilter>,
    pub since_days: Option<u16>,
    pub seller: Option<AccountId>,
    pub order: Order,
}

/// The whole query string: what is asked, and how the answer is wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Params {
    pub ask: Ask,
    pub limit: Option<usize>,
    pub cursor: Option<String>,
    pub facets: bool,
    pub zoom: Option<f64>,
}

impl Params {
    /// Unknown names are passed over, so that a link with a tracker's mark still works.
    pub fn parse(query: &str) -> Result<Self, SearchError> {
        let pairs: Vec<(String, String)> =
            serde_html_form::from_str(query).map_err(|_| SearchError::Parameter("q".to_owned()))?;
        if pairs.len() > PAIRS_MAX {
            return Err(SearchError::Parameter("q".to_owned()));
        }
        let mut params = Self::default();
        let (mut lat, mut lon) = (None, None);
        for (name, value) in &pairs {
            let wrong = || SearchError::Parameter(name.clone());
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            // PostgreSQL and terms take no NUL.
            if value.contains('\0') {
                return Err(wrong());
            }
            let ask = &mut params.ask;
            match name.as_str() {
                "q" => ask.q = value.chars().take(Q_CHARS_MAX).collect(),
                "category" => ask.category = Some(value.to_owned()),
                "bbox" => ask.bbox = Some(bbox(value).ok_or_else(wrong)?),
                "lat" => lat = Some(degrees(value, 90.0).ok_or_else(wrong)?),
                "lon" => lon = Some(degrees(value, 180.0).ok_or_else(wrong)?),
                "radius_m" => ask.radius_m = Some(number(value, 1.0, RADIUS_M_MAX).ok_or_else(wrong)?),
                "place" => ask.place = Some(value.parse().map_err(|_| wrong())?),
                "price_min" => ask.price_min = Some(amount(value).ok_or_else(wrong)?),
                "price_max" => ask.price_max = Some(amount(value).ok_or_else(wrong)?),
                "currency" => ask.currency = Some(named(value).ok_or_else(wrong)?),
                "condition" => add_known::<Condition>(&mut ask.condition, value).ok_or_else(wrong)?,
                "delivery" => add_known::<Delivery>(&mut ask.delivery, value).ok_or_else(wrong)?,
                "seller_kind" => ask.seller_kind = Some(name_of(named::<SellerKind>(value).ok_or_else(wrong)?)),
                "with_photo" => ask.with_photo = flag(value).ok_or_else(wrong)?,
                "since_days" => {
                    ask.since_days =
                        Some(value.parse().ok().filter(|days| (1..=3_650).contains(days)).ok_or_else(wrong)?);
                }
                "seller" => {
                    let id: UserId = value.parse().map_err(|_| wrong())?;
                    ask.seller = Some(AccountId::from_uuid(id.uuid()));
                }
                "sort" => {
                    ask.order = match value {
                        "relevance" => Order::Relevance,
                        "newest" => Order::Newest,
                        "price_asc" => Order::PriceAsc,
                        "price_desc" => Order::PriceDesc,
                        "distance" => Order::Distance,
                        _ => return Err(wrong()),
                    };
                }
                "limit" => {
                    params.limit = Some(value.parse().ok().filter(|n| (1..=100).contains(n)).ok_or_else(wrong)?);
                }
                "cursor" => params.cursor = Some(value.to_owned()),
                "facets" => params.facets = flag(value).ok_or_else(wrong)?,
                "zoom" => params.zoom = Some(number(value, 0.0, 24.0).ok_or_else(wrong)?),
                other => {
                    if let Some(key) = other.strip_prefix("attr.") {
                        ask.attribute(key, value).ok_or_else(wrong)?;
                    }
                }
            }
        }
        params.ask.point = match (lat, lon) {
            (Some(lat), Some(lon)) => Some(GeoPoint { lat, lon }),
            (None, None) => None,
            (Some(_), None) => return Err(SearchError::Parameter("lon".to_owned())),
            (None, Some(_)) => return Err(SearchError::Parameter("lat".to_owned())),
        };
        if params.ask.radius_m.is_some() && params.ask.point.is_none() {
            return Err(SearchError::Parameter("lat".to_owned()));
        }
        if params.ask.order == Order::Distance && params.ask.point.is_none() {
            return Err(SearchError::Parameter("sort".to_owned()));
        }
        Ok(params)
    }
}

impl Ask {
    fn attribute(&mut self, name: &str, value: &str) -> Option<()> {
        let (key, bound) = match (name.strip_suffix("_min"), name.strip_suffix("_max")) {
            (Some(key), _) => (key, Some(false)),
            (None, Some(key)) => (key, Some(true)),
            (None, None) => (name, None),
        };
        let known = self.attributes.contains_key(key);
        if key.is_empty() || key.len() > 64 || key.contains('.') || (!known && self.attributes.len() >= ATTRIBUTES_MAX)
        {
            return None;
        }
        let filter = self.attributes.entry(key.to_owned()).or_default();
        match bound {
            Some(upper) => {
                let number = date_number(value).or_else(|| value.parse::<f64>().ok().and_then(scaled))?;
                if upper {
                    filter.max = Some(number);
                } else {
                    filter.min = Some(number);
                }
            }
            None => {
                let values = value.split(',').map(str::trim).filter(|value| !value.is_empty());
                filter.values.extend(values.map(str::to_owned));
                if filter.values.len() > VALUES_MAX {
                    return None;
                }
            }
        }
        Some(())
    }

    /// What price bounds are in.
    pub fn currency(&self) -> Currency {
        self.currency.unwrap_or(Currency::Rsd)
    }

    /// The query string of this, in one order whatever order it came in.
    pub fn canonical(&self) -> String {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                pairs.push((name.to_owned(), value));
            }
        };
        put("q", Some(self.q.clone()));
        put("category", self.category.clone());
        put("bbox", self.bbox.map(|area| format!("{},{},{},{}", area.west, area.south, area.east, area.north)));
        put("lat", self.point.map(|point| point.lat.to_string()));
        put("lon", self.point.map(|point| point.lon.to_string()));
        put("radius_m", self.radius_m.map(|radius| radius.to_string()));
        put("place", self.place.map(|place| place.to_string()));
        put("price_min", self.price_min.map(|price| price.to_string()));
        put("price_max", self.price_max.map(|price| price.to_string()));
        put("currency", self.currency.map(name_of));
        put("condition", Some(self.condition.join(",")));
        put("seller_kind", self.seller_kind.clone());
        put("delivery", Some(self.delivery.join(",")));
        put("with_photo", self.with_photo.then(|| "true".to_owned()));
        for (key, filter) in &self.attributes {
            let bound = |number: i64| {
                #[allow(clippy::cast_precision_loss)]
                let number = number as f64 / 1e3;
                number.to_string()
            };
            put(&format!("attr.{key}"), Some(filter.values.join(",")));
            put(&format!("attr.{key}_min"), filter.min.map(bound));
            put(&format!("attr.{key}_max"), filter.max.map(bound));
        }
        put("since_days", self.since_days.map(|days| days.to_string()));
        put("seller", self.seller.map(|seller| UserId::from_uuid(seller.uuid()).to_string()));
        if self.order != Order::default() {
            put("sort", Some(self.order.name().to_owned()));
        }
        // Pairs of texts always serialise.
        serde_html_form::to_string(&pairs).unwrap_or_default()
    }
}

fn named<T: serde::de::DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}

fn add_known<T: serde::de::DeserializeOwned + serde::Serialize>(into: &mut Vec<String>, value: &str) -> Option<()> {
    for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let name = name_of(named::<T>(part)?);
        if !into.contains(&name) {
            into.push(name);
        }
    }
    Some(())
}

fn flag(value: &str) -> Option<bool> {
    match value {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn amount(value: &str) -> Option<i64> {
    value.parse().ok().filter(|amount| (0..=1_000_000_000_000_000).contains(amount))
}

fn number(value: &str, min: f64, max: f64) -> Option<f64> {
    value.parse().ok().filter(|number: &f64| (min..=max).contains(number))
}

fn degrees(value: &str, max: f64) -> Option<f64> {
    number(value, -max, max)
}

/// `west,south,east,north`
pub(crate) fn bbox(value: &str) -> Option<GeoBox> {
    let parts: Vec<f64> = value.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let &[west, south, east, north] = parts.as_slice() else { return None };
    let right = (-180.0..=180.0).contains(&west)
        && (-180.0..=180.0).contains(&east)
        && (-90.0..=90.0).contains(&south)
        && (-90.0..=90.0).contains(&north)
        && west <= east
        && south <= north;
    right.then_some(GeoBox { west, south, east, north })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_means_the_same() {
        let query = "attr.fuel=dizel,benzin&q=golf%207&price_max=800000&currency=EUR&attr.year_min=2012&sort=newest\
            &bbox=20.1,44.6,20.7,45&condition=used,new&with_photo=1&utm=x&limit=10&facets=true";
        let params = Params::parse(query).unwrap();
        let canonical = params.ask.canonical();
        assert_eq!(Params::parse(&canonical).unwrap().ask, params.ask);
        assert_eq!(Params::parse(&canonical).unwrap().ask.canonical(), canonical);
        assert_eq!(params.ask.attributes["year"].min, Some(2_012_000));
        assert_eq!((params.limit, params.facets), (Some(10), true));
    }

    #[test]
    fn wrong_values_are_named() {
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("bbox=1,2,3", "bbox"),
            ("bbox=20,44,19,45", "bbox"),
            ("lat=44", "lon"),
            ("radius_m=5", "lat"),
            ("sort=distance", "sort"),
            ("sort=best", "sort"),
            ("price_min=-1", "price_min"),
            ("condition=old", "condition"),
            ("currency=USD", "currency"),
            ("lat=NaN&lon=1", "lat"),
            ("attr.year_min=x", "attr.year_min"),
            ("q=%00", "q"),
        ] {
            match Params::parse(query) {
                Err(SearchError::Parameter(found)) => assert_eq!(found, name, "{query}"),
                other => panic!("{query}: {other:?}"),
            }
        }
    }
}
