//! What happened when, under which other thing: told to whoever collects it. Nothing of a person belongs into a name or an attribute.

use std::{
    borrow::Cow,
    future::Future,
    sync::{Arc, OnceLock},
};

use super::{TraceContext, current, scope};

/// Turns spans into something that leaves the process. Must never wait and never fail.
pub trait Tracer: Send + Sync + 'static {
    fn begin(&self, birth: Birth) -> Box<dyn Recording>;

    /// Whether spans of a request from outside shall leave: by our own dice, whatever the request claims.
    fn sampled(&self) -> bool;
}

/// A span that has begun; it ends when it is dropped.
pub trait Recording: Send + Sync {
    fn context(&self) -> TraceContext;

    fn set(&mut self, key: &'static str, value: Value);

    fn fail(&mut self);
}

/// How a span begins.
#[derive(Debug)]
pub struct Birth {
    pub name: Cow<'static, str>,
    pub kind: Kind,
    pub parent: Option<TraceContext>,
    pub links: Vec<TraceContext>,
}

/// As OpenTelemetry tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Server,
    Client,
    Producer,
    Consumer,
    Internal,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(Cow<'static, str>),
    Number(i64),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

static TRACER: OnceLock<Arc<dyn Tracer>> = OnceLock::new();

/// Once per process; false when there is one already.
pub fn install(tracer: Arc<dyn Tracer>) -> bool {
    TRACER.set(tracer).is_ok()
}

/// For a request from outside: see [`Tracer::sampled`].
pub fn sampled() -> bool {
    TRACER.get().is_some_and(|tracer| tracer.sampled())
}

/// Ends when it is dropped. Without a tracer, or not sampled, it is a context and nothing more.
pub struct Span {
    context: TraceContext,
    recording: Option<Box<dyn Recording>>,
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Span").field(&self.context.to_string()).finish()
    }
}

impl Span {
    /// Below what runs now.
    pub fn below_current(name: impl Into<Cow<'static, str>>, kind: Kind) -> Self {
        Self::begin(name, kind, current())
    }

    pub fn begin(name: impl Into<Cow<'static, str>>, kind: Kind, parent: Option<TraceContext>) -> Self {
        Self::linked(name.into(), kind, parent, Vec::new())
    }

    fn linked(name: Cow<'static, str>, kind: Kind, parent: Option<TraceContext>, links: Vec<TraceContext>) -> Self {
        match TRACER.get() {
            // What is not sampled is not begun: it costs its context alone.
            Some(tracer) if parent.is_none_or(TraceContext::is_sampled) => {
                let recording = tracer.begin(Birth { name, kind, parent, links });
                let context = recording.context();
                Self { context, recording: context.is_sampled().then_some(recording) }
            }
            Some(_) | None => {
                let context = parent.map_or_else(TraceContext::root, TraceContext::child);
                Self { context, recording: None }
            }
        }
    }

    pub const fn context(&self) -> TraceContext {
        self.context
    }

    /// Whether attributes are worth making.
    pub const fn is_recorded(&self) -> bool {
        self.recording.is_some()
    }

    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(recording) = &mut self.recording {
            recording.set(key, value.into());
        }
    }

    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    /// `kind`: of a known set, never a message.
    pub fn failed(&mut self, kind: impl Into<Value>) {
        if let Some(recording) = &mut self.recording {
            recording.set("error.type", kind.into());
            recording.fail();
        }
    }

    /// Runs the work under this span, which goes on until it is dropped.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        scope(self.context, work).await
    }
}

/// One piece of work that several traces caused, such as a batch of events: a span in each that is recorded, so that every one of
/// them shows it. The first one is the work; the others are linked to it.
#[derive(Debug)]
pub struct Several {
    first: Span,
    others: Vec<Span>,
}

/// In which a batch is shown.
const TRACES_MAX: usize = 16;

impl Several {
    /// Nothing causes it: it is a root.
    pub fn begin(name: &str, kind: Kind, causes: impl Iterator<Item = TraceContext>) -> Self {
        // One that is recorded leads; else the one that came first.
        let mut parents: Vec<TraceContext> = Vec::new();
        for cause in causes {
            let leads = parents.first().is_none_or(|first| !first.is_sampled() && cause.is_sampled());
            let known = parents.iter().any(|parent| parent.trace_id == cause.trace_id);
            if leads {
                parents.insert(0, cause);
            } else if !known && cause.is_sampled() && parents.len() < TRACES_MAX {
                parents.push(cause);
            }
        }
        let mut parents = parents.into_iter();
        let first = Span::begin(name.to_owned(), kind, parents.next());
        let shown = parents.filter(|parent| parent.is_sampled() && parent.trace_id != first.context.trace_id);
        let others =
            shown.map(|parent| Span::linked(name.to_owned().into(), kind, Some(parent), vec![first.context])).collect();
        Self { first, others }
    }

    pub fn is_recorded(&self) -> bool {
        self.first.is_recorded()
    }

    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        let value = value.into();
        for span in self.others.iter_mut().chain([&mut self.first]) {
            span.set(key, value.clone());
        }
    }

    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    pub fn failed(&mut self, kind: &'static str) {
        for span in self.others.iter_mut().chain([&mut self.first]) {
            span.failed(kind);
        }
    }

    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        self.first.around(work).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Writes down how spans begin.
    #[derive(Default)]
    struct Book(Mutex<Vec<(Option<u128>, usize)>>);

    struct Page(TraceContext);

    impl Recording for Page {
        fn context(&self) -> TraceContext {
            self.0
        }

        fn set(&mut self, _: &'static str, _: Value) {}

        fn fail(&mut self) {}
    }

    impl Tracer for Arc<Book> {
        fn begin(&self, birth: Birth) -> Box<dyn Recording> {
            self.0.lock().unwrap().push((birth.parent.map(|parent| parent.trace_id), birth.links.len()));
            let parent = birth.parent.unwrap_or_else(|| TraceContext::root().with_sampled(true));
            Box::new(Page(parent.child()))
        }

        fn sampled(&self) -> bool {
            true
        }
    }

    fn cause(trace_id: u128, flags: u8) -> TraceContext {
        TraceContext { trace_id, span_id: 1, flags }
    }

    #[tokio::test]
    async fn a_batch_is_shown_in_every_trace_that_is_recorded_and_in_no_other() {
        let book = Arc::new(Book::default());
        assert!(install(Arc::new(Arc::clone(&book))) && !install(Arc::new(Arc::clone(&book))));
        let check = |causes: &[TraceContext], expected: &[(Option<u128>, usize)]| {
            let several = Several::begin("process", Kind::Consumer, causes.iter().copied());
            assert_eq!(std::mem::take(&mut *book.0.lock().unwrap()), expected);
            several
        };
        check(&[], &[(None, 0)]);
        check(&[cause(1, 1), cause(1, 1)], &[(Some(1), 0)]);
        check(&[cause(1, 0), cause(2, 1), cause(3, 0), cause(4, 1)], &[(Some(2), 0), (Some(4), 1)]);
        let many: Vec<TraceContext> = (1..100).map(|id| cause(id, 1)).collect();
        assert_eq!(Several::begin("process", Kind::Consumer, many.into_iter()).others.len(), TRACES_MAX - 1);
        book.0.lock().unwrap().clear();
        // Unrecorded work is of its cause's trace all the same, for logs and for what it causes.
        let quiet = check(&[cause(7, 0), cause(8, 0)], &[]);
        quiet.around(async { assert_eq!(current().unwrap().trace_id, 7) }).await;
        assert!(!quiet.is_recorded());
    }
}
