//! Which dialect a client speaks, told from what it sends: for the administrator's eyes only.
//!
//! Deliberately steers nothing. Every dialect is understood in every call, because Entra itself mixes them: what it
//! provisions on demand comes in the default dialect whatever the tenant URL says.

use serde_json::Value;

use crate::Object;

#[cfg(test)]
mod tests;

/// The flag in Entra's tenant URL that selects the compliant dialect.
pub const ENTRA_FLAG: &str = "aadOptscim062020";

/// A way to speak SCIM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Entra without the flag: `Add`, `"False"`, members removed by list.
    EntraDefault,
    /// Entra with `aadOptscim062020`: the RFC's words, several attributes in one operation without path.
    EntraCompliant,
    /// Okta.
    Okta,
    /// The RFC's words, and nothing that tells who speaks them.
    Other,
}

/// What was seen in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sign {
    /// The flag stands in the address.
    Flag,
    /// No `User-Agent`: Entra sends none.
    NoUserAgent,
    /// The header `ADSCIMVersion`, which older Entra jobs send.
    AdScimVersion,
    /// The `User-Agent` is Okta's.
    OktaAgent,
    /// `Add`, `Replace`, `Remove`.
    CapitalisedOps,
    /// `"True"`, `"False"`.
    TextBooleans,
    /// Members removed by a list in `value`.
    RemovesByList,
    /// A schema of Microsoft's own.
    MicrosoftSchema,
    /// Dotted names or names with URNs in an operation without path.
    QualifiedNames,
}

/// What a call tells about itself apart from its body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Envelope<'a> {
    /// The query part of the address.
    pub query: Option<&'a str>,
    /// The `User-Agent`.
    pub user_agent: Option<&'a str>,
    /// Whether there is a header `ADSCIMVersion`.
    pub has_adscim_version: bool,
}

/// What was seen and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The likeliest dialect.
    pub dialect: Dialect,
    /// Why.
    pub signs: Vec<Sign>,
}

impl Dialect {
    /// The word for storage and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EntraDefault => "entra_default",
            Self::EntraCompliant => "entra_compliant",
            Self::Okta => "okta",
            Self::Other => "other",
        }
    }
}

impl Sign {
    /// What was seen, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Flag => "the address carries aadOptscim062020",
            Self::NoUserAgent => "the request has no User-Agent, as Entra sends it",
            Self::AdScimVersion => "the request has a header ADSCIMVersion, as older Entra jobs send it",
            Self::OktaAgent => "the User-Agent is Okta's",
            Self::CapitalisedOps => "operations are capitalised: Add, Replace, Remove",
            Self::TextBooleans => "booleans are sent as text: \"True\", \"False\"",
            Self::RemovesByList => "members are removed by a list of values",
            Self::MicrosoftSchema => "a schema of Microsoft's own is named",
            Self::QualifiedNames => "one operation without a path holds dotted names or URNs",
        }
    }
}

/// Looks at a call. `body` is the body as it was sent, before anything is normalised.
pub fn observe(envelope: &Envelope<'_>, body: Option<&Object>) -> Observation {
    let mut signs = Vec::new();
    let agent = envelope.user_agent.unwrap_or_default();
    let mut note = |seen: bool, sign: Sign| {
        if seen {
            signs.push(sign);
        }
    };
    note(envelope.query.is_some_and(|query| query.contains(ENTRA_FLAG)), Sign::Flag);
    note(agent.is_empty(), Sign::NoUserAgent);
    note(envelope.has_adscim_version, Sign::AdScimVersion);
    note(agent.starts_with("Okta SCIM Client"), Sign::OktaAgent);
    if let Some(body) = body {
        look_at_body(body, &mut note);
    }
    signs.sort_unstable();
    signs.dedup();
    Observation { dialect: verdict(&signs), signs }
}

/// What a body says outranks the address.
fn verdict(signs: &[Sign]) -> Dialect {
    let any = |wanted: &[Sign]| wanted.iter().any(|sign| signs.contains(sign));
    if any(&[Sign::OktaAgent]) {
        return Dialect::Okta;
    }
    let plain = [Sign::CapitalisedOps, Sign::TextBooleans, Sign::RemovesByList, Sign::MicrosoftSchema];
    if any(&plain) || any(&[Sign::AdScimVersion]) {
        return Dialect::EntraDefault;
    }
    if any(&[Sign::Flag]) || (any(&[Sign::NoUserAgent]) && any(&[Sign::QualifiedNames])) {
        return Dialect::EntraCompliant;
    }
    Dialect::Other
}

fn look_at_body(body: &Object, note: &mut impl FnMut(bool, Sign)) {
    let schemas = body.get("schemas").and_then(Value::as_array);
    let microsoft = |urn: &Value| urn.as_str().is_some_and(|urn| urn.starts_with("http://schemas.microsoft.com/"));
    note(schemas.is_some_and(|schemas| schemas.iter().any(microsoft)), Sign::MicrosoftSchema);
    note(body.get("active").is_some_and(is_text_boolean), Sign::TextBooleans);
    let operations = body.get("Operations").or_else(|| body.get("operations")).and_then(Value::as_array);
    for operation in operations.into_iter().flatten().take(MOST_LOOKED_AT) {
        look_at_operation(operation, note);
    }
}

/// Operations of a call that are looked at: the first tell as much as all.
const MOST_LOOKED_AT: usize = 20;

fn look_at_operation(operation: &Value, note: &mut impl FnMut(bool, Sign)) {
    let op = operation.get("op").and_then(Value::as_str).unwrap_or_default();
    let path = operation.get("path").and_then(Value::as_str);
    let value = operation.get("value");
    note(matches!(op, "Add" | "Replace" | "Remove"), Sign::CapitalisedOps);
    note(value.is_some_and(is_text_boolean), Sign::TextBooleans);
    let lists = op.eq_ignore_ascii_case("remove") && path.is_some_and(|path| path.eq_ignore_ascii_case("members"));
    note(lists && value.is_some_and(Value::is_array), Sign::RemovesByList);
    if let (None, Some(Value::Object(members))) = (path, value) {
        note(members.keys().any(|name| name.contains(['.', ':'])), Sign::QualifiedNames);
        note(members.values().any(is_text_boolean), Sign::TextBooleans);
    }
}

fn is_text_boolean(value: &Value) -> bool {
    matches!(value.as_str(), Some("True" | "False"))
}
