//! Custom controls' words, the old way of Conditional Access: which claims are asked for (eam.md §7; OpenID Connect Core §5.5).
//!
//! Deliberately decides nothing: which of them are answered, and with what, is set by an administrator.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::external::{WantedError, object, texts};

/// The claims of an ID token that a `claims` parameter asks for, each with the values that will do; `None`: any will.
pub type ClaimsAsked = BTreeMap<String, Option<Vec<String>>>;

/// Reads the parameter. A value that is no text is none that will do.
pub fn claims_asked(claims: &str) -> Result<ClaimsAsked, WantedError> {
    let parsed = object(claims)?;
    let asked = parsed["id_token"].as_object().filter(|asked| !asked.is_empty()).ok_or(WantedError::NoClaim)?;
    let is_any = |claim: &Value| claim["value"].is_null() && claim["values"].is_null();
    let one = |(name, claim): (&String, &Value)| (name.clone(), (!is_any(claim)).then(|| texts(claim)));
    Ok(asked.iter().map(one).collect())
}
