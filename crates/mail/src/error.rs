//! Why a letter was not sent.

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Not an address.
    #[error("{0:?} is not a mail address")]
    Address(String),
    /// A file of the configuration cannot be read or is not understood.
    #[error("{0}")]
    Config(String),
    /// The mail server does not take it, and will not.
    #[error("the mail server refuses the letter")]
    Refused(#[source] lettre::transport::smtp::Error),
    /// The mail server cannot be reached or asks to come again.
    #[error("the mail server does not take letters now")]
    Unavailable(#[source] lettre::transport::smtp::Error),
}

impl MailError {
    /// Whether trying again may help.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<lettre::transport::smtp::Error> for MailError {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        if error.is_permanent() { Self::Refused(error) } else { Self::Unavailable(error) }
    }
}
