//! A search as OpenSearch is asked: hits, totals and cells by one request; facets, which have a budget, by another beside it.

use serde_json::{Map, Value, json};
use svetu_ports::search_index::{
    FacetKind, FacetRequest, GridRequest, NamedFilter, SearchIndexError, SearchRequest, Sort, plane,
};

use crate::filter;
use crate::layout::{id_of, keyword_field, number_field};
use crate::rank;

/// Values that a shard tells of a facet: with so many more than are shown their counts are right on several shards.
const SHARD_VALUES_MIN: usize = 1_000;

/// `query` is the text's condition, compiled.
pub(crate) fn hits(request: &SearchRequest, query: &Value) -> Result<Value, SearchIndexError> {
    let scored = matches!(request.sort, Sort::Relevance(_)) && request.limit > 0;
    let mut filters: Vec<Value> = request.filters.iter().map(|named| filter::compile(&named.filter)).collect();
    let mut condition = json!({ "must_not": [filter::is_gone()] });
    if scored {
        condition["must"] = json!([query]);
    } else {
        filters.push(query.clone());
    }
    condition["filter"] = filters.into();
    let mut body = json!({
        "size": request.limit,
        "query": { "bool": condition },
        "track_total_hits": true,
        "track_scores": scored,
        "version": true,
    });
    if let Some(sort) = rank::sort(request)? {
        body["sort"] = sort;
        if let Some(after) = request.after {
            body["search_after"] = json!([rank::to_engine(after.rank), id_of(after.id)]);
        }
    }
    if let Some(grid) = &request.grid {
        body["aggs"] = json!({ "grid": cells(grid) });
    }
    Ok(body)
}

/// Cells of the area, each with its points' sums and one of its documents.
fn cells(grid: &GridRequest) -> Value {
    let interval = plane::grid_size(&grid.area, grid.cells_max) * 1e6;
    let histogram = |field: &str, origin: f64| json!({ "field": field, "interval": interval, "offset": (-origin * 1e6).rem_euclid(interval), "min_doc_count": 1 });
    let of_cell = json!({
        "x": { "stats": { "field": "x" } },
        "y": { "stats": { "field": "y" } },
        "example": { "top_hits": { "size": 1, "_source": false, "sort": [{ "id": "desc" }] } },
    });
    let rows = json!({ "rows": { "histogram": histogram("y", 90.0), "aggs": of_cell } });
    json!({
        // Cells outside would be without number.
        "filter": filter::in_box(&grid.area),
        "aggs": { "columns": { "histogram": histogram("x", 180.0), "aggs": rows } },
    })
}

/// The name of the facet at a place of the request.
pub(crate) fn facet_name(at: usize) -> String {
    format!("f{at}")
}

/// `None` where no facet is asked for.
pub(crate) fn facets(request: &SearchRequest, query: &Value) -> Option<Value> {
    if request.facets.is_empty() {
        return None;
    }
    let is_ignored = |named: &&NamedFilter| request.facets.iter().any(|facet| facet.name == named.name);
    let (ignored, deciding): (Vec<&NamedFilter>, Vec<&NamedFilter>) = request.filters.iter().partition(is_ignored);
    let mut always: Vec<Value> = deciding.iter().map(|named| filter::compile(&named.filter)).collect();
    always.push(query.clone());
    // A facet obeys all filters but its own. Those without one of their own share what they obey.
    let mut groups: Vec<(Option<&str>, Map<String, Value>)> = Vec::new();
    for (at, facet) in request.facets.iter().enumerate() {
        let own = ignored.iter().find(|named| named.name == facet.name).map(|named| named.name.as_str());
        let Some(counted) = counted(facet) else { continue };
        match groups.iter_mut().find(|(name, _)| *name == own) {
            Some((_, facets)) => {
                facets.insert(facet_name(at), counted);
            }
            None => groups.push((own, Map::from_iter([(facet_name(at), counted)]))),
        }
    }
    let aggs: Map<String, Value> = groups
        .into_iter()
        .enumerate()
        .map(|(at, (own, facets))| {
            let obeyed = ignored
                .iter()
                .filter(|named| Some(named.name.as_str()) != own)
                .map(|named| filter::compile(&named.filter))
                .collect();
            (format!("g{at}"), json!({ "filter": filter::all(obeyed), "aggs": facets }))
        })
        .collect();
    let budget_ms = request.facet_budget.as_millis().clamp(1, 60_000);
    Some(json!({
        "size": 0,
        "track_total_hits": false,
        "timeout": format!("{budget_ms}ms"),
        "query": { "bool": { "filter": always, "must_not": [filter::is_gone()] } },
        "aggs": aggs,
    }))
}

fn counted(facet: &FacetRequest) -> Option<Value> {
    match &facet.kind {
        FacetKind::Values { limit: 0, .. } => None,
        FacetKind::Values { key, limit } => {
            let values = (*limit).max(SHARD_VALUES_MIN);
            Some(json!({ "terms": { "field": keyword_field(key), "size": limit, "shard_size": values } }))
        }
        FacetKind::Bounds { key } => {
            let field = number_field(key);
            let bounds = json!({ "low": { "min": { "field": field } }, "high": { "max": { "field": field } } });
            Some(json!({ "filter": { "match_all": {} }, "aggs": bounds }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use svetu_ports::search_index::{FacetKind, Filter};

    #[test]
    fn a_facet_obeys_all_filters_but_its_own() {
        let named = |name: &str| NamedFilter {
            name: name.to_owned(),
            filter: Filter::Keyword { key: name.to_owned(), any_of: vec!["x".to_owned()] },
        };
        let facet = |name: &str| FacetRequest {
            name: name.to_owned(),
            kind: FacetKind::Values { key: name.to_owned(), limit: 5 },
        };
        let request = SearchRequest {
            filters: vec![named("fuel"), named("city"), named("seller")],
            facets: vec![facet("fuel"), facet("city"), facet("other")],
            ..SearchRequest::everything(0)
        };
        let body = facets(&request, &json!("Q")).unwrap();
        let terms = |name: &str| json!({ "terms": { format!("k.{name}"): ["x"] } });
        assert_eq!(body["query"]["bool"]["filter"], json!([terms("seller"), "Q"]));
        assert_eq!(body["aggs"]["g0"]["filter"]["bool"]["filter"], json!([terms("city")]));
        assert_eq!(body["aggs"]["g1"]["filter"]["bool"]["filter"], json!([terms("fuel")]));
        assert_eq!(body["aggs"]["g2"]["filter"]["bool"]["filter"], json!([terms("fuel"), terms("city")]));
    }
}
