//! What Jaeger answers to `GET /api/traces/{id}`.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::Value;

use crate::SeenSpan;

/// Tags that it makes of what is no attribute in OTLP.
const OWN: [&str; 4] = ["span.kind", "otel.scope.name", "otel.scope.version", "otel.status_code"];

/// Of the answer's one trace.
pub fn spans(answer: &Value) -> Vec<SeenSpan> {
    let trace = &answer["data"][0];
    let spans = trace["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
    spans.iter().map(|span| seen(span, &trace["processes"][text(&span["processID"])])).collect()
}

fn seen(span: &Value, process: &Value) -> SeenSpan {
    let tags = tags(&span["tags"]);
    let kind = tags.get("span.kind").map_or("INTERNAL".to_owned(), |kind| kind.to_uppercase());
    let mut references: Vec<&Value> = span["references"].as_array().into_iter().flatten().collect();
    // The parent is the first; links follow.
    let is_child = references.first().is_some_and(|reference| reference["refType"] == "CHILD_OF");
    let parent = if is_child { text(&references.remove(0)["spanID"]) } else { "" };
    let mut resource = self::tags(&process["tags"]);
    resource.insert("service.name".to_owned(), text(&process["serviceName"]).to_owned());
    SeenSpan {
        trace: text(&span["traceID"]).to_owned(),
        id: text(&span["spanID"]).to_owned(),
        parent: parent.to_owned(),
        name: text(&span["operationName"]).to_owned(),
        kind: SpanKind::from_str_name(&format!("SPAN_KIND_{kind}")).unwrap(),
        attributes: tags.into_iter().filter(|(key, _)| !OWN.contains(&key.as_str())).collect(),
        resource,
        links: references.into_iter().map(|link| text(&link["spanID"]).to_owned()).collect(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn tags(all: &Value) -> BTreeMap<String, String> {
    let value = |tag: &Value| tag["value"].as_str().map_or_else(|| tag["value"].to_string(), str::to_owned);
    all.as_array().into_iter().flatten().map(|tag| (text(&tag["key"]).to_owned(), value(tag))).collect()
}
