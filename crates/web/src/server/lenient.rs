//! A connection that takes request targets as clients in use write them.
//!
//! Entra has been seen to leave double quotes in a query as they are (`?filter=userName+eq+"x"`). `http::Uri` refuses
//! them, so hyper would answer 400 before anybody is asked. [`Follower`] says which bytes are meant; here they are read
//! and handed on. Deliberately knows nothing of what is written, and nothing of HTTP/2, whose targets are not lines.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::follow::Follower;

/// How much is read at once.
const CHUNK: usize = 8 * 1024;

/// A connection whose requests are followed.
#[derive(Debug)]
pub(super) struct Lenient<T> {
    inner: T,
    follower: Follower,
    /// Has arrived and is not handed on; nothing while the connection is idle.
    held: BytesMut,
    /// How much of it may be handed on.
    ready: usize,
}

impl<T> Lenient<T> {
    /// HTTP/2 goes through as it is.
    pub(super) fn new(inner: T, longest_head: usize, http2: bool) -> Self {
        let mut follower = Follower::new(longest_head);
        if http2 {
            follower.end();
        }
        Self { inner, follower, held: BytesMut::new(), ready: 0 }
    }

    fn hand_on(&mut self, buffer: &mut ReadBuf<'_>) {
        let count = self.ready.min(buffer.remaining());
        buffer.put_slice(&self.held[..count]);
        self.held.advance(count);
        self.ready -= count;
        if self.held.is_empty() {
            self.held = BytesMut::new();
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Lenient<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.ready == 0 {
            if this.follower.is_done() && this.held.is_empty() {
                return Pin::new(&mut this.inner).poll_read(context, buffer);
            }
            let mut space = [const { MaybeUninit::uninit() }; CHUNK];
            let mut read = ReadBuf::uninit(&mut space);
            std::task::ready!(Pin::new(&mut this.inner).poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                this.follower.end();
            }
            this.held.extend_from_slice(read.filled());
            this.ready = this.follower.follow(&mut this.held);
        }
        this.hand_on(buffer);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Lenient<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
