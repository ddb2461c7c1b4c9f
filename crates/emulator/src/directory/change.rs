//! The ordered log of edits. A position in it is all that a delta token needs to remember.
//!
//! Entries of one object are chained backwards, so that "what of this object changed since" costs what changed,
//! not what exists.

use kernel::Timestamp;
use tokio::sync::watch;

use super::property::Mask;
use super::{Directory, Kind, NONE, Ref};

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It came to be.
    Created,
    /// Some properties changed.
    Set(Mask),
    /// A user's manager changed.
    Manager,
    /// A group's membership changed for one member.
    Member {
        /// Who joined or left.
        member: Ref,
        /// Whether it is only a shadow of the member's own deletion or restoration.
        shadow: bool,
    },
    /// Soft-deleted.
    Deleted,
    /// Brought back.
    Restored,
    /// Gone for good.
    Purged,
}

/// One edit of one object.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The object.
    pub object: Ref,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub change: Change,
    previous: u32,
}

impl Directory {
    /// Tells directories apart: a position means nothing in another one.
    pub fn origin(&self) -> u64 {
        self.origin
    }

    /// The position after the last edit.
    pub fn position(&self) -> u64 {
        self.log.len() as u64
    }

    /// The position that readers see when the last edits are younger than `before`.
    pub fn position_before(&self, before: Timestamp) -> u64 {
        self.log.partition_point(|entry| entry.at <= before) as u64
    }

    /// The edits from a position on.
    pub fn entries(&self, from: u64, to: u64) -> &[Entry] {
        let end = usize::try_from(to).unwrap_or(usize::MAX).min(self.log.len());
        let start = usize::try_from(from).unwrap_or(usize::MAX).min(end);
        &self.log[start..end]
    }

    /// Whether the entry is its object's first after `from`.
    pub fn is_first_since(&self, entry: &Entry, from: u64) -> bool {
        entry.previous == NONE || u64::from(entry.previous) < from
    }

    /// An object's edits between two positions, youngest first.
    pub fn history(&self, object: Ref, from: u64, to: u64) -> impl Iterator<Item = &Entry> {
        let mut at = match object.kind {
            Kind::User => self.users[object.ordinal as usize].head,
            Kind::Group => self.groups[object.ordinal as usize].head,
        };
        let edits = std::iter::from_fn(move || {
            let index = u64::from(at);
            let entry = self.log.get(at as usize).filter(|_| at != NONE && index >= from)?;
            at = entry.previous;
            Some((index, entry))
        });
        edits.skip_while(move |(index, _)| *index >= to).map(|(_, entry)| entry)
    }

    /// Whether an object came to be after a position.
    pub fn came_after(&self, object: Ref, position: u64) -> bool {
        self.history(object, position, u64::MAX).any(|entry| entry.change == Change::Created)
    }

    /// Tells of every new position.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(super) fn note(&mut self, object: Ref, change: Change, at: Timestamp) {
        let index = u32::try_from(self.log.len()).unwrap_or(NONE);
        let head = match object.kind {
            Kind::User => &mut self.users[object.ordinal as usize].head,
            Kind::Group => &mut self.groups[object.ordinal as usize].head,
        };
        let previous = std::mem::replace(head, index);
        // Invariant: the log's times never go back, whatever the clock does; `position_before` searches them.
        let at = self.log.last().map_or(at, |last| last.at.max(at));
        self.log.push(Entry { object, at, change, previous });
        self.changed.send_replace(self.log.len() as u64);
    }
}
