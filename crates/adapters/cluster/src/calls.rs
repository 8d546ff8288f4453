//! How many calls a process answers at once. Each may hold as much memory as its method's messages may be long: their sum is bounded.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::Frame;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot},
    time::{Instant, timeout_at},
};
use tonic::Status;

use crate::peers::Body;

/// Half a gigabyte of each kind, if everybody fills theirs.
const SMALL_MAX: usize = 512;
const BULK_MAX: usize = 8;
const PIECE_BYTES: usize = 64 * 1024;
/// A caller that gives up when its time is over is heard until then.
const GRACE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct Calls {
    small: Arc<Semaphore>,
    /// Apart: who moves rows by the thousand does not keep others from asking who somebody is.
    bulk: Arc<Semaphore>,
}

impl Default for Calls {
    fn default() -> Self {
        Self::new(SMALL_MAX, BULK_MAX)
    }
}

impl Calls {
    pub fn new(small_max: usize, bulk_max: usize) -> Self {
        Self { small: Arc::new(Semaphore::new(small_max)), bulk: Arc::new(Semaphore::new(bulk_max)) }
    }

    /// Waits for a place, before a byte of the question is read. None never happens while it is used.
    pub async fn place(&self, is_bulk: bool) -> Option<OwnedSemaphorePermit> {
        let places = if is_bulk { &self.bulk } else { &self.small };
        Arc::clone(places).acquire_owned().await.ok()
    }
}

/// Ends a connection. In request extensions.
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<Notify>);

impl Cut {
    pub async fn asked(&self) {
        self.0.notified().await;
    }
}

/// An answer with its place. A caller that neither reads it nor gives it up within the call's time loses its connection: else it
/// would hold place and memory for as long as it likes.
pub struct Held {
    body: Body,
    /// Of a message that is here as a whole: handed on as it is read, else the connection would keep all of it.
    rest: Bytes,
    _gone: oneshot::Sender<()>,
}

impl Held {
    pub fn new(body: Body, place: Option<OwnedSemaphorePermit>, deadline: Instant, cut: Cut) -> Self {
        let (here, gone) = oneshot::channel();
        tokio::spawn(async move {
            if timeout_at(deadline + GRACE, gone).await.is_err() {
                cut.0.notify_one();
            }
            drop(place);
        });
        Self { body, rest: Bytes::new(), _gone: here }
    }
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(message) => self.rest = message,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return Poll::Ready(other),
            }
        }
        let piece = self.rest.len().min(PIECE_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}
