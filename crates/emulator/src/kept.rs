//! A map that forgets: what is over goes, and when there is too much, what would go next.
//!
//! It sweeps when it has doubled since the last time, so that keeping costs the same however much there is.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use kernel::Timestamp;

/// Never more than these.
const MOST: usize = 100_000;
/// The first sweep.
const FEW: usize = 1_000;

/// Something that is over some day, however late.
pub trait Passing {
    /// When nobody misses it any more.
    fn gone(&self) -> Timestamp;
}

/// The map.
#[derive(Debug)]
pub struct Kept<T> {
    all: HashMap<String, T>,
    sweep_at: usize,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { all: HashMap::new(), sweep_at: FEW }
    }
}

impl<T: Passing> Kept<T> {
    /// Keeps one more, or another in its place.
    pub fn insert(&mut self, key: String, value: T, now: Timestamp) {
        if self.all.len() >= self.sweep_at {
            self.sweep(now);
        }
        self.all.insert(key, value);
    }

    fn sweep(&mut self, now: Timestamp) {
        self.all.retain(|_, value| now < value.gone());
        if self.all.len() > MOST / 4 * 3 {
            let mut ends: Vec<_> = self.all.iter().map(|(key, value)| (value.gone(), key.clone())).collect();
            ends.sort_unstable();
            let many = ends.len() - MOST / 2;
            for (_, key) in ends.into_iter().take(many) {
                self.all.remove(&key);
            }
        }
        self.sweep_at = (self.all.len() * 2).clamp(FEW, MOST);
    }
}

impl<T> Deref for Kept<T> {
    type Target = HashMap<String, T>;

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

impl<T> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.all
    }
}

#[cfg(test)]
mod tests;
