//! How much is computed while codes are judged: what is refused must take as long whatever was wrong with it, and for people
//! whom nobody knows. Tests count it; otherwise nothing is done here.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static DONE: Cell<Done> = const { Cell::new(Done { one_time: 0, written: 0 }) };
}

/// What was computed on this thread since it began.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    /// Codes of steps (HMAC).
    pub(crate) one_time: u64,
    /// Hashes of written codes (PBKDF2).
    pub(crate) written: u64,
}

/// The code of a step was computed.
pub(super) fn one_time() {
    #[cfg(test)]
    DONE.with(|done| done.set(Done { one_time: done.get().one_time + 1, ..done.get() }));
}

/// The hash of a written code was computed.
pub(super) fn written() {
    #[cfg(test)]
    DONE.with(|done| done.set(Done { written: done.get().written + 1, ..done.get() }));
}

/// What is computed in the course of something.
#[cfg(test)]
pub(crate) async fn of<T>(something: impl Future<Output = T>) -> (T, Done) {
    let before = DONE.get();
    let came = something.await;
    let after = DONE.get();
    let done = Done { one_time: after.one_time - before.one_time, written: after.written - before.written };
    (came, done)
}
