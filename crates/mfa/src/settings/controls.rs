//! Custom controls of Conditional Access, the old way that Entra retires: whether they are answered, and with which claims.
//!
//! Deny is the default: off, and on no claim is answered but those that an administrator has named.

use std::collections::BTreeMap;

use oidc::ClaimsAsked;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::MfaError;

/// Most claims that may be named.
const MOST_CLAIMS: usize = 20;
/// The longest of them, in bytes.
const LONGEST_CLAIM: usize = 200;
/// Claims that mean something of their own: a custom control's answer never says them on an administrator's word.
const RESERVED: [&str; 17] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "nonce",
    "acr",
    "amr",
    "azp",
    "auth_time",
    "sid",
    "tid",
    "oid",
    "ver",
    "upn",
];

/// Custom controls of Conditional Access, the old way that Entra retires.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaCustomControls)]
pub struct CustomControls {
    /// Whether what they ask is answered, beside External MFA. Off unless an administrator says so.
    pub enabled: bool,
    /// What may be answered, as `Type=Value`, from `ClaimsRequested` of the controls' JSON; at most 20, of which one at least is
    /// needed. A type may stand there several times.
    pub claims: Vec<String>,
}

impl CustomControls {
    pub(super) fn validate(&self) -> Result<(), MfaError> {
        let refuse = |why: String| Err(MfaError::Invalid(format!("custom_controls.claims {why}")));
        if self.claims.len() > MOST_CLAIMS {
            return refuse(format!("holds at most {MOST_CLAIMS} claims"));
        }
        if self.enabled && self.claims.is_empty() {
            return refuse("must name what is answered before custom controls are".to_owned());
        }
        for claim in &self.claims {
            let Some((name, _)) = pair(claim) else {
                return refuse(format!(
                    "holds {claim:?}, which is no Type=Value of at most {LONGEST_CLAIM} characters"
                ));
            };
            if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
                return refuse(format!("holds {name}, which no custom control may ask for"));
            }
        }
        Ok(())
    }

    /// What is answered to a question for claims, each with a value that will do; else the claim that is not.
    pub(crate) fn answers(&self, asked: &ClaimsAsked) -> Result<BTreeMap<String, String>, String> {
        let known: Vec<_> = self.claims.iter().filter_map(|claim| pair(claim)).collect();
        let one = |(name, values): (&String, &Option<Vec<String>>)| {
            let will_do = |value: &str| values.as_ref().is_none_or(|values| values.iter().any(|one| one == value));
            let found = known.iter().find(|(kind, value)| kind == name && will_do(value));
            found.map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned())).ok_or_else(|| name.clone())
        };
        asked.iter().map(one).collect()
    }
}

/// `Type=Value`, taken apart at the first sign.
fn pair(claim: &str) -> Option<(&str, &str)> {
    let (name, value) = claim.split_once('=')?;
    let fits = claim.len() <= LONGEST_CLAIM && !claim.chars().any(char::is_control);
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    (fits && named && !value.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests;
