//! What Entra's form says (eam.md §4). Pure: reads text, decides nothing about who may.

use std::collections::HashMap;

use url::form_urlencoded;

/// The longest form, in bytes.
pub const LONGEST_FORM: usize = 64 * 1024;
/// The longest `state` that is carried back, in bytes.
const LONGEST_STATE: usize = 16 * 1024;
/// The longest of the other parameters, in bytes; the hint has a bound of its own.
const LONGEST: usize = 2 * 1024;

/// The parameters that count; others are ignored.
const KNOWN: [&str; 9] = [
    "scope",
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "nonce",
    "state",
    "id_token_hint",
    "claims",
];
const REQUEST_ID: &str = "client-request-id";

/// What Entra's form says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorizeRequest {
    values: HashMap<&'static str, String>,
    /// Entra's id of the sign-in, for both logs.
    pub client_request_id: Option<String>,
}

/// What is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// Not posted: Entra has the browser post a form, and nothing else.
    #[error("the request was {0}, not POST")]
    NotPosted(String),
    /// Another content type than a form's.
    #[error("the body is not application/x-www-form-urlencoded")]
    NotAForm,
    /// Longer than any of Entra's.
    #[error("the form is longer than {LONGEST_FORM} bytes")]
    TooLong,
    /// What could not be carried back as it came.
    #[error("the parameter {0} is not text in UTF-8")]
    NotText(&'static str),
    /// A parameter stands twice: which one counts would be a guess (OpenID Connect Core §3.1.2.1, RFC 6749 §3.1).
    #[error("the parameter {0} stands more than once")]
    Repeated(&'static str),
    /// A parameter is longer than it may be.
    #[error("the parameter {0} is too long")]
    ParameterTooLong(&'static str),
    /// A parameter is missing or has a value that an External MFA request does not have.
    #[error("the parameter {0} is missing, or is not as an External MFA request has it")]
    Parameter(&'static str),
}

impl FormFault {
    /// A stable word for logs and figures.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPosted(_) => "not_posted",
            Self::NotAForm => "not_a_form",
            Self::TooLong => "form_too_long",
            Self::NotText(_) => "parameter_not_text",
            Self::Repeated(_) => "parameter_repeated",
            Self::ParameterTooLong(_) => "parameter_too_long",
            Self::Parameter("scope") => "scope",
            Self::Parameter("response_type") => "response_type",
            Self::Parameter("response_mode") => "response_mode",
            Self::Parameter(_) => "parameter_missing",
        }
    }
}

impl AuthorizeRequest {
    /// Reads a form. Parameters that nobody knows are passed over; none may stand twice.
    pub fn parse(body: &[u8]) -> Result<Self, FormFault> {
        if body.len() > LONGEST_FORM {
            return Err(FormFault::TooLong);
        }
        let mut request = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            if name == REQUEST_ID {
                request.client_request_id.get_or_insert_with(|| id_of(&value));
                continue;
            }
            let Some(known) = KNOWN.into_iter().find(|known| *known == name) else { continue };
            if value.len() > longest(known) {
                return Err(FormFault::ParameterTooLong(known));
            }
            if value.contains(['\0', char::REPLACEMENT_CHARACTER]) {
                return Err(FormFault::NotText(known));
            }
            if request.values.insert(known, value.into_owned()).is_some() {
                return Err(FormFault::Repeated(known));
            }
        }
        Ok(request)
    }

    /// A parameter that is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What is carried back as it came; also when it is empty, and not when it is absent.
    pub fn state(&self) -> Option<&str> {
        self.values.get("state").map(String::as_str)
    }

    /// Whether it is what an External MFA request is: `openid`, `id_token`, `form_post`. Documentation prints the type
    /// with a capital letter, hence letters of any size.
    pub fn check_shape(&self) -> Result<(), FormFault> {
        let scope = self.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "openid"));
        let fits = [
            ("scope", scope),
            ("response_type", self.get("response_type").is_some_and(|text| text.eq_ignore_ascii_case("id_token"))),
            ("response_mode", self.get("response_mode") == Some("form_post")),
        ];
        fits.into_iter().find(|(_, fits)| !fits).map_or(Ok(()), |(name, _)| Err(FormFault::Parameter(name)))
    }

    /// What Entra is told of a form that is not what it must be (RFC 6749 §4.2.2.1).
    pub fn error(&self, fault: &FormFault) -> &'static str {
        match fault {
            FormFault::Parameter(name @ "scope") if self.get(name).is_some() => "invalid_scope",
            FormFault::Parameter(name @ "response_type") if self.get(name).is_some() => "unsupported_response_type",
            _ => "invalid_request",
        }
    }
}

fn longest(name: &str) -> usize {
    match name {
        "state" | "id_token_hint" | "claims" => LONGEST_STATE + 1024,
        _ => LONGEST,
    }
}

/// An id is shown and logged: only what ids are made of, and not much of it.
fn id_of(value: &str) -> String {
    value.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(64).collect()
}
