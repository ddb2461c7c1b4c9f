//! The queue behind the answers, and who empties it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use store::{Store, StoreError};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::{Entry, Note};
use crate::store::calls as rows;

/// How long a call waits at most before it is written down.
const SOON: Duration = Duration::from_millis(250);
/// How long the writer waits after the database has refused.
const AGAIN: Duration = Duration::from_secs(1);
/// The most calls of one unit of work.
const BATCH: usize = 500;
/// The most calls that wait.
const MOST: usize = 20_000;
/// The most bytes that wait.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Where calls are written down. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    store: Store,
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    full: Notify,
    /// One writer at a time, so that calls stay in order.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Journal {
    /// A journal in a database.
    pub fn new(store: Store) -> Self {
        Self { store, queue: Arc::default() }
    }

    /// Notes a call. Never waits; drops the note, and counts it, when too many wait already.
    pub fn note(&self, note: &Note<'_>) {
        let entry = Entry::of(note);
        let mut waiting = self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.entries.len() >= MOST || waiting.bytes + entry.weight() > MOST_BYTES {
            metrics::counter!("provisioning_calls_not_noted_total").increment(1);
            return;
        }
        waiting.bytes += entry.weight();
        waiting.entries.push_back(entry);
        if waiting.entries.len() >= BATCH {
            self.queue.full.notify_one();
        }
    }

    /// Writes down what waits, in the order in which it came.
    pub async fn flush_now(&self) -> Result<(), StoreError> {
        let _turn = self.queue.turn.lock().await;
        loop {
            let batch = self.take();
            if batch.is_empty() {
                return Ok(());
            }
            if let Err(error) = self.write(&batch).await {
                self.put_back(batch);
                return Err(error);
            }
        }
    }

    /// Writes calls down as they come, until `stop` turns true; then the rest.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut wait = SOON;
        while !*stop.borrow() {
            tokio::select! {
                _ = timeout(wait, self.queue.full.notified()) => {}
                _ = stop.changed() => {}
            }
            wait = if self.flush_or_log().await { SOON } else { AGAIN };
        }
        self.flush_or_log().await;
    }

    /// How many calls wait to be written down.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner).entries.len()
    }

    async fn flush_or_log(&self) -> bool {
        match self.flush_now().await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "calls cannot be written down for now");
                false
            }
        }
    }

    async fn write(&self, batch: &[Entry]) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        rows::insert(&mut tx, batch).await?;
        tx.commit().await
    }

    fn take(&self) -> Vec<Entry> {
        let mut waiting = self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entries.len().min(BATCH);
        let batch: Vec<Entry> = waiting.entries.drain(..count).collect();
        waiting.bytes -= batch.iter().map(Entry::weight).sum::<usize>();
        batch
    }

    fn put_back(&self, batch: Vec<Entry>) {
        let mut waiting = self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.bytes += batch.iter().map(Entry::weight).sum::<usize>();
        for entry in batch.into_iter().rev() {
            waiting.entries.push_front(entry);
        }
    }
}
