//! The nouns of the log.

use std::net::IpAddr;

use kernel::{Actor, ActorKind, OrganisationId, RequestId, Timestamp, text_enum};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// JSON text, kept as it was written: it is hashed, and never looked into here.
pub type Json = Box<RawValue>;

/// The number of an entry: 1 for an organisation's first, one more for each next.
pub type Revision = i64;

text_enum!(
    /// What an entry is about.
    pub enum Stream {
        /// An object of the directory changed.
        Change = "change",
        /// Anything else: an operator's act, a run, a status.
        Act = "act",
    }
);

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Object {
    /// The kind: `user`, `group`, `tenant`, `operator`, `run` …
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// What people call it, at the time.
    pub name: Option<String>,
}

impl Object {
    /// An object by kind, id and what people call it.
    pub fn new(kind: &str, id: impl Into<Uuid>, name: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), id: id.into(), name: Some(name.into()) }
    }
}

/// What made a change happen: a run, a held plan's approval, a timer, an undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Cause {
    /// The kind: `run`, `undo`, `timer`, `request` …
    pub kind: String,
    /// Its id.
    pub id: Option<Uuid>,
}

/// An entry to be appended. Who, when and in which request come from the actor and the clock.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The event's name: `user.updated`, `dirsync.run_started`.
    pub name: &'static str,
    /// Which stream.
    pub stream: Stream,
    /// About what.
    pub object: Option<Object>,
    /// What made it happen.
    pub cause: Option<Cause>,
    /// Why, in words: an operator's reason, a planner's cause.
    pub reason: Option<String>,
    /// The object, or its changed parts, before.
    pub before: Option<Json>,
    /// The object, or its changed parts, after.
    pub after: Option<Json>,
    /// Membership changes, packed by [`crate::members`].
    pub members: Option<Vec<u8>>,
}

impl Entry {
    /// An act: `Entry::act("operators.signed_in")`.
    pub fn act(name: &'static str) -> Self {
        Self {
            name,
            stream: Stream::Act,
            object: None,
            cause: None,
            reason: None,
            before: None,
            after: None,
            members: None,
        }
    }

    /// A change of a directory object.
    pub fn change(name: &'static str) -> Self {
        Self { stream: Stream::Change, ..Self::act(name) }
    }

    /// About what.
    #[must_use]
    pub fn object(mut self, object: Object) -> Self {
        self.object = Some(object);
        self
    }

    /// What made it happen.
    #[must_use]
    pub fn cause(mut self, kind: &str, id: Option<Uuid>) -> Self {
        self.cause = Some(Cause { kind: kind.to_owned(), id });
        self
    }

    /// Why, in words.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Before and after, as JSON. Never put a secret in.
    #[must_use]
    pub fn change_of(mut self, before: Option<&impl Serialize>, after: Option<&impl Serialize>) -> Self {
        self.before = before.map(text);
        self.after = after.map(text);
        self
    }

    /// After, as JSON, where there is no before.
    #[must_use]
    pub fn after(mut self, after: &impl Serialize) -> Self {
        self.after = Some(text(after));
        self
    }
}

/// An entry as it stands in the log.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Whose log.
    pub organisation: OrganisationId,
    /// The entry's number.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
    /// Which stream.
    pub stream: Stream,
    /// The event's name.
    pub name: String,
    /// Who: `operator`, `token`, `system`.
    pub actor_kind: String,
    /// Which operator or token.
    pub actor_id: Option<Uuid>,
    /// The actor's name, or the system's reason.
    pub actor_name: String,
    /// About what.
    pub object: Option<Object>,
    /// What made it happen.
    pub cause: Option<Cause>,
    /// Why, in words.
    pub reason: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// In which request or job.
    pub request_id: RequestId,
    /// Before.
    pub before: Option<Json>,
    /// After.
    pub after: Option<Json>,
    /// Membership changes, packed by [`crate::members`].
    pub members: Option<Vec<u8>>,
    /// The hash over this entry and the one before.
    pub hash: Vec<u8>,
}

/// Plain data as JSON text.
fn text(value: &impl Serialize) -> Json {
    serde_json::value::to_raw_value(value).expect("invariant: what is logged is plain data")
}

/// The three ways an actor is written down.
pub(crate) fn actor_parts(actor: &Actor) -> (&'static str, Option<Uuid>, String) {
    match &actor.kind {
        ActorKind::Operator { id, name } => ("operator", Some((*id).into()), name.clone()),
        ActorKind::Token { id, name, .. } => ("token", Some((*id).into()), name.clone()),
        ActorKind::Source { id, name } => ("source", Some(*id), name.clone()),
        ActorKind::System { reason } => ("system", None, (*reason).to_owned()),
    }
}

/// An address as text, where there is one.
pub(crate) fn address_text(address: Option<IpAddr>) -> Option<String> {
    address.map(|address| address.to_string())
}
