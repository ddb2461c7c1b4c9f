//! Paging by cursor: stable while rows come and go, unlike page numbers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An opaque place in a list. Callers hand back what they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

/// The longest cursor that is looked at, in bytes.
const LONGEST: usize = 2_048;

impl Cursor {
    /// Wraps a key: the sort values of the last row shown.
    pub fn encode<K: Serialize>(key: &K) -> Self {
        let json = serde_json::to_vec(key).expect("invariant: a sort key is plain data");
        Self(URL_SAFE_NO_PAD.encode(json))
    }

    /// Unwraps the key; `None` when the text was not one of ours.
    pub fn decode<K: DeserializeOwned>(&self) -> Option<K> {
        if self.0.len() > LONGEST {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// The text that travels.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items at most, 1 to [`PageRequest::MOST`].
    pub limit: usize,
    /// Where to go on; `None` is the beginning.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The most items one page holds.
    pub const MOST: usize = 500;

    /// A page of `limit` items, brought within bounds.
    pub fn new(limit: usize, after: Option<Cursor>) -> Self {
        Self { limit: limit.clamp(1, Self::MOST), after }
    }

    /// The first `limit` items.
    pub fn first(limit: usize) -> Self {
        Self::new(limit, None)
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::first(50)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page out of up to `limit + 1` rows: the extra row only says that there is more.
    pub fn from_rows<K: Serialize>(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| Cursor::encode(&key(row)));
        Self { items: rows, next }
    }

    /// The same page with other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
