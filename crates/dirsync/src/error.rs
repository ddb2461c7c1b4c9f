//! Why the sync could not do as it was told.

use directory::DirectoryError;
use graph::GraphError;
use kernel::{ErrorKind, Kinded};
use store::StoreError;
use tenants::TenantsError;

use crate::filter::FilterError;
use crate::model::RunState;

/// Why the sync could not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum DirsyncError {
    /// There is no such source, or the caller may not know.
    #[error("there is no such source; connect a tenant first")]
    NoSuchSource,
    /// There is no such run, or the caller may not know.
    #[error("there is no such run")]
    NoSuchRun,
    /// There is no such exception, addition, user or group.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The request makes no sense; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// The filter cannot be read.
    #[error("the filter cannot be read: {0}")]
    Filter(FilterError),
    /// A run of this source is under way.
    #[error("a run of this source is under way; wait for it or cancel it")]
    RunUnderWay,
    /// What was asked for does not fit the run's state.
    #[error("the run is {0}; this cannot be done now")]
    WrongState(RunState),
    /// The settings were changed by somebody else in between.
    #[error("the settings were changed in between; load them again and repeat the change")]
    Stale,
    /// The one who started the plan may not decide it (NET-03).
    #[error("this plan takes away more than 20 % of all users; somebody other than the one who started it must decide")]
    SecondPersonNeeded,
    /// Whoever is behind the run is the only one who could decide it: a token is not enough for that (NET-03).
    #[error(
        "this plan takes away more than 20 % of all users, and nobody else may decide it; sign in to the console to decide it \
         alone"
    )]
    SignInNeeded,
    /// Nobody else could decide: the source's name has to be typed in (NET-03).
    #[error(
        "this plan takes away more than 20 % of all users, and nobody else may decide it; to decide it alone, confirm with the \
         source's name, {0:?}"
    )]
    ConfirmationNeeded(String),
    /// The source is off.
    #[error("the source is switched off; set its mode to preview or on first")]
    Off,
    /// The source says that it has no users at all, which is never believed (NET-04).
    #[error("the source answered with no users at all; that is taken for a fault, and nothing was changed")]
    EmptyAnswer,
    /// The connection to the source has trouble; nothing is taken away while it has (NET-05).
    #[error("the connection to the source has trouble ({0}); nothing is taken away while it has")]
    Frozen(String),
    /// The source is no longer connected: it cannot be read.
    #[error("the source is no longer connected; connect the tenant again to read it")]
    Disconnected,
    /// The source is connected: it has left nothing behind.
    #[error("the source is connected; only one that is not can be detached")]
    Connected,
    /// Somebody else posted to the address for notifications, or what was posted is none.
    #[error("this is not a notification that this server has asked for")]
    StrangeNotification,
    /// The run was cancelled, or another execution has taken it over.
    #[error("the run is no longer ours")]
    TakenOver,
    /// Microsoft Graph did not answer as needed.
    #[error("reading Microsoft Entra ID failed")]
    Graph(#[source] GraphError),
    /// The tenant's connection.
    #[error(transparent)]
    Tenants(#[from] TenantsError),
    /// The directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] kernel::Denied),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<GraphError> for DirsyncError {
    fn from(error: GraphError) -> Self {
        Self::Graph(error)
    }
}

impl Kinded for DirsyncError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchSource | Self::NoSuchRun | Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid(_) | Self::Filter(_) => ErrorKind::Invalid,
            Self::RunUnderWay
            | Self::WrongState(_)
            | Self::Stale
            | Self::Off
            | Self::Disconnected
            | Self::Connected
            | Self::TakenOver => ErrorKind::Conflict,
            Self::SecondPersonNeeded | Self::SignInNeeded | Self::ConfirmationNeeded(_) => ErrorKind::Forbidden,
            Self::StrangeNotification => ErrorKind::Unauthenticated,
            Self::EmptyAnswer | Self::Frozen(_) => ErrorKind::Unavailable,
            Self::Graph(error) => error.kind(),
            Self::Tenants(error) => error.kind(),
            Self::Directory(error) => error.kind(),
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchSource => "dirsync.no_such_source",
            Self::NoSuchRun => "dirsync.no_such_run",
            Self::NotFound(_) => "dirsync.not_found",
            Self::Invalid(_) => "dirsync.invalid",
            Self::Filter(_) => "dirsync.filter",
            Self::RunUnderWay => "dirsync.run_under_way",
            Self::WrongState(_) => "dirsync.wrong_state",
            Self::Stale => "dirsync.stale",
            Self::SecondPersonNeeded => "dirsync.second_person_needed",
            Self::SignInNeeded => "dirsync.sign_in_needed",
            Self::ConfirmationNeeded(_) => "dirsync.confirmation_needed",
            Self::Off => "dirsync.off",
            Self::Disconnected => "dirsync.disconnected",
            Self::Connected => "dirsync.connected",
            Self::StrangeNotification => "dirsync.strange_notification",
            Self::TakenOver => "dirsync.taken_over",
            Self::EmptyAnswer => "dirsync.empty_answer",
            Self::Frozen(_) => "dirsync.frozen",
            Self::Graph(error) => error.code(),
            Self::Tenants(error) => error.code(),
            Self::Directory(error) => error.code(),
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Graph(error) => error.retry_after(),
            _ => None,
        }
    }
}
