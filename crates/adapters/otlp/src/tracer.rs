use opentelemetry::{
    Context, Key, KeyValue, Value as OtelValue,
    trace::{
        Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId,
        TraceState, TracerProvider as _,
    },
};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};
use svetu_ports::trace::{Birth, Kind, Recording, TraceContext, Tracer, Value};

pub struct OtlpTracer {
    tracer: SdkTracer,
    sample_ratio: f64,
}

impl OtlpTracer {
    pub fn new(provider: &SdkTracerProvider, sample_ratio: f64) -> Self {
        Self { tracer: provider.tracer("svetu"), sample_ratio }
    }
}

impl Tracer for OtlpTracer {
    fn begin(&self, birth: Birth) -> Box<dyn Recording> {
        let context =
            birth.parent.map_or_else(Context::new, |parent| Context::new().with_remote_span_context(of(parent)));
        let links = birth.links.into_iter().map(|link| Link::new(of(link), Vec::new(), 0)).collect();
        let span = SpanBuilder::from_name(birth.name)
            .with_kind(match birth.kind {
                Kind::Server => SpanKind::Server,
                Kind::Client => SpanKind::Client,
                Kind::Producer => SpanKind::Producer,
                Kind::Consumer => SpanKind::Consumer,
                Kind::Internal => SpanKind::Internal,
            })
            .with_links(links)
            .start_with_context(&self.tracer, &context);
        Box::new(Recorded(span))
    }

    fn sampled(&self) -> bool {
        rand::random::<f64>() < self.sample_ratio
    }
}

fn of(context: TraceContext) -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes(context.trace_id.to_be_bytes()),
        SpanId::from_bytes(context.span_id.to_be_bytes()),
        TraceFlags::new(context.flags),
        true,
        TraceState::NONE,
    )
}

/// Ends when it is dropped: the SDK's own span does.
struct Recorded(Span);

impl Recording for Recorded {
    fn context(&self) -> TraceContext {
        let context = self.0.span_context();
        TraceContext {
            trace_id: u128::from_be_bytes(context.trace_id().to_bytes()),
            span_id: u64::from_be_bytes(context.span_id().to_bytes()),
            flags: context.trace_flags().to_u8(),
        }
    }

    fn set(&mut self, key: &'static str, value: Value) {
        let value = match value {
            Value::Text(text) => OtelValue::String(text.into()),
            Value::Number(number) => OtelValue::I64(number),
        };
        self.0.set_attribute(KeyValue::new(Key::from_static_str(key), value));
    }

    fn fail(&mut self) {
        self.0.set_status(Status::error(""));
    }
}
