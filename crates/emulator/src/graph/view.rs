//! The directory as a caller sees it now: what has not replicated yet and what a switch hides is not there.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use kernel::Timestamp;
use roaring::RoaringBitmap;
use uuid::Uuid;

use crate::directory::{Directory, Kind, Ref};
use crate::switches::Switches;

/// A directory seen at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The directory itself.
    pub directory: &'a Directory,
    /// The moment.
    pub now: Timestamp,
    /// What was written after this is not seen yet.
    pub horizon: Timestamp,
    hidden_below: u32,
    delayed: bool,
}

impl<'a> View<'a> {
    /// Looks through the switches.
    pub fn new(directory: &'a Directory, switches: &Switches, now: Timestamp) -> Self {
        let horizon = now.minus(Duration::from_secs(switches.replication_delay_seconds));
        let delayed = switches.replication_delay_seconds > 0;
        Self { directory, now, horizon, hidden_below: share(switches.hide_fraction), delayed }
    }

    /// Whether the caller sees the object among the living.
    pub fn sees(&self, object: Ref) -> bool {
        self.directory.is_live(object)
            && (!self.delayed || self.directory.born(object) <= self.horizon)
            && !is_hidden(self.directory.id(object), self.hidden_below)
    }

    /// The seen user with this id or name.
    pub fn find_user(&self, key: &str) -> Option<u32> {
        self.directory.find_user(key).filter(|ordinal| self.sees(Ref::user(*ordinal)))
    }

    /// The seen group with this id.
    pub fn find_group(&self, key: &str) -> Option<u32> {
        self.directory.find_group(key).filter(|ordinal| self.sees(Ref::group(*ordinal)))
    }

    /// Leaves only what is seen.
    pub fn seen(&self, kind: Kind, mut ordinals: RoaringBitmap) -> RoaringBitmap {
        if self.delayed || self.hidden_below > 0 {
            let unseen: RoaringBitmap =
                ordinals.iter().filter(|ordinal| !self.sees(Ref { kind, ordinal: *ordinal })).collect();
            ordinals -= unseen;
        }
        ordinals
    }

    /// The position up to which edits have replicated.
    pub fn position(&self) -> u64 {
        if self.delayed { self.directory.position_before(self.horizon) } else { self.directory.position() }
    }

    /// How much is hidden, for [`is_hidden`].
    pub fn hidden_below(&self) -> u32 {
        self.hidden_below
    }
}

/// A share of 65536, to hold a [`lot`] against.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of 65536")]
pub(crate) fn share(fraction: f64) -> u32 {
    (fraction.clamp(0.0, 1.0) * 65_536.0) as u32
}

/// Whether an object is among the hidden share: decided by its id, so that it stays so.
pub(crate) fn is_hidden(id: Uuid, hidden_below: u32) -> bool {
    hidden_below > 0 && lot(id, 0) < hidden_below
}

/// A number below 65536 that belongs to an id and a salt for ever.
pub(crate) fn lot(id: Uuid, salt: u64) -> u32 {
    let mut hasher = DefaultHasher::new();
    (id, salt).hash(&mut hasher);
    u32::try_from(hasher.finish() & 0xffff).unwrap_or(0)
}
