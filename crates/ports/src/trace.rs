//! The W3C trace context of the work that runs now, carried along a task so that events and jobs can name their cause.

use std::future::Future;

tokio::task_local! {
    static TRACEPARENT: String;
}

/// Runs the work under a `traceparent` (W3C Trace Context §3.2).
pub async fn scope<F: Future>(traceparent: String, work: F) -> F::Output {
    TRACEPARENT.scope(traceparent, work).await
}

/// The `traceparent` of the running request, event or job.
pub fn current() -> Option<String> {
    TRACEPARENT.try_with(Clone::clone).ok()
}
