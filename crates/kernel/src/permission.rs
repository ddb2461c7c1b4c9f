//! Permission as a value: a function that changes something takes `&May<P>`, and only [`crate::Actor::may`] makes one.

use std::ops::Deref;

use crate::{Actor, ErrorKind, Kinded, Role};

/// A thing that needs leave, with its subject: `struct StartRun { source: SourceId }`.
pub trait Permission {
    /// The stable name: `dirsync.start_run`.
    const NAME: &'static str;
    /// The roles that may.
    const ROLES: &'static [Role];
}

/// Proof that an actor may do `P`. Dereferences to the subject.
#[derive(Debug, Clone)]
pub struct May<P> {
    actor: Actor,
    subject: P,
}

impl<P> May<P> {
    pub(crate) fn granted(actor: Actor, subject: P) -> Self {
        Self { actor, subject }
    }

    /// Who was given leave.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// For what.
    pub fn subject(&self) -> &P {
        &self.subject
    }
}

impl<P> Deref for May<P> {
    type Target = P;
    fn deref(&self) -> &P {
        &self.subject
    }
}

/// Declares permissions: `permission!(/// Starts a run. StartRun { source: SourceId } = "dirsync.start_run", [Owner, Administrator]);`.
#[macro_export]
macro_rules! permission {
    ($(#[$meta:meta])* $name:ident { $($field:ident : $type:ty),* $(,)? } = $text:literal, [$($role:ident),+ $(,)?]) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $(
                #[doc = concat!("The subject's `", stringify!($field), "`.")]
                pub $field: $type,
            )*
        }
        impl $crate::Permission for $name {
            const NAME: &'static str = $text;
            const ROLES: &'static [$crate::Role] = &[$($crate::Role::$role),+];
        }
    };
}

/// The actor's role does not allow it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the role {role} may not do this; it needs the permission {permission}")]
pub struct Denied {
    /// What was asked for.
    pub permission: &'static str,
    /// The asker's role.
    pub role: Role,
}

impl Kinded for Denied {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Forbidden
    }
    fn code(&self) -> &'static str {
        "operators.forbidden"
    }
}
