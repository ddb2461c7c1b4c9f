//! The last requests and their counts, for the admin API and the page. Bodies and secrets are never kept.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use kernel::Timestamp;
use serde::Serialize;

/// How many requests are remembered.
const KEPT: usize = 500;

/// One request as it was answered.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// When, by the emulator's clock.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// Path and query as the client sent them.
    pub path: String,
    /// The tenant, as far as it could be told.
    pub tenant: Option<String>,
    /// The status; 0 for a connection that was cut.
    pub status: u16,
    /// The faults that struck, by kind.
    pub faults: Vec<String>,
    /// How long it took.
    pub micros: u64,
    /// The ids Graph answers carry.
    pub request_id: Option<String>,
    /// The id the client sent.
    pub client_request_id: Option<String>,
}

/// Counts since the start or the last reset.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counters {
    /// All requests to the login and Graph endpoints.
    pub total: u64,
    /// Requests to the login endpoints.
    pub login: u64,
    /// Requests to Graph.
    pub graph: u64,
    /// Requests struck by a fault.
    pub faults: u64,
    /// Answers by status.
    pub by_status: BTreeMap<u16, u64>,
}

#[derive(Debug, Default)]
struct Log {
    entries: VecDeque<Entry>,
    counters: Counters,
}

/// Remembers requests.
#[derive(Debug, Default)]
pub struct RequestLog(Mutex<Log>);

impl RequestLog {
    /// Remembers one request.
    pub fn note(&self, entry: Entry) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counters = &mut log.counters;
        counters.total += 1;
        if crate::paths::is_graph(&entry.path) {
            counters.graph += 1;
        } else {
            counters.login += 1;
        }
        counters.faults += u64::from(!entry.faults.is_empty());
        *counters.by_status.entry(entry.status).or_default() += 1;
        if log.entries.len() == KEPT {
            log.entries.pop_back();
        }
        log.entries.push_front(entry);
    }

    /// The last `limit` requests, newest first.
    pub fn last(&self, limit: usize) -> Vec<Entry> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.entries.iter().take(limit).cloned().collect()
    }

    /// The counts.
    pub fn counters(&self) -> Counters {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counters.clone()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Log::default();
    }
}
