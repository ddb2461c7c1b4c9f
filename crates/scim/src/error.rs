//! What a SCIM client is told when a call fails (RFC 7644 §3.12, RFC 9865 §2.2).
//!
//! The detail is read by administrators in the identity provider's log, so it says what to mend. Deliberately carries no
//! cause: nothing from inside may travel in it.

use std::fmt;
use std::time::Duration;

use kernel::{ErrorKind, Kinded};
use serde_json::{Value, json};

#[cfg(test)]
mod tests;

/// The URN of an error message.
pub const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Why a call with status 400 or 409 failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter is not well formed or compares what cannot be compared.
    InvalidFilter,
    /// More results than the server would give, or more work than it would do.
    TooMany,
    /// Another resource has the value already.
    Uniqueness,
    /// The attribute may not be changed, or not be left out.
    Mutability,
    /// The body is not what the schema wants.
    InvalidSyntax,
    /// The path of a patch is not well formed or names nothing.
    InvalidPath,
    /// The path of a patch matches nothing that could be changed.
    NoTarget,
    /// A value is missing or of the wrong type.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// Something secret stood in the address.
    Sensitive,
    /// The cursor is not one of ours, or belongs to another query.
    InvalidCursor,
    /// The cursor is too old.
    ExpiredCursor,
    /// The page size cannot be used with a cursor.
    InvalidCount,
}

impl ScimType {
    /// Every kind there is.
    pub const ALL: [Self; 13] = [
        Self::InvalidFilter,
        Self::TooMany,
        Self::Uniqueness,
        Self::Mutability,
        Self::InvalidSyntax,
        Self::InvalidPath,
        Self::NoTarget,
        Self::InvalidValue,
        Self::InvalidVers,
        Self::Sensitive,
        Self::InvalidCursor,
        Self::ExpiredCursor,
        Self::InvalidCount,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }

    /// The status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Uniqueness => 409,
            _ => 400,
        }
    }
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimError {
    /// The HTTP status.
    pub status: u16,
    /// The kind, where the status alone does not tell.
    pub scim_type: Option<ScimType>,
    /// What the client may read.
    pub detail: String,
    /// How long to wait before trying again: the `Retry-After` header.
    pub retry_after: Option<Duration>,
}

impl ScimError {
    /// A failure of a kind.
    pub fn new(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { scim_type: Some(scim_type), ..Self::with_status(scim_type.status(), detail) }
    }

    /// A failure that its status says all about: 401, 403, 404, 405, 412, 413, 415, 429, 500, 501, 503.
    pub fn with_status(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into(), retry_after: None }
    }

    /// The same failure, with the time after which another try makes sense.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// The body of the answer. The status is a string there.
    pub fn body(&self) -> Value {
        let mut body = json!({ "schemas": [ERROR_URN], "status": self.status.to_string(), "detail": self.detail });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.as_str().into();
        }
        body
    }
}

impl fmt::Display for ScimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for ScimError {}

impl Kinded for ScimError {
    fn kind(&self) -> ErrorKind {
        match self.status {
            401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::NotFound,
            409 | 412 => ErrorKind::Conflict,
            429 => ErrorKind::TooMany,
            503 => ErrorKind::Unavailable,
            500 => ErrorKind::Internal,
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self.scim_type {
            Some(ScimType::InvalidFilter) => "scim.invalid_filter",
            Some(ScimType::TooMany) => "scim.too_many",
            Some(ScimType::Uniqueness) => "scim.uniqueness",
            Some(ScimType::Mutability) => "scim.mutability",
            Some(ScimType::InvalidSyntax) => "scim.invalid_syntax",
            Some(ScimType::InvalidPath) => "scim.invalid_path",
            Some(ScimType::NoTarget) => "scim.no_target",
            Some(ScimType::InvalidValue) => "scim.invalid_value",
            Some(ScimType::InvalidVers) => "scim.invalid_version",
            Some(ScimType::Sensitive) => "scim.sensitive",
            Some(ScimType::InvalidCursor) => "scim.invalid_cursor",
            Some(ScimType::ExpiredCursor) => "scim.expired_cursor",
            Some(ScimType::InvalidCount) => "scim.invalid_count",
            None => "scim.refused",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}
