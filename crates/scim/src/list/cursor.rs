//! Cursors (RFC 9865 §2): where a list goes on or back, bound to the query that began it and to a time.
//!
//! A cursor is no secret and gives no leave: it only says after which resource of the caller's own list to go on.

use std::time::Duration;

use kernel::{Cursor, Timestamp};
use serde::{Deserialize, Serialize};

use super::Query;
use crate::{ScimError, ScimType};

/// The key of the last resource of a page, or of the first, where the list goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorKey {
    /// What the list is ordered by, folded as it is compared; `None` for a resource without a value, or without sorting.
    #[serde(rename = "k")]
    pub key: Option<String>,
    /// The resource's id, or whatever makes the order total.
    #[serde(rename = "i")]
    pub id: String,
    /// Whether the page is the one that ends before this resource, not the one that begins after it.
    #[serde(rename = "b", default, skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(flatten)]
    key: CursorKey,
    /// When the page was made, in seconds.
    t: i64,
    /// Which query it was.
    q: u64,
}

impl CursorKey {
    /// The text of a cursor; unreserved characters only.
    pub fn encode(&self, query: &Query, now: Timestamp) -> String {
        let sealed = Sealed { key: self.clone(), t: now.seconds(), q: fingerprint(query) };
        Cursor::encode(&sealed).as_str().to_owned()
    }

    /// Reads a cursor. It goes on with the same filter and order only; page size and attributes may differ.
    pub fn decode(text: &str, query: &Query, now: Timestamp, timeout: Duration) -> Result<Self, ScimError> {
        let sealed: Option<Sealed> = Cursor::from(text.to_owned()).decode();
        let Some(sealed) = sealed.filter(|sealed| sealed.q == fingerprint(query) && !sealed.key.holds_nul()) else {
            let detail = "the cursor is not one of this query's; begin again with an empty cursor";
            return Err(ScimError::new(ScimType::InvalidCursor, detail));
        };
        let age = now.seconds().saturating_sub(sealed.t);
        if age > i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX) {
            let detail = "the cursor is too old; begin again with an empty cursor";
            return Err(ScimError::new(ScimType::ExpiredCursor, detail));
        }
        Ok(sealed.key)
    }

    fn holds_nul(&self) -> bool {
        self.id.contains('\0') || self.key.as_ref().is_some_and(|key| key.contains('\0'))
    }
}

/// FNV-1a over what decides which resources come in which order: the same on every node and in every release.
fn fingerprint(query: &Query) -> u64 {
    let filter = query.filter.as_ref().map(ToString::to_string).unwrap_or_default();
    let sort = query.sort.as_ref().map(ToString::to_string).unwrap_or_default();
    let bytes = filter.bytes().chain([0]).chain(sort.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
