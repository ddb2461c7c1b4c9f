//! Why an operator could not be served.

use kernel::{ErrorKind, Kinded, OperatorId, OrganisationId, Role, TokenId};
use store::StoreError;

use crate::SessionId;

/// Why an operator could not be served.
#[derive(Debug, thiserror::Error)]
pub enum OperatorsError {
    /// One answer for an unknown name, a wrong password, a locked and a disabled account.
    #[error("the user name or the password is wrong, or the account is locked for a while")]
    SignInRefused,
    /// More sign-ins at once than passwords can be checked, or too many from one address.
    #[error("too many sign-ins at once; try again in a minute")]
    TooManySignIns,
    /// The session ended.
    #[error("the session has ended; sign in again")]
    SessionEnded,
    /// The current password was not the right one.
    #[error("the current password is wrong, or the account is locked for a while")]
    WrongPassword,
    /// A link does not count, or no longer.
    #[error("the link is unknown, used or expired; ask for a new one")]
    LinkRefused,
    /// A field makes no sense.
    #[error("{field} {message}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// The password is too easy to guess.
    #[error("the password {0}")]
    WeakPassword(&'static str),
    /// There is no such operator.
    #[error("operator {0} does not exist")]
    NoSuchOperator(OperatorId),
    /// There is no such session.
    #[error("session {0} does not exist")]
    NoSuchSession(SessionId),
    /// There is no such token.
    #[error("token {0} does not exist")]
    NoSuchToken(TokenId),
    /// There is no such organisation.
    #[error("organisation {0} does not exist")]
    NoSuchOrganisation(OrganisationId),
    /// Somebody has the user name already.
    #[error("the user name {0} is taken")]
    NameTaken(String),
    /// An organisation without an owner could never be changed again.
    #[error("this is the last active owner; make somebody else an owner first")]
    LastOwner,
    /// Locking oneself out is left to others.
    #[error("you cannot disable, demote or remove yourself; another owner can")]
    Oneself,
    /// A token cannot do more than the one who makes it.
    #[error("the role {0} is more than you may give away")]
    RoleTooHigh(Role),
    /// API tokens have no session, no password and no tokens of their own.
    #[error("only a signed-in operator can do this, not an API token")]
    NeedsOperator,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OperatorsError {
    /// A field makes no sense.
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }
}

impl Kinded for OperatorsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::SignInRefused | Self::SessionEnded => ErrorKind::Unauthenticated,
            Self::TooManySignIns => ErrorKind::TooMany,
            Self::WrongPassword | Self::Invalid { .. } | Self::WeakPassword(_) => ErrorKind::Invalid,
            Self::LinkRefused
            | Self::NoSuchOperator(_)
            | Self::NoSuchSession(_)
            | Self::NoSuchToken(_)
            | Self::NoSuchOrganisation(_) => ErrorKind::NotFound,
            Self::NameTaken(_) | Self::LastOwner | Self::Oneself => ErrorKind::Conflict,
            Self::RoleTooHigh(_) | Self::NeedsOperator => ErrorKind::Forbidden,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SignInRefused => "operators.sign_in_refused",
            Self::TooManySignIns => "operators.too_many_sign_ins",
            Self::SessionEnded => "operators.session_ended",
            Self::WrongPassword => "operators.wrong_password",
            Self::LinkRefused => "operators.link_refused",
            Self::Invalid { .. } => "operators.invalid",
            Self::WeakPassword(_) => "operators.weak_password",
            Self::NoSuchOperator(_) => "operators.no_such_operator",
            Self::NoSuchSession(_) => "operators.no_such_session",
            Self::NoSuchToken(_) => "operators.no_such_token",
            Self::NoSuchOrganisation(_) => "operators.no_such_organisation",
            Self::NameTaken(_) => "operators.name_taken",
            Self::LastOwner => "operators.last_owner",
            Self::Oneself => "operators.oneself",
            Self::RoleTooHigh(_) => "operators.role_too_high",
            Self::NeedsOperator => "operators.needs_operator",
            Self::Store(error) => error.code(),
        }
    }
}
