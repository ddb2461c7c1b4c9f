//! A set of ordinals: a sorted list while it is small, a compressed bitmap when it is large.
//!
//! A list of up to [`FEW`] numbers costs four bytes each and one copy of at most two kilobytes to change; a bitmap of a
//! million users is 128 KiB. Most groups are small, and most memberships are in large ones.

use std::sync::Arc;

use roaring::RoaringBitmap;

/// The most numbers that are kept as a list.
pub(super) const FEW: usize = 512;

/// A set of ordinals.
#[derive(Debug, Clone)]
pub(super) enum OrdinalSet {
    /// Sorted, without repeats.
    Few(Arc<[u32]>),
    /// More than fit in a list.
    Many(Arc<RoaringBitmap>),
}

impl Default for OrdinalSet {
    fn default() -> Self {
        Self::Few(Arc::default())
    }
}

impl OrdinalSet {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(list) => list.len(),
            Self::Many(bitmap) => usize::try_from(bitmap.len()).unwrap_or(usize::MAX),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn contains(&self, ordinal: u32) -> bool {
        match self {
            Self::Few(list) => list.binary_search(&ordinal).is_ok(),
            Self::Many(bitmap) => bitmap.contains(ordinal),
        }
    }

    /// Whether any of `sorted` is in the set. Walks the shorter of the two.
    pub(super) fn meets(&self, sorted: &[u32]) -> bool {
        match self {
            Self::Few(list) => {
                // Asking for the ends first brings both lists on their way from memory at the same time.
                let (Some(first), Some(last)) = (list.first(), list.last()) else { return false };
                let sorted = &sorted[sorted.partition_point(|other| other < first)..];
                let sorted = &sorted[..sorted.partition_point(|other| other <= last)];
                let (short, long) = if list.len() < sorted.len() { (&list[..], sorted) } else { (sorted, &list[..]) };
                short.iter().any(|one| long.binary_search(one).is_ok())
            }
            Self::Many(bitmap) => sorted.iter().any(|other| bitmap.contains(*other)),
        }
    }

    /// Says whether it was not there before.
    pub(super) fn insert(&mut self, ordinal: u32) -> bool {
        match self {
            Self::Few(list) => {
                let Err(place) = list.binary_search(&ordinal) else { return false };
                let (before, after) = list.split_at(place);
                let grown = before.iter().copied().chain([ordinal]).chain(after.iter().copied());
                *self = if list.len() < FEW { Self::Few(grown.collect()) } else { Self::from_bitmap(grown.collect()) };
                true
            }
            Self::Many(bitmap) => !bitmap.contains(ordinal) && Arc::make_mut(bitmap).insert(ordinal),
        }
    }

    /// Says whether it was there.
    pub(super) fn remove(&mut self, ordinal: u32) -> bool {
        match self {
            Self::Few(list) => {
                let Ok(place) = list.binary_search(&ordinal) else { return false };
                *list = list[..place].iter().chain(&list[place + 1..]).copied().collect();
                true
            }
            Self::Many(bitmap) => {
                if !bitmap.contains(ordinal) {
                    return false;
                }
                Arc::make_mut(bitmap).remove(ordinal);
                // Half, so that a set at the border does not change its shape with every change.
                if bitmap.len() < (FEW / 2) as u64 {
                    *self = Self::Few(bitmap.iter().collect());
                }
                true
            }
        }
    }

    /// Adds many at once; `sorted` may repeat what is there.
    pub(super) fn merge(&mut self, sorted: &[u32]) {
        match self {
            Self::Few(list) if list.len() + sorted.len() <= FEW => {
                let mut merged = Vec::with_capacity(list.len() + sorted.len());
                merge_sorted(list, sorted, &mut merged);
                *list = merged.into();
            }
            Self::Few(list) => {
                let mut bitmap: RoaringBitmap = list.iter().copied().collect();
                bitmap.extend(sorted.iter().copied());
                *self = Self::from_bitmap(bitmap);
            }
            Self::Many(bitmap) => Arc::make_mut(bitmap).extend(sorted.iter().copied()),
        }
    }

    pub(super) fn from_bitmap(bitmap: RoaringBitmap) -> Self {
        if bitmap.len() <= FEW as u64 { Self::Few(bitmap.iter().collect()) } else { Self::Many(Arc::new(bitmap)) }
    }

    /// Adds all of it to `bitmap`.
    pub(super) fn add_to(&self, bitmap: &mut RoaringBitmap) {
        match self {
            Self::Few(list) => bitmap.extend(list.iter().copied()),
            Self::Many(own) => *bitmap |= own.as_ref(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.iter_from(0)
    }

    /// In order, beginning with the first that is not below `first`.
    pub(super) fn iter_from(&self, first: u32) -> impl Iterator<Item = u32> {
        let (list, bitmap) = match self {
            Self::Few(list) => (&list[list.partition_point(|own| *own < first)..], None),
            Self::Many(bitmap) => (&[][..], Some(bitmap.range(first..))),
        };
        list.iter().copied().chain(bitmap.into_iter().flatten())
    }

    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Few(list) if list.is_empty() => 0,
            Self::Few(list) => size_of_val::<[u32]>(list) + 32,
            Self::Many(bitmap) => bitmap_bytes(bitmap),
        }
    }
}

impl PartialEq for OrdinalSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

/// Bytes a bitmap holds on the heap, within a few per cent.
fn bitmap_bytes(bitmap: &RoaringBitmap) -> usize {
    let figures = bitmap.statistics();
    let contents =
        figures.n_bytes_array_containers + figures.n_bytes_run_containers + figures.n_bytes_bitset_containers;
    usize::try_from(contents).unwrap_or(usize::MAX).saturating_add(figures.n_containers as usize * 48)
}

/// Keeps a list sorted and without repeats; says whether `ordinal` is new.
pub(super) fn insert_sorted(list: &mut Vec<u32>, ordinal: u32) -> bool {
    match list.binary_search(&ordinal) {
        Ok(_) => false,
        Err(place) => {
            list.insert(place, ordinal);
            true
        }
    }
}

/// Says whether `ordinal` was there.
pub(super) fn remove_sorted(list: &mut Vec<u32>, ordinal: u32) -> bool {
    match list.binary_search(&ordinal) {
        Ok(place) => {
            list.remove(place);
            true
        }
        Err(_) => false,
    }
}

/// Appends the union of two sorted lists.
pub(super) fn merge_sorted(left: &[u32], right: &[u32], out: &mut Vec<u32>) {
    let begin = out.len();
    let (mut left, mut right) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if a <= b => left.next(),
            (Some(_), None) => left.next(),
            (_, Some(_)) => right.next(),
            (None, None) => return,
        };
        if let Some(next) = next
            && (out.len() == begin || out.last() != Some(&next))
        {
            out.push(next);
        }
    }
}
