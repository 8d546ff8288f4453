//! Bodies that hold something for as long as they last.

use std::{
    any::Any,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// Holds a place or a count until the body is sent to its end or dropped.
pub struct Holding {
    body: Body,
    _held: Box<dyn Any + Send>,
}

impl Holding {
    pub fn body(body: Body, held: impl Any + Send) -> Body {
        Body::new(Self { body, _held: Box::new(held) })
    }
}

impl HttpBody for Holding {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
