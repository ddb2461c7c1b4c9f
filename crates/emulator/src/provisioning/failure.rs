//! What can go wrong with a target, under the codes that the provisioning log shows.

use http::StatusCode;
use serde::{Deserialize, Serialize};

/// How far a failure reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// One object; it is tried again with growing distance.
    Object,
    /// One object, for now; it is tried again in the next cycle.
    Passing,
    /// The whole job: it goes into quarantine at once.
    Job,
}

/// One failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Failure {
    /// The code of the provisioning log.
    pub code: &'static str,
    /// What happened, for people.
    pub detail: String,
    /// How far it reaches.
    pub reach: Reach,
}

/// The answer cannot be read as SCIM.
pub const INCOMPATIBLE: &str = "SystemForCrossDomainIdentityManagementServiceIncompatible";
/// Members came back although they were excluded.
pub const MULTIPLE_ENTRIES: &str = "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse";

impl Failure {
    /// A failure of one object.
    pub fn object(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), reach: Reach::Object }
    }

    /// A failure that may be over in the next cycle.
    pub fn passing(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), reach: Reach::Passing }
    }

    /// A failure of the whole job.
    pub fn job(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), reach: Reach::Job }
    }

    /// An answer that is not SCIM.
    pub fn incompatible(detail: impl Into<String>) -> Self {
        Self::passing(INCOMPATIBLE, detail)
    }

    /// The failure that an answer with this status is.
    pub fn of_status(status: StatusCode, said: &str) -> Self {
        let detail = format!("StatusCode: {} Message: {said}", status.as_u16());
        match status.as_u16() {
            401 | 403 => Self::job("Unauthorized", detail),
            404 => Self::object("InvalidAnchor", detail),
            409 => Self::object("EntryConflict", detail),
            422 => Self::object("UnprocessableEntity", detail),
            429 => Self::passing("TooManyRequests", detail),
            501 => Self::object("NotImplemented", detail),
            500.. => Self::passing("InternalServerError", detail),
            // Microsoft's list of codes names none for the other client errors.
            _ => Self::object("BadRequest", detail),
        }
    }
}
