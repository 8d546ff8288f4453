//! Ranks, computed by the engine as whole numbers.
//!
//! OpenSearch sorts by doubles, which are exact up to 2^53: ranks are kept within. What has no rank is beyond them all.

use serde_json::{Map, Value, json};
use svetu_ports::search_index::{GeoPoint, SearchIndexError, SearchRequest, Signal, Sort};

use crate::layout::number_field;

const RANK_MAX: i64 = (1 << 53) - 1;
/// Of documents that the order says nothing of.
const NONE: i64 = -(1 << 53);
/// Terms of one rank.
const TERMS_MAX: usize = 16;

/// As [`svetu_ports::search_index::plane::distance_m`] computes them.
pub(crate) const METRES: &str = "double metres(double latA, double lonA, double latB, double lonB) { \
     double a = Math.toRadians(latA); double b = Math.toRadians(latB); \
     double y = Math.sin((b - a) / 2.0); double x = Math.sin(Math.toRadians(lonB - lonA) / 2.0); \
     double h = y * y + Math.cos(a) * Math.cos(b) * x * x; \
     return 2.0 * 6371008.8 * Math.asin(Math.max(0.0, Math.min(1.0, Math.sqrt(h)))); }";

/// Brings a number within the ranks.
const WITHIN: &str = "long within(long v) { \
     return v > 9007199254740991L ? 9007199254740991L : (v < -9007199254740991L ? -9007199254740991L : v); }";

/// A half is rounded away from zero.
const ROUNDED: &str =
    "long rounded(double v) { return v < 0 ? -(long)Math.floor(0.5 - v) : (long)Math.floor(v + 0.5); }";

/// A script and what it is told: the same text for all requests of a kind, so that it is compiled once.
struct Script {
    functions: String,
    body: String,
    params: Map<String, Value>,
}

impl Script {
    fn tell(&mut self, name: String, value: impl Into<Value>) {
        self.params.insert(name, value.into());
    }

    fn needs(&mut self, function: &str) {
        if !self.functions.contains(function) {
            self.functions += function;
            self.functions += " ";
        }
    }
}

/// `None` where only counts are wanted.
pub(crate) fn sort(request: &SearchRequest) -> Result<Option<Value>, SearchIndexError> {
    if request.limit == 0 {
        return Ok(None);
    }
    let mut script = Script { functions: String::new(), body: String::new(), params: Map::new() };
    match &request.sort {
        Sort::Relevance(signals) => relevance(&mut script, signals)?,
        Sort::Number { keys, descending } => {
            if keys.len() > TERMS_MAX {
                return Err(SearchIndexError::TooLarge("16 keys of an order"));
            }
            script.needs(WITHIN);
            script.tell("sign".to_owned(), if *descending { 1 } else { -1 });
            for (at, key) in keys.iter().enumerate() {
                let (numerator, denominator) = (key.numerator, key.denominator.max(1));
                // The rest of the division times the numerator has to fit.
                if numerator.checked_mul(denominator).is_none() {
                    return Err(SearchIndexError::TooLarge("a scale of an order"));
                }
                script.tell(format!("k{at}"), number_field(&key.key));
                script.tell(format!("n{at}"), numerator);
                script.tell(format!("d{at}"), denominator);
                script.body += &format!(
                    "if (doc.containsKey(params.k{at}) && doc[params.k{at}].size() != 0) {{ \
                     long v = doc[params.k{at}].value; long n = params.n{at}; long d = params.d{at}; \
                     long q = v / d; long r = v % d; \
                     if (Math.abs((double)q * (double)n) < 9.0E18) {{ \
                     return within((q * n + r * n / d) * (long)params.sign); }} }} "
                );
            }
            script.body += &format!("return {NONE}L;");
        }
        Sort::Distance(center) => {
            script.needs(METRES);
            script.needs(ROUNDED);
            script.tell("lat".to_owned(), center.lat);
            script.tell("lon".to_owned(), center.lon);
            script.body = format!(
                "if (doc['y'].size() == 0) {{ return {NONE}L; }} \
                 return -rounded(1000.0 * metres(params.lat, params.lon, doc['y'].value / 1000000.0, doc['x'].value / 1000000.0));"
            );
        }
    }
    let source = format!("{}{}", script.functions, script.body);
    Ok(Some(json!([
        { "_script": { "type": "number", "order": "desc", "script": { "source": source, "params": script.params } } },
        { "id": "desc" },
    ])))
}

fn relevance(script: &mut Script, signals: &[Signal]) -> Result<(), SearchIndexError> {
    if signals.len() > TERMS_MAX {
        return Err(SearchIndexError::TooLarge("16 signals of an order"));
    }
    script.needs(WITHIN);
    script.body += "long s = (long)_score * 1000L; ";
    for (at, signal) in signals.iter().enumerate() {
        match signal {
            Signal::Recent { key, origin, half, weight } => {
                let half = (*half).max(1);
                if weight.checked_mul(half).is_none() {
                    return Err(SearchIndexError::TooLarge("a weight of a time"));
                }
                script.tell(format!("k{at}"), number_field(key));
                script.tell(format!("o{at}"), *origin);
                script.tell(format!("h{at}"), half);
                script.tell(format!("w{at}"), *weight);
                // An age so great that it does not fit weighs nothing.
                script.body += &format!(
                    "if (doc.containsKey(params.k{at}) && doc[params.k{at}].size() != 0) {{ \
                     long v = doc[params.k{at}].value; long o = params.o{at}; long h = params.h{at}; long w = params.w{at}; \
                     long age = v >= o ? 0L : o - v; long whole = h + age; \
                     if (age >= 0L && whole > 0L) {{ s += w * h / whole; }} }} "
                );
            }
            Signal::Number { key, weight, per } => {
                script.tell(format!("k{at}"), number_field(key));
                script.tell(format!("w{at}"), *weight);
                script.tell(format!("p{at}"), (*per).max(1));
                script.body += &format!(
                    "if (doc.containsKey(params.k{at}) && doc[params.k{at}].size() != 0) {{ \
                     long v = doc[params.k{at}].value; long w = params.w{at}; long p = params.p{at}; \
                     double about = (double)v * (double)w; \
                     long product = Math.abs(about) < 9.0E18 ? v * w : (about < 0 ? Long.MIN_VALUE : Long.MAX_VALUE); \
                     s = within(s) + within(product / p); }} "
                );
            }
            Signal::Near { center, half_m, weight } => {
                script.needs(METRES);
                script.needs(ROUNDED);
                script.tell(format!("lat{at}"), center.lat);
                script.tell(format!("lon{at}"), center.lon);
                script.tell(format!("h{at}"), half_m.max(1.0));
                script.tell(format!("w{at}"), *weight);
                script.body += &format!(
                    "if (doc['y'].size() != 0) {{ double h = params.h{at}; long w = params.w{at}; \
                     double m = metres(params.lat{at}, params.lon{at}, doc['y'].value / 1000000.0, doc['x'].value / 1000000.0); \
                     s += rounded(w * h / (h + m)); }} "
                );
            }
        }
    }
    script.body += "return within(s);";
    Ok(())
}

/// What OpenSearch calls the rank.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn to_engine(rank: i64) -> f64 {
    if rank == i64::MIN { NONE as f64 } else { rank.clamp(-RANK_MAX, RANK_MAX) as f64 }
}

pub(crate) fn from_engine(rank: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let rank = rank as i64;
    if rank <= NONE { i64::MIN } else { rank }
}

/// Where distances are measured from.
pub(crate) fn center(request: &SearchRequest) -> Option<GeoPoint> {
    match &request.sort {
        Sort::Distance(center) => Some(*center),
        Sort::Relevance(signals) => signals.iter().find_map(|signal| match signal {
            Signal::Near { center, .. } => Some(*center),
            Signal::Recent { .. } | Signal::Number { .. } => None,
        }),
        Sort::Number { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_come_back_as_they_went() {
        for rank in [0, 1, -1, 7_999_123, RANK_MAX, -RANK_MAX, i64::MIN] {
            assert_eq!(from_engine(to_engine(rank)), rank);
        }
        assert!(to_engine(i64::MIN) < to_engine(-RANK_MAX));
    }

    #[test]
    fn a_script_is_the_same_whatever_it_is_told() {
        let asking = |key: &str, weight| SearchRequest {
            sort: Sort::Relevance(vec![Signal::Number { key: key.to_owned(), weight, per: 1 }]),
            ..SearchRequest::everything(1)
        };
        let source =
            |request: &SearchRequest| sort(request).unwrap().unwrap()[0]["_script"]["script"]["source"].clone();
        assert_eq!(source(&asking("a", 1)), source(&asking("b", 2)));
    }
}
