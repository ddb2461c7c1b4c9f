//! Limits: how often, how many at once, how long, how much.
//!
//! All but the rate are about this server's health; the rate is about one caller's manners.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use http::StatusCode;
use hyper::body::{Frame, SizeHint};
use kernel::ErrorKind;
use tokio::sync::Semaphore;

use super::Protocol;
use crate::{Problem, RequestContext};

/// Another length limit for the bodies of one route: `.layer(longest_body(64 * 1024 * 1024))`.
pub fn longest_body(bytes: usize) -> DefaultBodyLimit {
    DefaultBodyLimit::max(bytes)
}

/// How often one address may call. Cheap to clone; clones count together.
///
/// Also fit for single routes: `.layer(from_fn_with_state(Some(RateLimit::per_minute(10, 10)), limits::rate))`.
#[derive(Clone)]
pub struct RateLimit(Arc<Counters>);

struct Counters {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    checks: AtomicU64,
}

impl RateLimit {
    /// `count` a second in the long run, `burst` at once.
    pub fn per_second(count: u32, burst: u32) -> Self {
        Self::new(Quota::per_second(at_least_one(count)), burst)
    }

    /// `count` a minute in the long run, `burst` at once.
    pub fn per_minute(count: u32, burst: u32) -> Self {
        Self::new(Quota::per_minute(at_least_one(count)), burst)
    }

    fn new(quota: Quota, burst: u32) -> Self {
        let limiter = governor::RateLimiter::keyed(quota.allow_burst(at_least_one(burst)));
        Self(Arc::new(Counters { limiter, checks: AtomicU64::new(0) }))
    }

    /// Counts one call; the error is how long to wait.
    pub fn check(&self, address: IpAddr) -> Result<(), Duration> {
        // Addresses that have been quiet are forgotten, so that a sweep of addresses does not fill memory.
        if self.0.checks.fetch_add(1, Ordering::Relaxed) % 4_096 == 4_095 {
            self.0.limiter.retain_recent();
        }
        let refusal = self.0.limiter.check_key(&household(address));
        refusal.map_err(|refusal| refusal.wait_time_from(DefaultClock::default().now()))
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RateLimit(…)")
    }
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// One household holds at least a /64 of IPv6 (RFC 6177); counting single addresses would count nothing.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The layer that turns away who calls too often. Calls without an address are in process.
pub async fn rate(
    State(limit): State<Option<RateLimit>>,
    context: RequestContext,
    request: Request,
    next: Next,
) -> Response {
    let verdict = limit.zip(context.address).map_or(Ok(()), |(limit, address)| limit.check(address));
    match verdict {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            let detail = "this address calls too often; slow down";
            Problem::new(ErrorKind::TooMany, "web.too_many_requests", detail).with_retry_after(wait).into_response()
        }
    }
}

/// How often one address may call anything but the protocols that count by themselves.
#[derive(Debug, Clone)]
pub(super) struct Rate {
    pub limit: Option<RateLimit>,
    pub but: Vec<Protocol>,
}

/// The same for the whole router.
pub(super) async fn rate_of_all(
    State(all): State<Rate>,
    context: RequestContext,
    request: Request,
    next: Next,
) -> Response {
    let counts = !all.but.iter().any(|protocol| protocol.serves(context.uri.path()));
    rate(State(all.limit.filter(|_| counts)), context, request, next).await
}

/// How many requests are worked on at once.
#[derive(Debug, Clone)]
pub(super) struct Load(Arc<Semaphore>);

impl Load {
    pub(super) fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once.min(Semaphore::MAX_PERMITS))))
    }
}

/// Turns away rather than queues: a queue would only make every answer late.
pub(super) async fn load(State(load): State<Load>, request: Request, next: Next) -> Response {
    let Ok(_permit) = load.0.try_acquire() else {
        return Problem::unavailable("web.busy", "the server is busy; try again shortly")
            .with_retry_after(Duration::from_secs(1))
            .into_response();
    };
    next.run(request).await
}

/// Ends requests whose answer has not begun in time. Streams that have begun go on.
pub(super) async fn time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let arrived = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let request = request.map(|body| Body::new(Watched { body, arrived: arrived.clone() }));
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) if arrived.load(Ordering::Relaxed) => {
            tracing::warn!(web.seconds = limit.as_secs(), "a request took too long");
            Problem::unavailable("web.timeout", "the answer took too long; it was given up")
                .with_retry_after(Duration::from_secs(5))
                .into_response()
        }
        Err(_) => {
            let detail = "the request's body took too long to arrive";
            Problem::with_status(StatusCode::REQUEST_TIMEOUT, "web.slow_body", detail).into_response()
        }
    }
}

/// A body that knows whether it has arrived whole.
struct Watched {
    body: Body,
    arrived: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.arrived.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
