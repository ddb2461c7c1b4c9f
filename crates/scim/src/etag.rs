//! Versions of a resource: weak ETags and the conditions of a call (RFC 7644 §3.14, RFC 9110 §13).
//!
//! Both conditions compare weakly: SCIM's own examples send weak tags in `If-Match`. Deliberately never asks for a
//! condition: Entra sends none.

use std::fmt;

#[cfg(test)]
mod tests;

/// The version of a resource. Its text is the `ETag` header and `meta.version` alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// From whatever changes with every change: a revision, a hash. Characters that a tag cannot hold are left out.
    pub fn new(version: impl fmt::Display) -> Self {
        Self(version.to_string().chars().filter(|c| is_tag_character(*c)).collect())
    }

    /// What stands between the quotes.
    pub fn opaque(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/\"{}\"", self.0)
    }
}

fn is_tag_character(c: char) -> bool {
    c.is_ascii_graphic() && c != '"' && c != '\\'
}

/// What a call asks of the version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    These(Vec<String>),
}

/// Whether a call may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Proceed,
    /// The client has what it asks for: status 304.
    NotModified,
    /// The resource is not as the client believes: status 412.
    Failed,
}

impl Conditions {
    /// Reads the two headers. The `version` of a bulk operation is an `If-Match`.
    pub fn parse(if_match: Option<&str>, if_none_match: Option<&str>) -> Self {
        Self { if_match: if_match.and_then(tags), if_none_match: if_none_match.and_then(tags) }
    }

    /// Whether nothing is asked.
    pub const fn is_empty(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }

    /// Decides for a resource that exists in this version, or does not exist. `reads` is true for `GET`.
    pub fn decide(&self, current: Option<&ETag>, reads: bool) -> Decision {
        if self.if_match.as_ref().is_some_and(|tags| !tags.hold(current)) {
            return Decision::Failed;
        }
        if self.if_none_match.as_ref().is_some_and(|tags| tags.hold(current)) {
            return if reads { Decision::NotModified } else { Decision::Failed };
        }
        Decision::Proceed
    }
}

impl Tags {
    fn hold(&self, current: Option<&ETag>) -> bool {
        match (self, current) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::These(tags), Some(current)) => tags.contains(&current.0),
        }
    }
}

/// Tags in a list with commas; quotes may be missing. An empty header asks nothing.
fn tags(header: &str) -> Option<Tags> {
    let header = header.trim();
    if header.is_empty() {
        return None;
    }
    if header == "*" {
        return Some(Tags::Any);
    }
    let mut tags = Vec::new();
    let mut rest = header;
    while !rest.is_empty() {
        let opaque = rest.strip_prefix("W/").or_else(|| rest.strip_prefix("w/")).unwrap_or(rest);
        let (tag, after) = match opaque.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => opaque.split_at(opaque.find(',').unwrap_or(opaque.len())),
        };
        tags.push(tag.trim().to_owned());
        rest = after.trim_start().strip_prefix(',').map_or("", str::trim_start);
    }
    Some(Tags::These(tags))
}
