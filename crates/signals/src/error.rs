//! Why the log could not be written or read.

use kernel::{ErrorKind, Kinded};
use store::StoreError;

use crate::Revision;
use crate::webhooks::model::{DeliveryId, WebhookId};

/// Why the log could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SignalsError {
    /// A filter or a cursor makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// A field makes no sense.
    #[error("{field} {message}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// There is no such webhook.
    #[error("webhook {0} does not exist")]
    NoSuchWebhook(WebhookId),
    /// There is no such delivery, or it is no longer kept.
    #[error("delivery {0} does not exist, or is no longer kept")]
    NoSuchDelivery(DeliveryId),
    /// Somebody changed the webhook meanwhile.
    #[error("the webhook was changed meanwhile; read it again")]
    Changed,
    /// It makes no sense for the webhook as it is.
    #[error("{0}")]
    NotNow(&'static str),
    /// An organisation has all the webhooks it may have.
    #[error("an organisation has no more than {0} webhooks")]
    TooManyWebhooks(usize),
    /// A follower knows of more than the log holds: the log was restored from a backup, or it is another one.
    #[error("the log ends at revision {newest}, before the {after} that was read already; read everything again")]
    Ahead {
        /// What the follower has read.
        after: Revision,
        /// Where the log ends.
        newest: Revision,
    },
    /// The caller may not read it.
    #[error(transparent)]
    Denied(#[from] kernel::Denied),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Kinded for SignalsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) | Self::Field { .. } => ErrorKind::Invalid,
            Self::NoSuchWebhook(_) | Self::NoSuchDelivery(_) => ErrorKind::NotFound,
            Self::Ahead { .. } | Self::Changed | Self::NotNow(_) | Self::TooManyWebhooks(_) => ErrorKind::Conflict,
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "signals.invalid",
            Self::Field { .. } => "signals.bad_field",
            Self::NoSuchWebhook(_) => "signals.no_such_webhook",
            Self::NoSuchDelivery(_) => "signals.no_such_delivery",
            Self::Changed => "signals.webhook_changed",
            Self::NotNow(_) => "signals.not_now",
            Self::TooManyWebhooks(_) => "signals.too_many_webhooks",
            Self::Ahead { .. } => "signals.ahead",
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
