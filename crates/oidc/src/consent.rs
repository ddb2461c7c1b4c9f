//! Admin consent (v2): where to send an administrator, and what the browser brings back.
//!
//! Deliberately trusts nothing in the answer. The traps, all from Microsoft's own description:
//!
//! | trap | so |
//! |---|---|
//! | `admin_consent=True` comes with refusals too | `error` is looked at first |
//! | the browser can change `tenant` | it only says where verification *starts*: get a token for that tenant |
//! | anyone can call the redirect address | the caller compares `state` with the one it kept for this browser |
//! | consent takes seconds to minutes to arrive | a 700016 or a token without `roles` straight after is no failure |

use url::Url;
use uuid::Uuid;

use crate::Authority;
use crate::error::{aadsts_in, first_line};

/// The longest query that is looked at, in bytes.
const LONGEST: usize = 8_192;

/// What to ask an administrator for.
#[derive(Debug, Clone)]
pub struct ConsentRequest<'a> {
    /// The tenant's id or domain; `None` lets the administrator's account decide.
    pub tenant: Option<&'a str>,
    /// The application's id.
    pub client_id: &'a str,
    /// Where the browser comes back to: exactly as registered.
    pub redirect_uri: &'a str,
    /// What ties the answer to this browser; unguessable, used once.
    pub state: &'a str,
}

/// The address to send the administrator to. Grants what the registration lists, because of `/.default`.
pub fn consent_url(authority: &Authority, request: &ConsentRequest<'_>) -> Url {
    // `common` must not be used with the v2 endpoint; `organizations` stands for "any work account".
    let mut url = authority.login_path(&[request.tenant.unwrap_or("organizations"), "v2.0", "adminconsent"]);
    url.query_pairs_mut()
        .append_pair("client_id", request.client_id)
        .append_pair("scope", &authority.graph_scope())
        .append_pair("redirect_uri", request.redirect_uri)
        .append_pair("state", request.state);
    url
}

/// What the browser brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentAnswer {
    /// Consent was given, as far as the browser says.
    Granted {
        /// The tenant the browser names. **Anyone can write anything here.**
        claimed_tenant: Uuid,
        /// To be compared with the one that was kept.
        state: String,
    },
    /// Consent was refused or failed.
    Refused {
        /// The OAuth `error`.
        error: String,
        /// The AADSTS number in the description, where there is one.
        code: Option<u32>,
        /// The first line of the description.
        description: String,
        /// To be compared with the one that was kept.
        state: Option<String>,
    },
    /// Not an answer of Entra's.
    Malformed(&'static str),
}

impl ConsentAnswer {
    /// Reads the query of the redirect, without the `?`.
    pub fn from_query(query: &str) -> Self {
        if query.len() > LONGEST {
            return Self::Malformed("the answer is too long");
        }
        let Some(fields) = Fields::read(query) else {
            return Self::Malformed("the answer names a field twice");
        };
        if let Some(error) = fields.error {
            let description = fields.description.unwrap_or_default();
            return Self::Refused {
                code: aadsts_in(&description),
                description: first_line(&description, &error),
                error: error.chars().filter(|letter| !letter.is_control()).take(100).collect(),
                state: fields.state,
            };
        }
        if !fields.admin_consent.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Self::Malformed("the answer says neither yes nor no");
        }
        match (fields.tenant.as_deref().map(Uuid::try_parse), fields.state) {
            (Some(Ok(claimed_tenant)), Some(state)) => Self::Granted { claimed_tenant, state },
            (_, None) => Self::Malformed("the answer has no state"),
            _ => Self::Malformed("the answer names no tenant id"),
        }
    }
}

#[derive(Default)]
struct Fields {
    error: Option<String>,
    description: Option<String>,
    admin_consent: Option<String>,
    tenant: Option<String>,
    state: Option<String>,
}

impl Fields {
    fn read(query: &str) -> Option<Self> {
        let mut fields = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let field = match name.as_ref() {
                "error" => &mut fields.error,
                "error_description" => &mut fields.description,
                "admin_consent" => &mut fields.admin_consent,
                "tenant" => &mut fields.tenant,
                "state" => &mut fields.state,
                _ => continue,
            };
            if field.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        Some(fields)
    }
}
