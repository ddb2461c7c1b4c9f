//! Why the room could not do as it was told.

use directory::DirectoryError;
use kernel::{ErrorKind, Kinded};
use store::StoreError;
use tenants::TenantsError;

use crate::factors::FactorRule;

/// Why the room could not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum MfaError {
    /// There is nothing of that name, or the caller may not know.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The request makes no sense; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// What was asked for does not fit what is; the text says how.
    #[error("{0}")]
    Conflict(String),
    /// A rule forbids what somebody wishes for their own factors.
    #[error(transparent)]
    Rule(#[from] FactorRule),
    /// The security key is of a model that is not taken here, or does not prove its model; the text says which.
    #[error("this kind of security key is not taken here: {0}")]
    WrongModel(&'static str),
    /// Changed by somebody else in between.
    #[error("it was changed in between; load it again and repeat the change")]
    Stale,
    /// The sign-in is over, used up, or another browser's.
    #[error("this sign-in has ended; go back to the application and sign in again")]
    Over,
    /// There is no session of the portal, or it has ended.
    #[error("you are signed out; sign in again")]
    SignedOut,
    /// The person must show a factor of theirs in this session first.
    #[error("prove it is you first, with one of your own factors")]
    ProveFirst,
    /// People would lose the last factor that they can use, and nobody has said that this is meant.
    #[error(
        "{people} people would lose the last factor that they can use; look at the preview who they are, and type the \
         tenant's name, {name:?}, as confirmation to go on all the same"
    )]
    LastFactors {
        /// How many.
        people: u64,
        /// What has to be typed.
        name: String,
    },
    /// Somebody would be left without any factor, and nobody has said that this is meant.
    #[error("{0} would be left without any factor; say that this is meant to go on all the same")]
    LeavesWithout(String),
    /// A key of ours cannot be made or used.
    #[error("the signing key cannot be used")]
    Signing(#[from] oidc::SigningError),
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

impl Kinded for MfaError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Conflict(_)
            | Self::Rule(_)
            | Self::WrongModel(_)
            | Self::Stale
            | Self::Over
            | Self::LastFactors { .. }
            | Self::LeavesWithout(_) => ErrorKind::Conflict,
            Self::SignedOut => ErrorKind::Unauthenticated,
            Self::ProveFirst => ErrorKind::Forbidden,
            Self::Signing(_) => ErrorKind::Internal,
            Self::Tenants(error) => error.kind(),
            Self::Directory(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "mfa.not_found",
            Self::Invalid(_) => "mfa.invalid",
            Self::Conflict(_) => "mfa.conflict",
            Self::Rule(rule) => rule.code(),
            Self::WrongModel(_) => "mfa.wrong_model",
            Self::Stale => "mfa.stale",
            Self::Over => "mfa.over",
            Self::SignedOut => "mfa.signed_out",
            Self::ProveFirst => "mfa.prove_first",
            Self::LastFactors { .. } => "mfa.last_factors",
            Self::LeavesWithout(_) => "mfa.leaves_without",
            Self::Signing(_) => "mfa.signing",
            Self::Tenants(error) => error.code(),
            Self::Directory(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
