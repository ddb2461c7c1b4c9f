//! What the server's layers refuse before a call gets here, as SCIM says it.

use scim::ScimError;
use scim::media::SCIM_JSON;
use web::ProblemBody;

/// A problem of the layers as a SCIM error: media type and body.
pub fn problem(problem: &ProblemBody) -> (&'static str, Vec<u8>) {
    let error = ScimError::with_status(problem.status, problem.detail.as_str());
    (SCIM_JSON, serde_json::to_vec(&error.body()).unwrap_or_default())
}
