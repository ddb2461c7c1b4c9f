//! Why a tenant could not be served.

use kernel::{ErrorKind, Kinded};
use store::StoreError;

use crate::TenantId;

/// Why a tenant could not be served.
#[derive(Debug, thiserror::Error)]
pub enum TenantsError {
    /// There is no such tenant.
    #[error("tenant {0} does not exist")]
    NoSuchTenant(TenantId),
    /// There is no such credential.
    #[error("credential {0} does not exist")]
    NoSuchCredential(crate::model::CredentialId),
    /// There is no such consent.
    #[error("the connection that was begun does not exist")]
    NoSuchConsent,
    /// Nobody has tested this tenant yet.
    #[error("the tenant has not been tested yet")]
    NeverTested,
    /// A field makes no sense.
    #[error("{field} {message}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// The organisation has this Entra tenant already.
    #[error("the Entra tenant is connected already")]
    AlreadyConnected,
    /// The record was changed in the meantime.
    #[error("the tenant was changed in the meantime; read it again")]
    Changed,
    /// Someone else's, or impossible: said in a sentence.
    #[error("{0}")]
    Conflict(String),
    /// The answer of a consent does not belong to one that was begun here.
    #[error("{0}")]
    ConsentRefused(String),
    /// Entra or Graph did not do what we asked.
    #[error("{}", explained(.0))]
    Graph(#[source] Box<graph::GraphError>),
    /// The sign-in service does not answer.
    #[error("the sign-in service cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// There is no way to talk to this tenant.
    #[error("the tenant's HTTP settings cannot be used")]
    Http(#[from] graph::HttpError),
    /// The cloud's addresses cannot be used.
    #[error(transparent)]
    Cloud(#[from] oidc::CloudError),
    /// A certificate or its key cannot be used.
    #[error(transparent)]
    Certificate(#[from] oidc::CertificateError),
    /// No certificate could be made.
    #[error("the certificate cannot be made")]
    Generate(#[source] rcgen::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TenantsError {
    /// A field makes no sense.
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }
}

impl From<graph::GraphError> for TenantsError {
    fn from(error: graph::GraphError) -> Self {
        Self::Graph(Box::new(error))
    }
}

/// What Entra said, with the mend where one is known.
fn explained(error: &graph::GraphError) -> String {
    match error {
        graph::GraphError::Token(token) => {
            let (what, mend) = token.explanation();
            format!("{what}; {mend}")
        }
        other => other.to_string(),
    }
}

impl Kinded for TenantsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchTenant(_) | Self::NoSuchCredential(_) | Self::NoSuchConsent | Self::NeverTested => {
                ErrorKind::NotFound
            }
            Self::Invalid { .. } | Self::Http(_) | Self::Cloud(_) | Self::Certificate(_) | Self::ConsentRefused(_) => {
                ErrorKind::Invalid
            }
            Self::AlreadyConnected | Self::Changed | Self::Conflict(_) => ErrorKind::Conflict,
            Self::Graph(error) => error.kind(),
            Self::Unreachable(_) => ErrorKind::Unavailable,
            Self::Generate(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchTenant(_) => "tenants.no_such_tenant",
            Self::NoSuchCredential(_) => "tenants.no_such_credential",
            Self::NoSuchConsent => "tenants.no_such_consent",
            Self::NeverTested => "tenants.never_tested",
            Self::Invalid { .. } => "tenants.invalid",
            Self::AlreadyConnected => "tenants.already_connected",
            Self::Changed => "tenants.changed",
            Self::Conflict(_) => "tenants.conflict",
            Self::ConsentRefused(_) => "tenants.consent_refused",
            Self::Graph(error) => error.code(),
            Self::Unreachable(_) => "tenants.unreachable",
            Self::Http(_) => "tenants.bad_http_settings",
            Self::Cloud(_) => "tenants.bad_cloud",
            Self::Certificate(_) => "tenants.bad_certificate",
            Self::Generate(_) => "tenants.certificate_not_made",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Graph(error) => Kinded::retry_after(&**error),
            _ => None,
        }
    }
}
