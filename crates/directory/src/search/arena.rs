//! Lines of text behind each other, in chunks that are shared between revisions.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::Query;
use super::query::Pairs;

/// How many numbers one chunk covers: a change copies all of its lines, a clone counts every chunk.
const CHUNK: u32 = 512;

/// One line's place. Invariant: records lie in the order of their numbers, and so do their lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) id: Uuid,
    pub(super) ordinal: u32,
    end: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Chunk {
    text: String,
    records: Vec<Record>,
    /// Of each line, the pairs of bytes that it has: a sixth of the text, and most lines need no second look.
    pairs: Vec<Pairs>,
}

/// One change of the lines. Changes are idempotent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchChange {
    /// A line appears or reads differently.
    Put {
        /// The number of the user or the group.
        ordinal: u32,
        /// Its id.
        id: Uuid,
        /// The line.
        line: String,
    },
    /// The line of a number goes.
    Remove {
        /// The number.
        ordinal: u32,
    },
    /// The line of an id goes whose number nobody knows any more.
    Forget {
        /// The id.
        id: Uuid,
    },
}

/// The lines of all users, or of all groups. Clones share everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arena {
    chunks: BTreeMap<u32, Arc<Chunk>>,
}

impl Arena {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.chunks.values().map(|chunk| chunk.records.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The bytes it takes.
    pub fn heap_bytes(&self) -> usize {
        let each = size_of::<Record>() + size_of::<Pairs>();
        let of = |chunk: &Arc<Chunk>| chunk.text.capacity() + chunk.records.capacity() * each + 64;
        self.chunks.values().map(of).sum()
    }

    /// The arena after `changes`, in order. Equals what a build from nothing would give.
    #[must_use]
    pub fn refresh(&self, changes: Vec<SearchChange>) -> Self {
        let mut wanted: BTreeMap<u32, Option<(Uuid, String)>> = BTreeMap::new();
        for change in changes {
            match change {
                SearchChange::Put { ordinal, id, line } => drop(wanted.insert(ordinal, Some((id, line)))),
                SearchChange::Remove { ordinal } => drop(wanted.insert(ordinal, None)),
                SearchChange::Forget { id } => {
                    wanted
                        .values_mut()
                        .filter(|line| line.as_ref().is_some_and(|(own, _)| *own == id))
                        .for_each(|line| *line = None);
                    wanted.extend(self.ordinal_of(id).map(|ordinal| (ordinal, None)));
                }
            }
        }
        let mut fresh = self.clone();
        // Most changes of a user change nothing of the line.
        let differs = |(ordinal, line): &(u32, Option<(Uuid, String)>)| {
            self.held(*ordinal) != line.as_ref().map(|(id, line)| (*id, line.as_str()))
        };
        let wanted: Vec<_> = wanted.into_iter().filter(differs).collect();
        for part in wanted.chunk_by(|a, b| a.0 / CHUNK == b.0 / CHUNK) {
            let number = part[0].0 / CHUNK;
            let chunk =
                self.chunks.get(&number).map_or_else(|| Chunk::default().merged(part), |held| held.merged(part));
            if chunk.records.is_empty() {
                fresh.chunks.remove(&number);
            } else {
                fresh.chunks.insert(number, Arc::new(chunk));
            }
        }
        fresh
    }

    /// Hands every matching record with its line to `found`, until that says stop.
    pub(super) fn scan(&self, query: &Query, mut found: impl FnMut(&Record, &str) -> bool) {
        for chunk in self.chunks.values() {
            if !chunk.scan(query, &mut found) {
                return;
            }
        }
    }

    /// The line of a number, and whose it is.
    fn held(&self, ordinal: u32) -> Option<(Uuid, &str)> {
        let chunk = self.chunks.get(&(ordinal / CHUNK))?;
        let place = chunk.records.binary_search_by_key(&ordinal, |record| record.ordinal).ok()?;
        Some((chunk.records[place].id, chunk.line(place)))
    }

    fn ordinal_of(&self, id: Uuid) -> Option<u32> {
        let mut records = self.chunks.values().flat_map(|chunk| &chunk.records);
        records.find(|record| record.id == id).map(|record| record.ordinal)
    }
}

impl Chunk {
    fn push(&mut self, ordinal: u32, id: Uuid, line: &str, pairs: Pairs) {
        self.text.push_str(line);
        self.records.push(Record { id, ordinal, end: u32::try_from(self.text.len()).unwrap_or(u32::MAX) });
        self.pairs.push(pairs);
    }

    fn line(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.records[before].end as usize);
        &self.text[start..self.records[place].end as usize]
    }

    /// Line by line, with whose each is.
    fn lines(&self) -> impl Iterator<Item = (&Record, &str)> {
        self.records.iter().enumerate().map(|(place, record)| (record, self.line(place)))
    }

    fn merged(&self, changes: &[(u32, Option<(Uuid, String)>)]) -> Self {
        let mut merged = Self::default();
        let mut changes = changes.iter().peekable();
        for ((record, line), pairs) in self.lines().zip(&self.pairs) {
            while let Some((ordinal, fresh)) = changes.next_if(|change| change.0 < record.ordinal) {
                merged.put(*ordinal, fresh.as_ref());
            }
            match changes.next_if(|change| change.0 == record.ordinal) {
                Some((ordinal, fresh)) => merged.put(*ordinal, fresh.as_ref()),
                None => merged.push(record.ordinal, record.id, line, *pairs),
            }
        }
        for (ordinal, fresh) in changes {
            merged.put(*ordinal, fresh.as_ref());
        }
        merged.shrink()
    }

    fn put(&mut self, ordinal: u32, line: Option<&(Uuid, String)>) {
        if let Some((id, line)) = line {
            self.push(ordinal, *id, line, Pairs::of(line));
        }
    }

    fn shrink(mut self) -> Self {
        self.text.shrink_to_fit();
        self.records.shrink_to_fit();
        self.pairs.shrink_to_fit();
        self
    }

    /// Says whether to go on.
    fn scan(&self, query: &Query, found: &mut impl FnMut(&Record, &str) -> bool) -> bool {
        let wanted = query.pairs();
        for (number, _) in self.pairs.iter().enumerate().filter(|(_, pairs)| pairs.hold(wanted)) {
            let (record, line) = (&self.records[number], self.line(number));
            if query.fits(line) && !found(record, line) {
                return false;
            }
        }
        true
    }
}

/// Fills an arena from nothing; quick when the numbers come in order.
#[derive(Debug, Default)]
pub struct ArenaBuilder {
    done: Arena,
    number: u32,
    open: Chunk,
    late: Vec<SearchChange>,
}

impl ArenaBuilder {
    /// Adds a line.
    pub fn add(&mut self, ordinal: u32, id: Uuid, line: String) {
        let last = self.open.records.last().map(|record| record.ordinal);
        if ordinal / CHUNK < self.number || last.is_some_and(|last| last >= ordinal) {
            self.late.push(SearchChange::Put { ordinal, id, line });
            return;
        }
        if ordinal / CHUNK != self.number {
            self.close();
            self.number = ordinal / CHUNK;
        }
        self.open.push(ordinal, id, &line, Pairs::of(&line));
    }

    /// The arena.
    pub fn build(mut self) -> Arena {
        self.close();
        if self.late.is_empty() { self.done } else { self.done.refresh(self.late) }
    }

    fn close(&mut self) {
        let chunk = std::mem::take(&mut self.open).shrink();
        if !chunk.records.is_empty() {
            self.done.chunks.insert(self.number, Arc::new(chunk));
        }
    }
}
