//! Executions that are cut off: as a killed process leaves them, at any point where they waited for something.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Takes work so many steps further; whether it came to its end. Letting go of it afterwards is the kill.
pub async fn steps<T>(work: &mut Pin<Box<impl Future<Output = T> + ?Sized>>, count: u64) -> Option<T> {
    let mut left = count;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// Takes work to its end; returns how many steps that took.
pub async fn count(work: impl Future) -> u64 {
    let mut work = Box::pin(work);
    let mut steps = 0;
    poll_fn(|context| {
        steps += 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
    steps
}
