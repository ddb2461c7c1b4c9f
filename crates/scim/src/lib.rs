//! SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865): what a server must read, decide and write, as pure functions.
//!
//! ```text
//! body ──json──► Value ──resource──► normalised object ◄──patch── operations
//!                                         │  ▲
//! query ──list──► filter, sort, page ─────┤  └─ etag: may this call go on?
//!                                         └──project──► the answer
//! ```
//!
//! Modules in reading order: what there is ([`schema`], [`path`]), what comes in ([`json`], [`resource`], [`filter`],
//! [`patch`], [`bulk`]), what goes out ([`project`], [`list`], [`etag`], [`media`], [`error`]), who spoke ([`dialect`]).
//!
//! Deliberately does no I/O, knows no HTTP stack, no SQL and none of our nouns; it keeps nothing between calls.

pub mod error;
pub mod text;

pub mod path;
pub mod schema;

pub mod filter;
pub mod json;
pub mod patch;
pub mod resource;

pub mod bulk;
pub mod dialect;
pub mod etag;
pub mod list;
pub mod media;
pub mod project;

#[cfg(test)]
mod tests;

pub use error::{ScimError, ScimType};
pub use filter::Filter;
pub use path::AttributePath;
pub use schema::{GROUP, ResourceType, USER};

/// A resource, or a part of one: attributes by their canonical names, in alphabetical order.
pub type Object = serde_json::Map<String, serde_json::Value>;
