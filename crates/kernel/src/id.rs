//! Sortable ids as newtypes, so that a run is never mistaken for a user.
//!
//! Ids come from [`crate::Env::new_id`]; nothing here draws chance or reads a clock.

use uuid::Uuid;

/// A newtype over a UUID. Implemented by [`crate::id_type!`].
pub trait Id: Copy + From<Uuid> + Into<Uuid> {}

/// Declares id newtypes: `id_type!(/// A run. RunId);`.
#[macro_export]
macro_rules! id_type {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            $crate::id::serde::Serialize, $crate::id::serde::Deserialize,
        )]
        #[serde(crate = "kernel::id::serde", transparent)]
        pub struct $name(pub $crate::id::uuid::Uuid);

        impl From<$crate::id::uuid::Uuid> for $name {
            fn from(id: $crate::id::uuid::Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for $crate::id::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::id::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl $crate::id::Id for $name {}
        impl $crate::id::utoipa::PartialSchema for $name {
            fn schema() -> $crate::id::utoipa::openapi::RefOr<$crate::id::utoipa::openapi::Schema> {
                $crate::schema::uuid()
            }
        }
        impl $crate::id::utoipa::ToSchema for $name {}
        impl $crate::scalar::Stored for $name {
            const KIND: $crate::scalar::ScalarKind = $crate::scalar::ScalarKind::Uuid;
            fn to_scalar(self) -> $crate::scalar::Scalar {
                $crate::scalar::Scalar::Uuid(Some(self.0))
            }
            fn from_scalar(scalar: $crate::scalar::Scalar) -> Option<Self> {
                match scalar {
                    $crate::scalar::Scalar::Uuid(Some(id)) => Some(Self(id)),
                    _ => None,
                }
            }
        }
    )+};
}

#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use utoipa;
#[doc(hidden)]
pub use uuid;

// The macro names this crate `kernel`; inside it, that is ourselves.
use crate as kernel;

id_type!(
    /// An organisation: the isolation boundary inside one server.
    OrganisationId,
    /// A person who may run this server.
    OperatorId,
    /// An API token.
    TokenId,
    /// One request from outside or one execution of a job; found in logs, audit and problem answers.
    RequestId,
);
