//! `$orderby`: keeps the best few of many in one pass, so that sorting a million costs a page of memory.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::error::GraphError;
use super::filter::sortable;
use super::options::bad;
use super::select::{kind_name, unknown_property};
use crate::directory::property::{Prop, find, user};
use crate::directory::{Directory, Kind, Life, Ref};

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    prop: Prop,
    descending: bool,
}

/// Reads `$orderby` and refuses what Graph cannot sort.
pub(crate) fn parse(kind: Kind, text: &str, filtered: bool, advanced: bool) -> Result<Order, GraphError> {
    // Further keys only decide between equals, which the position does as well.
    let first = text.split(',').next().unwrap_or_default().trim();
    let (name, direction) = first.split_once(' ').unwrap_or((first, "asc"));
    let descending = match direction.trim() {
        "asc" => false,
        "desc" => true,
        _ => return Err(bad(format!("Syntax error at position {} in '{text}'.", name.len()))),
    };
    let prop = find(kind.table(), name).ok_or_else(|| unknown_property(name, kind_name(kind)))?;
    match sortable(kind, name) {
        Some(needs_advanced) if advanced || (!needs_advanced && !filtered) => Ok(Order { prop, descending }),
        _ => Err(GraphError::unsupported_query("Sorting not supported for current query.")),
    }
}

/// Where an object stands in a sorted list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rank {
    /// What is compared.
    pub key: String,
    /// Decides between equals.
    pub position: u64,
    descending: bool,
}

impl Rank {
    /// The rank of an object.
    pub fn of(directory: &Directory, object: Ref, position: u64, order: Order) -> Self {
        let key = match (directory.life(object), order.prop) {
            (Life::Deleted(at), user::DELETED_DATE_TIME) => at.to_string(),
            _ => directory.record(object).text(order.prop).unwrap_or_default().to_lowercase(),
        };
        Self { key, position, descending: order.descending }
    }

    /// The rank in a list that is not sorted.
    pub fn unsorted(position: u64) -> Self {
        Self { position, ..Self::default() }
    }

    /// The rank that a token carried.
    pub fn resumed(key: String, position: u64, order: Order) -> Self {
        Self { key, position, descending: order.descending }
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let keys = self.key.cmp(&other.key);
        let keys = if self.descending { keys.reverse() } else { keys };
        keys.then(self.position.cmp(&other.position))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The first `count` ranks, in order.
#[derive(Debug)]
pub(crate) struct Best {
    heap: BinaryHeap<Rank>,
    count: usize,
}

impl Best {
    /// Keeps that many.
    pub fn new(count: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(count + 1), count }
    }

    /// Considers one.
    pub fn offer(&mut self, rank: Rank) {
        self.heap.push(rank);
        if self.heap.len() > self.count {
            self.heap.pop();
        }
    }

    /// What was kept.
    pub fn into_sorted(self) -> Vec<Rank> {
        self.heap.into_sorted_vec()
    }
}
