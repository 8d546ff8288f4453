//! Conditions on values as OpenSearch's, with what the plane of degrees says of edges.

use serde_json::{Value, json};
use svetu_ports::search_index::{Filter, GeoBox, plane};

use crate::layout::{GONE, keyword_field, number_field};
use crate::rank::METRES;

pub(crate) fn compile(filter: &Filter) -> Value {
    match filter {
        Filter::Keyword { key, any_of } => json!({ "terms": { keyword_field(key): any_of } }),
        Filter::Number { key, min: None, max: None } => json!({ "exists": { "field": number_field(key) } }),
        Filter::Number { key, min, max } => {
            let mut bounds = json!({});
            if let Some(min) = min {
                bounds["gte"] = (*min).into();
            }
            if let Some(max) = max {
                bounds["lte"] = (*max).into();
            }
            json!({ "range": { number_field(key): bounds } })
        }
        Filter::InBox(area) => in_box(area),
        Filter::Within { center, radius_m } => {
            let source = format!(
                "{METRES} return metres(params.lat, params.lon, doc['y'].value / 1000000.0, doc['x'].value / 1000000.0) <= params.radius"
            );
            let params = json!({ "lat": center.lat, "lon": center.lon, "radius": radius_m });
            let circle = json!({ "script": { "script": { "source": source, "params": params } } });
            // The box has the point's numbers in it, so the script looks at documents with a point only.
            json!({ "bool": { "filter": [in_box(&plane::around(*center, *radius_m)), circle] } })
        }
        Filter::All(parts) => all(parts.iter().map(compile).collect()),
        Filter::Any(parts) if parts.is_empty() => json!({ "match_none": {} }),
        Filter::Any(parts) => {
            let parts: Vec<Value> = parts.iter().map(compile).collect();
            json!({ "bool": { "should": parts, "minimum_should_match": 1 } })
        }
        Filter::Not(part) => json!({ "bool": { "must_not": [compile(part)] } }),
    }
}

/// All of them, without a score.
pub(crate) fn all(parts: Vec<Value>) -> Value {
    if parts.is_empty() { json!({ "match_all": {} }) } else { json!({ "bool": { "filter": parts } }) }
}

/// Whatever is no trace of a deleted document.
pub(crate) fn there() -> Value {
    json!({ "bool": { "must_not": [is_gone()] } })
}

pub(crate) fn is_gone() -> Value {
    json!({ "term": { GONE: true } })
}

pub(crate) fn in_box(area: &GeoBox) -> Value {
    let range =
        |field: &str, from: f64, to: f64| json!({ "range": { field: { "gte": least(from), "lte": greatest(to) } } });
    json!({ "bool": { "filter": [range("y", area.south, area.north), range("x", area.west, area.east)] } })
}

/// The least place that is not below, as [`GeoBox::contains`] compares it.
fn least(degrees: f64) -> i64 {
    let near = plane::micro(degrees);
    (near - 1..=near + 1).find(|micro| plane::degrees(*micro) >= degrees).unwrap_or(near + 2)
}

fn greatest(degrees: f64) -> i64 {
    let near = plane::micro(degrees);
    (near - 1..=near + 1).rev().find(|micro| plane::degrees(*micro) <= degrees).unwrap_or(near - 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_where_the_plane_has_them() {
        for step in 0..2_000_i64 {
            let place = 20_345_000 + step * 37;
            let exact = plane::degrees(place);
            assert_eq!((least(exact), greatest(exact)), (place, place));
            let above = exact + 1e-9;
            assert_eq!((least(above), greatest(above)), (place + 1, place));
        }
    }

    #[test]
    fn no_condition_is_everything_and_no_choice_is_nothing() {
        assert_eq!(compile(&Filter::All(Vec::new())), json!({ "match_all": {} }));
        assert_eq!(compile(&Filter::Any(Vec::new())), json!({ "match_none": {} }));
    }
}
