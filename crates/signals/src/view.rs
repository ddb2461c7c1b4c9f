//! An entry as it travels: attributes after CloudEvents 1.0 (§2), and ours beside them.

use kernel::{RequestId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::Identity;
use crate::{Cause, Json, Logged, Object, Revision, Stream, members};

/// One event.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// The version of CloudEvents.
    #[schema(example = "1.0")]
    pub specversion: &'static str,
    /// The revision as text; unique together with the source.
    #[schema(example = "42")]
    pub id: String,
    /// The organisation: `urn:uuid:…`.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(example = "user.updated")]
    pub kind: String,
    /// When.
    pub time: Timestamp,
    /// To what, as `kind/id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The number in the organisation's log, without gaps; the cursor.
    pub revision: Revision,
    /// A change of the directory, or another act.
    pub stream: Stream,
    /// Who did it.
    pub actor: ActorView,
    /// To what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// Where it comes from, as far as that is known now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What made it happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// In which request or job.
    pub request_id: RequestId,
    /// The object, or its changed parts, before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub before: Option<Json>,
    /// The object, or its changed parts, after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub after: Option<Json>,
    /// Who joined and left, where the object is a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberView>,
    /// The hash over this entry and the one before, in hexadecimal.
    pub hash: String,
}

/// Who did it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = EventActor)]
pub struct ActorView {
    /// `operator`, `token` or `system`.
    pub kind: String,
    /// Which operator or token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The name, or the system's reason.
    pub name: String,
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// One who joined or left.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = EventMember)]
pub struct MemberView {
    /// `added` or `removed`.
    pub change: &'static str,
    /// `user`, `group`, `device`, `service_principal` or `other`.
    pub kind: &'static str,
    /// The object id in the source.
    pub object_id: Uuid,
    /// Our id, where it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// What people call it, where it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl From<Logged> for EventView {
    fn from(entry: Logged) -> Self {
        let subject = entry.object.as_ref().map(|object| format!("{}/{}", object.kind, object.id));
        let members = entry.members.as_deref().map(members::unpack).unwrap_or_default();
        Self {
            specversion: "1.0",
            id: entry.revision.to_string(),
            source: format!("urn:uuid:{}", entry.organisation),
            kind: entry.name,
            time: entry.at,
            subject,
            revision: entry.revision,
            stream: entry.stream,
            actor: ActorView {
                kind: entry.actor_kind,
                id: entry.actor_id,
                name: entry.actor_name,
                address: entry.address,
            },
            object: entry.object,
            identity: None,
            cause: entry.cause,
            reason: entry.reason,
            request_id: entry.request_id,
            before: entry.before,
            after: entry.after,
            members: members.into_iter().map(Into::into).collect(),
            hash: hex::encode(entry.hash),
        }
    }
}

impl From<members::MemberChange> for MemberView {
    fn from(change: members::MemberChange) -> Self {
        let kind = match change.kind {
            0 => "user",
            1 => "group",
            2 => "device",
            3 => "service_principal",
            _ => "other",
        };
        let done = if change.removed { "removed" } else { "added" };
        Self { change: done, kind, object_id: change.object_id, id: None, name: None }
    }
}
