//! What a failed call says about the connection. Not every failure says something.

use graph::{GraphError, Refusal};
use oidc::{TokenError, TokenErrorKind};

use crate::{Feature, Status};

/// What is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Entra or Graph is busy with us.
    Throttled,
    /// No answer, or none of Entra's.
    Unreachable,
    /// Entra says that the tenant does not exist, or not in this cloud.
    NoSuchTenant,
    /// The application is switched off.
    AppDisabled,
    /// The application is not known in the tenant.
    AppUnknown,
    /// Nobody has consented.
    NoConsent,
    /// The credential has expired.
    Expired,
    /// The credential is wrong or unknown to Entra.
    WrongCredential,
    /// There is no credential, or it cannot be opened.
    NoCredential,
    /// Any other refusal of a token: a policy, a malformed request.
    Refused,
    /// Graph says 403.
    Forbidden,
    /// Graph says that a licence is missing.
    NoLicence,
}

/// A failure that says something about the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is at fault.
    pub fault: Fault,
    /// In a sentence.
    pub detail: String,
    /// The raw code.
    pub code: Option<String>,
    /// Which feature was tried, where that is known.
    pub feature: Option<Feature>,
}

impl Fault {
    /// The status it means.
    pub fn status(self) -> Status {
        match self {
            Self::Throttled => Status::Throttled,
            Self::Unreachable | Self::NoSuchTenant => Status::Unreachable,
            Self::AppDisabled => Status::AppDisabled,
            Self::AppUnknown => Status::AppDeleted,
            Self::NoConsent => Status::ConsentWithdrawn,
            Self::Expired => Status::SecretExpired,
            Self::WrongCredential | Self::NoCredential | Self::Refused => Status::TokenRefused,
            Self::Forbidden => Status::RoleMissing,
            Self::NoLicence => Status::LicenceMissing,
        }
    }

    /// What an AADSTS number means for the connection.
    pub fn of_aadsts(code: u32) -> Self {
        match code {
            7_000_112 => Self::AppDisabled,
            700_016 | 7_000_229 | 700_011 | 70_001 | 700_038 | 650_059 => Self::AppUnknown,
            7_000_222 => Self::Expired,
            7_000_215 | 700_027 | 50_012 | 700_030 => Self::WrongCredential,
            7_000_216 | 7_000_218 => Self::NoCredential,
            65_001 | 65_004 | 65_005 | 650_051 | 650_052 | 650_056 | 650_057 | 90_093 | 90_094 | 90_095 => {
                Self::NoConsent
            }
            90_002 | 5_000_224 | 900_381 | 900_382 | 900_383 | 90_019 | 50_059 | 9_001_023 | 500_011 => {
                Self::NoSuchTenant
            }
            90_055 | 90_033 | 90_090 | 90_006 | 90_024 | 90_001 | 50_196 => Self::Throttled,
            _ => Self::Refused,
        }
    }

    /// What Graph's refusal means; `None` when it is about the request and not about the connection.
    pub fn of_refusal(refusal: &Refusal) -> Option<Self> {
        let code = refusal.code.to_ascii_lowercase();
        match refusal.status {
            _ if code == "authentication_requestfromnonpremiumtenantorb2ctenant" => Some(Self::NoLicence),
            _ if code == "authorization_identitynotfound" => Some(Self::AppUnknown),
            _ if code == "authorization_identitydisabled" => Some(Self::AppDisabled),
            401 => Some(Self::Refused),
            403 => Some(Self::Forbidden),
            407 => Some(Self::Unreachable),
            _ => None,
        }
    }
}

impl Failure {
    /// What a failed call says about the connection; `None` when it says nothing.
    pub fn of(error: &GraphError) -> Option<Self> {
        let fault = match error {
            GraphError::Throttled { .. } => Fault::Throttled,
            GraphError::Unavailable(_) | GraphError::Unreachable { .. } | GraphError::Broken { .. } => {
                Fault::Unreachable
            }
            GraphError::Rejected(refusal) => Fault::of_refusal(refusal)?,
            GraphError::Token(error) => of_token(error),
            GraphError::Credentials(_) => Fault::NoCredential,
            GraphError::NotFound(_) | GraphError::DeltaReset { .. } | GraphError::Cancelled => return None,
        };
        Some(Self { fault, detail: sentence(error), code: error.raw_code(), feature: None })
    }

    /// The same failure, met while a feature was tried.
    #[must_use]
    pub fn while_trying(mut self, feature: Feature) -> Self {
        self.feature = Some(feature);
        self
    }
}

fn of_token(error: &TokenError) -> Fault {
    match error.kind {
        TokenErrorKind::Throttled { .. } => Fault::Throttled,
        TokenErrorKind::Unreachable | TokenErrorKind::Broken => Fault::Unreachable,
        TokenErrorKind::Rejected { code: 0 } if error.credential_refused() => Fault::WrongCredential,
        TokenErrorKind::Rejected { code } => Fault::of_aadsts(code),
    }
}

/// What happened, for an administrator.
pub(crate) fn sentence(error: &GraphError) -> String {
    match error {
        GraphError::Token(token) => format!("{} ({})", token.explanation().0, token.description),
        GraphError::Unreachable { cause, .. } => format!("{error}: {}", innermost(&**cause)),
        GraphError::Credentials(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

/// The innermost cause, which names the thing that went wrong.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(cause) = inner.source() {
        inner = cause;
    }
    inner.to_string()
}
