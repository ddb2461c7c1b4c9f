//! What Entra saw: every call with its answer, kept for a time, written behind the answer.
//!
//! ```text
//! call ──► Note ──redact, bound──► Entry ──► queue ──batches──► provisioning_calls
//! ```
//!
//! A note never waits and never fails the call it is about: when the queue is full, it is counted and dropped. Nothing
//! secret is written down, and no body is kept beyond its bound.

pub mod redact;

mod export;
mod read;
mod writer;

use std::net::IpAddr;
use std::time::Duration;

use kernel::{OrganisationId, RequestId, Timestamp};
use scim::{Object, ScimError};
use uuid::Uuid;

use crate::model::{ConnectionId, KeyId};
use crate::operation::{Meaning, Operation, operation};

pub use read::{CallDetails, CallFilter, CallView, DialectView, StatusClass};
pub use writer::Journal;

/// Everything that is known of a call.
#[derive(Debug)]
pub struct Note<'a> {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// When it came.
    pub at: Timestamp,
    /// `GET`, `POST` …
    pub method: &'a str,
    /// What stands behind the organisation: `/Users/…`.
    pub path: &'a str,
    /// The query part, as it came.
    pub query: &'a str,
    /// The body, as it was read.
    pub request: Option<&'a Object>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// Why it failed.
    pub error: Option<&'a ScimError>,
    /// The body of the answer.
    pub answer: Option<&'a [u8]>,
    /// The user or group that it is about, and its name, where that is known.
    pub about: Option<(Uuid, &'a str)>,
    /// Which dialect was spoken: a word of [`scim::dialect::Dialect`].
    pub dialect: Option<&'static str>,
    /// How long it took.
    pub took: Duration,
    /// From where.
    pub address: Option<IpAddr>,
    /// With which key.
    pub key: Option<KeyId>,
    /// In the course of which request.
    pub request_id: RequestId,
    /// Whether bodies are kept.
    pub keep_bodies: bool,
}

/// A call as it is written down.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub organisation: OrganisationId,
    pub connection: ConnectionId,
    pub at: Timestamp,
    pub method: String,
    pub path: String,
    pub query: String,
    pub meaning: Meaning,
    pub resource_id: Option<Uuid>,
    pub resource_name: Option<String>,
    pub status: u16,
    pub scim_type: Option<&'static str>,
    pub detail: Option<String>,
    pub results: Option<u64>,
    pub dialect: Option<&'static str>,
    pub took: Duration,
    pub address: Option<IpAddr>,
    pub key: Option<KeyId>,
    pub request_id: RequestId,
    pub request: Option<String>,
    pub answer: Option<String>,
}

/// The longest path and query that are kept, in characters.
const LONGEST_ADDRESS: usize = 1_000;
/// The longest name, in characters.
const LONGEST_NAME: usize = 300;
/// The longest explanation, in characters.
const LONGEST_DETAIL: usize = 1_000;

impl Entry {
    /// A call as it is written down: redacted and bounded.
    pub(crate) fn of(note: &Note<'_>) -> Self {
        let filter = filter_of(note.query);
        let meaning = operation(note.method, note.path, filter.as_deref(), note.request);
        let bodies = note.keep_bodies && meaning.operation != Operation::IssueToken;
        let (id, name) = note.about.unzip();
        let name = name.or_else(|| note.request.and_then(name_in));
        Self {
            organisation: note.organisation,
            connection: note.connection,
            at: note.at,
            method: redact::cut(note.method, 20),
            path: redact::cut(note.path, LONGEST_ADDRESS),
            query: redact::cut(&redact::query(note.query), LONGEST_ADDRESS),
            resource_id: id.or_else(|| id_in(note.path)),
            resource_name: name.map(|name| redact::cut(name, LONGEST_NAME)),
            status: note.status,
            scim_type: note.error.and_then(|error| error.scim_type).map(scim::ScimType::as_str),
            detail: note.error.map(|error| redact::cut(&error.detail, LONGEST_DETAIL)),
            results: note.answer.filter(|_| note.status == 200).and_then(results_in),
            meaning,
            dialect: note.dialect,
            took: note.took,
            address: note.address,
            key: note.key,
            request_id: note.request_id,
            request: note.request.filter(|_| bodies).map(redact::request),
            answer: note.answer.filter(|_| bodies).map(redact::answer),
        }
    }

    /// How much memory it takes while it waits, roughly.
    pub(crate) fn weight(&self) -> usize {
        let long = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        500 + self.path.len() + self.query.len() + long(&self.detail) + long(&self.request) + long(&self.answer)
    }
}

/// The filter in a query part, decoded.
fn filter_of(query: &str) -> Option<String> {
    let pairs = scim::list::parameters(query).ok()?;
    pairs.into_iter().find(|(name, _)| name == "filter").map(|(_, value)| value)
}

/// The id that stands at the end of a path such as `/Users/…`.
fn id_in(path: &str) -> Option<Uuid> {
    let (_, id) = path.trim_end_matches('/').rsplit_once('/')?;
    Uuid::try_parse(id).ok()
}

/// What people call what a body describes.
fn name_in(body: &Object) -> Option<&str> {
    ["displayName", "userName"].iter().find_map(|name| body.get(*name)?.as_str())
}

/// How many resources a list has in all; what our own lists begin with.
fn results_in(answer: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"\"totalResults\":";
    // It stands before the resources; a list may be long.
    let answer = &answer[..answer.len().min(512)];
    let at = answer.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
    let digits: Vec<u8> = answer[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
