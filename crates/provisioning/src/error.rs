//! Why the room could not do as it was told.

use directory::DirectoryError;
use kernel::{ErrorKind, Kinded};
use scim::ScimError;
use store::StoreError;
use tenants::TenantsError;

/// Why the room could not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningError {
    /// There is no such connection, or the caller may not know.
    #[error("there is no such connection")]
    NoSuchConnection,
    /// There is no such key, hold, call or group.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The request makes no sense; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// What was asked for does not fit what is; the text says how.
    #[error("{0}")]
    Conflict(String),
    /// Changed by somebody else in between.
    #[error("it was changed in between; load it again and repeat the change")]
    Stale,
    /// A SCIM call failed as SCIM says.
    #[error("{0}")]
    Scim(#[from] ScimError),
    /// Microsoft Graph did not answer as needed.
    #[error("Microsoft Graph did not answer as needed")]
    Graph(#[from] graph::GraphError),
    /// The keys that Entra's tokens are checked with cannot be had for now.
    #[error("the tenant's signing keys cannot be read for now")]
    KeysUnavailable(#[source] oidc::TokenError),
    /// The tenants.
    #[error(transparent)]
    Tenants(#[from] TenantsError),
    /// The directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ProvisioningError {
    /// The answer to a SCIM client. Faults of ours say nothing of themselves; what may pass asks to come again.
    pub fn to_scim(&self) -> ScimError {
        use std::time::Duration;
        match self {
            Self::Scim(error) => error.clone(),
            Self::Store(error) if error.try_again() => {
                ScimError::with_status(503, "the server is busy; try again").retry_after(Duration::from_secs(5))
            }
            Self::KeysUnavailable(_) => {
                ScimError::with_status(503, self.to_string()).retry_after(Duration::from_secs(30))
            }
            Self::NoSuchConnection | Self::NotFound(_) => ScimError::with_status(404, self.to_string()),
            Self::Invalid(_) => ScimError::new(scim::ScimType::InvalidValue, self.to_string()),
            _ => ScimError::with_status(500, "the server could not do this; its log says why"),
        }
    }
}

impl Kinded for ProvisioningError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchConnection | Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Conflict(_) | Self::Stale => ErrorKind::Conflict,
            Self::Scim(error) => error.kind(),
            Self::Graph(_) | Self::KeysUnavailable(_) => ErrorKind::Unavailable,
            Self::Tenants(error) => error.kind(),
            Self::Directory(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchConnection => "provisioning.no_such_connection",
            Self::NotFound(_) => "provisioning.not_found",
            Self::Invalid(_) => "provisioning.invalid",
            Self::Conflict(_) => "provisioning.conflict",
            Self::Stale => "provisioning.stale",
            Self::Scim(error) => error.code(),
            Self::Graph(_) => "provisioning.graph",
            Self::KeysUnavailable(_) => "provisioning.keys_unavailable",
            Self::Tenants(error) => error.code(),
            Self::Directory(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
