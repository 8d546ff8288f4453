//! What stands before and behind the SDK's queue: a bound that counts what it refuses, and a watch over the collector.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanExporter, SpanProcessor},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::QUEUE_MAX;

const WARN_EVERY: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fate {
    fate: Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
enum Ended {
    Exported,
    /// The queue was full.
    Dropped,
    /// The collector was away, or refused it.
    Lost,
}

#[derive(Debug, Default)]
pub struct Figures {
    spans: Family<Fate, Counter>,
    waiting: Gauge,
    /// As the gauge, and what the bound is held by.
    queued: AtomicUsize,
}

impl Figures {
    pub fn register(&self, registry: &mut Registry) {
        for fate in [Ended::Exported, Ended::Dropped, Ended::Lost] {
            self.count(fate, 0);
        }
        registry.register("telemetry_spans", "Spans by what became of them", self.spans.clone());
        registry.register("telemetry_spans_waiting", "Spans that wait for the collector", self.waiting.clone());
    }

    fn count(&self, fate: Ended, spans: usize) {
        self.spans.get_or_create(&Fate { fate }).inc_by(spans as u64);
    }

    fn took(&self) -> bool {
        let took = self
            .queued
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |queued| (queued < QUEUE_MAX).then_some(queued + 1));
        match took {
            Ok(_) => drop(self.waiting.inc()),
            Err(_) => self.count(Ended::Dropped, 1),
        }
        took.is_ok()
    }

    fn gave(&self, spans: usize) {
        self.queued.fetch_sub(spans, Ordering::Relaxed);
        self.waiting.dec_by(i64::try_from(spans).unwrap_or(i64::MAX));
    }
}

/// Before the queue.
#[derive(Debug)]
pub struct Bounded<P> {
    inner: P,
    figures: Arc<Figures>,
}

impl<P> Bounded<P> {
    pub const fn new(inner: P, figures: Arc<Figures>) -> Self {
        Self { inner, figures }
    }
}

impl<P: SpanProcessor> SpanProcessor for Bounded<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.inner.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() && self.figures.took() {
            self.inner.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn shutdown_with_timeout(&self, within: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(within)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

/// Behind the queue.
#[derive(Debug)]
pub struct Watched<E> {
    inner: E,
    figures: Arc<Figures>,
    warned: Mutex<Option<Instant>>,
}

impl<E> Watched<E> {
    pub const fn new(inner: E, figures: Arc<Figures>) -> Self {
        Self { inner, figures, warned: Mutex::new(None) }
    }

    fn may_warn(&self) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        let due = warned.is_none_or(|at| at.elapsed() >= WARN_EVERY);
        if due {
            *warned = Some(Instant::now());
        }
        due
    }
}

impl<E: SpanExporter> SpanExporter for Watched<E> {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        let spans = batch.len();
        async move {
            let exported = self.inner.export(batch).await;
            self.figures.gave(spans);
            match &exported {
                Ok(()) => self.figures.count(Ended::Exported, spans),
                Err(error) => {
                    self.figures.count(Ended::Lost, spans);
                    if self.may_warn() {
                        tracing::warn!(%error, spans, "the collector does not take spans; they are lost meanwhile");
                    }
                }
            }
            exported
        }
    }

    fn shutdown_with_timeout(&self, within: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(within)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let figures = Figures::default();
        let mut registry = Registry::default();
        figures.register(&mut registry);
        assert!((0..QUEUE_MAX).all(|_| figures.took()));
        assert!(!figures.took() && !figures.took());
        figures.gave(10);
        assert!((0..10).all(|_| figures.took()) && !figures.took());
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            "telemetry_spans_total{fate=\"Dropped\"} 3",
            "telemetry_spans_total{fate=\"Lost\"} 0",
            "telemetry_spans_waiting 4096",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
