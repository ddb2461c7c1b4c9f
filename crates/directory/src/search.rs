//! Finding people and groups by a few letters, in memory.
//!
//! Beside the membership index each node keeps, per user, one line of folded text: name, user principal name, mail and
//! aliases; per group its name, mail and description. Lines lie behind each other in chunks, so that a search is a run
//! over contiguous memory, and a change copies one chunk. Beside each line lies which pairs of bytes it has, so that most
//! lines are passed over unread. About 115 bytes a user.
//!
//! What it deliberately does not do: know states. Whoever is in it is held by the organisation; the excluded and the
//! deleted are looked up in the database.

use roaring::RoaringBitmap;
use uuid::Uuid;

mod arena;
mod query;

#[cfg(test)]
mod tests;

pub use arena::{Arena, ArenaBuilder, SearchChange};
pub use query::Query;

/// What can be found, at one revision of the log. Clones share everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The users.
    pub users: Arena,
    /// The groups.
    pub groups: Arena,
}

impl Search {
    /// The bytes it takes.
    pub fn heap_bytes(&self) -> usize {
        self.users.heap_bytes() + self.groups.heap_bytes()
    }
}

impl Arena {
    /// Whose text matches, best first: names that begin so, then words that begin so, then the rest; at most `limit`.
    ///
    /// Of a query that nearly everybody matches only the first [`MOST_LOOKED`] matches are ranked.
    pub fn top(&self, query: &Query, limit: usize) -> Vec<Uuid> {
        let mut found: [Vec<Uuid>; 3] = Default::default();
        let mut looked = 0;
        self.scan(query, |record, line| {
            looked += 1;
            let bucket = &mut found[query.rank(line) as usize];
            if bucket.len() < limit {
                bucket.push(record.id);
            }
            found[0].len() < limit && looked < MOST_LOOKED
        });
        let mut best = found.concat();
        best.truncate(limit);
        best
    }

    /// The numbers of all whose text matches.
    pub fn matches(&self, query: &Query) -> RoaringBitmap {
        let mut all = Vec::new();
        self.scan(query, |record, _| {
            all.push(record.ordinal);
            true
        });
        // Lines lie in the order of their numbers.
        RoaringBitmap::from_sorted_iter(all).unwrap_or_default()
    }
}

/// How many matches are ranked before a search is content.
pub const MOST_LOOKED: usize = 100_000;

/// The line of a user or a group: folded fields, each once, each with a line's end.
pub(crate) fn line<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for field in fields {
        let folded = query::fold(field);
        if !folded.is_empty() && !line.lines().any(|known| known == folded) {
            line.push_str(&folded);
            line.push('\n');
        }
    }
    line
}

/// The addresses for mail among `proxyAddresses`.
pub(crate) fn mail_addresses(proxy_addresses: &[String]) -> impl Iterator<Item = &str> {
    let parts = proxy_addresses.iter().filter_map(|address| address.split_once(':'));
    parts.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("smtp")).map(|(_, address)| address)
}
