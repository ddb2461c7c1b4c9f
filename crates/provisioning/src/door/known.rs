//! What was checked a moment ago: saves the look-up of every call, and is forgotten as soon as an operator changes
//! anything.
//!
//! Kept by the hash of what was shown; what does not count is not kept, so that a new key works at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::{OrganisationId, Timestamp};
use web::Network;

use crate::model::{Connection, KeyId};

/// For how long: so soon an operator's change on one node counts on the others. On the same node it counts at once.
pub const REMEMBERED: Duration = Duration::from_secs(2);
/// Most callers that are remembered.
const MOST: usize = 4_096;

/// Somebody who has shown who they are.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub connection: Arc<Connection>,
    /// Which key, where it was one or an access token given for one.
    pub key: Option<KeyId>,
    /// Where they may call from; empty: anywhere.
    pub addresses: Arc<[Network]>,
    /// When what was shown ends.
    pub ends_at: Option<Timestamp>,
}

/// Callers of the last moments.
#[derive(Debug, Default)]
pub(crate) struct Callers(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    known: HashMap<Shown, (Timestamp, Known)>,
    /// Grows whenever everything is forgotten: what was looked up before that is not remembered after it.
    age: u64,
}

/// What was shown, where: the hash of the credentials, and the organisation in the address.
pub(crate) type Shown = ([u8; 32], OrganisationId);

impl Callers {
    /// Somebody remembered, or when the look-up began.
    pub(crate) fn find(&self, shown: &Shown, now: Timestamp) -> Result<Known, u64> {
        let inner = self.lock();
        let fresh = |at: Timestamp| now >= at && now.since(at) < REMEMBERED;
        match inner.known.get(shown) {
            Some((at, known)) if fresh(*at) && known.ends_at.is_none_or(|end| end > now) => Ok(known.clone()),
            _ => Err(inner.age),
        }
    }

    /// Remembers somebody, unless everything was forgotten since the look-up began.
    pub(crate) fn remember(&self, age: u64, shown: Shown, now: Timestamp, known: &Known) {
        let mut inner = self.lock();
        if inner.age != age {
            return;
        }
        if inner.known.len() >= MOST {
            inner.known.retain(|_, (at, _)| now.since(*at) < REMEMBERED);
        }
        if inner.known.len() < MOST {
            inner.known.insert(shown, (now, known.clone()));
        }
    }

    /// Forgets everybody.
    pub(crate) fn forget_all(&self) {
        let mut inner = self.lock();
        inner.age += 1;
        inner.known.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
