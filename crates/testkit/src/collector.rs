//! A collector of traces that a process really sends to: OTLP over HTTP, as protobuf.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;
use tokio::{net::TcpListener, task::JoinHandle};

/// As it was told of.
#[derive(Debug, Clone)]
pub struct SeenSpan {
    pub trace: String,
    pub id: String,
    /// Empty: a root.
    pub parent: String,
    pub name: String,
    pub kind: SpanKind,
    pub attributes: BTreeMap<String, String>,
    /// Of its process.
    pub resource: BTreeMap<String, String>,
    pub links: Vec<String>,
}

#[derive(Default)]
struct Heard {
    spans: Mutex<Vec<SeenSpan>>,
    /// Before an answer.
    delay: Mutex<Duration>,
}

/// Listens until it is dropped.
pub struct Collector {
    address: SocketAddr,
    heard: Arc<Heard>,
    task: JoinHandle<()>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Heard::default());
        let router = Router::new()
            .route("/v1/traces", post(take))
            .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
            .with_state(Arc::clone(&heard));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, heard, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers only after so long from now on.
    pub fn delay(&self, delay: Duration) {
        *self.heard.delay.lock().unwrap() = delay;
    }

    pub fn spans(&self) -> Vec<SeenSpan> {
        self.heard.spans.lock().unwrap().clone()
    }

    /// Spans of one trace, in hexadecimal as in a `traceparent`.
    pub fn trace(&self, id: &str) -> Vec<SeenSpan> {
        self.spans().into_iter().filter(|span| span.trace == id).collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(heard): State<Arc<Heard>>, body: Bytes) -> impl IntoResponse {
    let delay = *heard.delay.lock().unwrap();
    tokio::time::sleep(delay).await;
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "text/plain")], Vec::new());
    };
    let mut spans = heard.spans.lock().unwrap();
    for of_process in request.resource_spans {
        let resource = attributes(of_process.resource.map(|resource| resource.attributes).unwrap_or_default());
        for span in of_process.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
            spans.push(seen(span, resource.clone()));
        }
    }
    let answer = ExportTraceServiceResponse::default().encode_to_vec();
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/x-protobuf")], answer)
}

fn seen(span: Span, resource: BTreeMap<String, String>) -> SeenSpan {
    SeenSpan {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        kind: span.kind(),
        name: span.name,
        attributes: attributes(span.attributes),
        resource,
        links: span.links.iter().map(|link| hex(&link.span_id)).collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attributes(all: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    all.into_iter().map(|pair| (pair.key, text(pair.value.and_then(|value| value.value)))).collect()
}
