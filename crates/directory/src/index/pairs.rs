//! A persistent sorted set of (id, number) pairs in 20 bytes each: ids to ordinals, and memberships that wait.
//!
//! Keys are scattered first, so that shards fill evenly whatever the ids look like and a place can be guessed from the
//! key. The scatter is a bijection: equal after it means equal before it. A shard holds the keys that begin with the
//! same bits; when shards grow long, all are split by the next four bits.

use std::sync::Arc;

use uuid::Uuid;

use super::paged::PagedVec;

const SPLIT_BITS: u32 = 4;
/// Shards are split when they hold more than this on average: about twenty cache lines.
const LONG_SHARD: usize = 64;
const MOST_BITS: u32 = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    key: [u8; 16],
    value: u32,
}

impl Entry {
    fn key(&self) -> u128 {
        u128::from_be_bytes(self.key)
    }

    fn order(&self) -> (u128, u32) {
        (self.key(), self.value)
    }
}

/// A sorted set of pairs; a key may have several values.
#[derive(Debug, Clone)]
pub(super) struct PairMap {
    shards: PagedVec<Arc<[Entry]>>,
    /// How many leading bits of a key name its shard.
    bits: u32,
    len: usize,
}

impl Default for PairMap {
    fn default() -> Self {
        Self { shards: PagedVec::default(), bits: SPLIT_BITS, len: 0 }
    }
}

impl PairMap {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The lowest value of `key`.
    pub(super) fn first(&self, key: Uuid) -> Option<u32> {
        let key = scatter(key.as_u128());
        let shard = self.shard(key);
        shard.get(self.lower_bound(shard, key)).filter(|entry| entry.key() == key).map(|entry| entry.value)
    }

    /// Says whether the pair is new.
    pub(super) fn insert(&mut self, key: Uuid, value: u32) -> bool {
        let key = scatter(key.as_u128());
        let shard = self.shard(key);
        let Err(place) = shard.binary_search_by_key(&(key, value), Entry::order) else { return false };
        let fresh = Entry { key: key.to_be_bytes(), value };
        let (before, after) = shard.split_at(place);
        let shard = before.iter().copied().chain([fresh]).chain(after.iter().copied()).collect();
        self.shards.set(self.shard_of(key), shard);
        self.len += 1;
        if self.len > LONG_SHARD << self.bits && self.bits < MOST_BITS {
            self.split();
        }
        true
    }

    /// Says whether the pair was there.
    pub(super) fn remove(&mut self, key: Uuid, value: u32) -> bool {
        let key = scatter(key.as_u128());
        let Ok(place) = self.shard(key).binary_search_by_key(&(key, value), Entry::order) else { return false };
        self.cut(key, place, 1);
        true
    }

    /// Takes every pair of `key` out and gives their values.
    pub(super) fn take(&mut self, key: Uuid) -> Vec<u32> {
        let key = scatter(key.as_u128());
        let shard = self.shard(key);
        let begin = self.lower_bound(shard, key);
        let own = shard[begin..].iter().take_while(|entry| entry.key() == key);
        let values: Vec<u32> = own.map(|entry| entry.value).collect();
        if !values.is_empty() {
            self.cut(key, begin, values.len());
        }
        values
    }

    /// Takes every pair with `value` out. Looks at all of them.
    pub(super) fn remove_value(&mut self, value: u32) {
        let own = |entry: &Entry| entry.value == value;
        let held = self.shards.iter().filter(|(_, shard)| shard.iter().any(own));
        let touched: Vec<(u32, Arc<[Entry]>)> = held.map(|(number, shard)| (number, shard.clone())).collect();
        for (number, shard) in touched {
            let rest: Arc<[Entry]> = shard.iter().copied().filter(|entry| !own(entry)).collect();
            self.len -= shard.len() - rest.len();
            self.shards.set(number, rest);
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let entries = self.shards.iter().map(|(_, shard)| size_of_val::<[Entry]>(shard) + 32);
        entries.sum::<usize>() + self.shards.page_bytes()
    }

    fn shard_of(&self, key: u128) -> u32 {
        shard_of(key, self.bits)
    }

    fn shard(&self, key: u128) -> &[Entry] {
        self.shards.get(self.shard_of(key)).map_or(&[], |shard| shard)
    }

    /// Takes `count` entries out of the shard of `key`.
    fn cut(&mut self, key: u128, begin: usize, count: usize) {
        let shard = self.shard(key);
        let rest: Arc<[Entry]> = shard[..begin].iter().chain(&shard[begin + count..]).copied().collect();
        self.len -= count;
        self.shards.set(self.shard_of(key), rest);
    }

    /// Splits every shard by the next bits. Shards are sorted, so the parts only have to be cut apart.
    fn split(&mut self) {
        let old = std::mem::take(&mut self.shards);
        self.bits += SPLIT_BITS;
        let bits = self.bits;
        for (_, shard) in old.iter() {
            for part in shard.chunk_by(|a, b| shard_of(a.key(), bits) == shard_of(b.key(), bits)) {
                self.shards.set(shard_of(part[0].key(), bits), part.into());
            }
        }
    }

    /// The first place whose key is not below `key`: a guess from the key's own bits, then steps that double.
    fn lower_bound(&self, shard: &[Entry], key: u128) -> usize {
        if shard.is_empty() {
            return 0;
        }
        let fraction = (key << self.bits) >> 96;
        let guess = usize::try_from((fraction * shard.len() as u128) >> 32).unwrap_or(0).min(shard.len() - 1);
        let below = |place: usize| shard[place].key() < key;
        let (mut low, mut high, mut step) = (0, shard.len(), 1);
        if below(guess) {
            low = guess + 1;
            while low + step < high {
                if below(low + step) {
                    low += step + 1;
                    step *= 2;
                } else {
                    high = low + step;
                }
            }
        } else {
            high = guess;
            while high >= low + step {
                if below(high - step) {
                    low = high - step + 1;
                } else {
                    high -= step;
                    step *= 2;
                }
            }
        }
        low + shard[low..high].partition_point(|entry| entry.key() < key)
    }
}

fn shard_of(key: u128, bits: u32) -> u32 {
    u32::try_from(key >> (128 - bits)).unwrap_or(0)
}

/// Spreads keys evenly over 128 bits; a bijection, for it only multiplies by odd numbers and folds right shifts in.
pub(super) fn scatter(key: u128) -> u128 {
    const ODD: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
    let key = (key ^ (key >> 64)).wrapping_mul(ODD);
    (key ^ (key >> 61)).wrapping_mul(ODD)
}
