//! The W3C trace context of the work that runs now, carried along a task so that events and jobs can name their cause; and spans,
//! which leave the process where the binary has installed a [`Tracer`].

mod context;
mod span;

use std::future::Future;

pub use context::TraceContext;
pub use span::{Birth, Kind, Recording, Several, Span, Tracer, Value, install, sampled};

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// Runs the work under this context.
pub async fn scope<F: Future>(context: TraceContext, work: F) -> F::Output {
    CURRENT.scope(context, work).await
}

/// Of the running request, event or job.
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|context| *context).ok()
}
