//! Bodies that do not come to their end.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::Frame;

/// A body of which a part comes, and then what it holds: an error, or nothing, for ever.
pub(crate) struct Interrupted {
    first: Option<Bytes>,
    then: Option<std::io::Error>,
}

impl Interrupted {
    /// A body whose connection ends.
    pub(crate) fn breaks_off_after(part: &'static str) -> Body {
        Self::after(part, Some(std::io::ErrorKind::ConnectionReset.into()))
    }

    /// A body whose rest never comes.
    pub(crate) fn waits_after(part: &'static str) -> Body {
        Self::after(part, None)
    }

    fn after(part: &'static str, then: Option<std::io::Error>) -> Body {
        Body::new(Self { first: Some(Bytes::from_static(part.as_bytes())), then })
    }
}

impl http_body::Body for Interrupted {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match (self.first.take(), self.then.take()) {
            (Some(part), then) => {
                self.then = then;
                Poll::Ready(Some(Ok(Frame::data(part))))
            }
            (None, Some(error)) => Poll::Ready(Some(Err(error))),
            (None, None) => Poll::Pending,
        }
    }
}
