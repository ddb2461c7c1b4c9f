//! What is sent: `{type, timestamp, data}` after the Standard Webhooks convention ("Payload structure").

use kernel::{OrganisationId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::events;
use super::model::WebhookId;
use crate::view::MemberView;
use crate::{Cause, EventView, Json, Revision};

/// The body of a call.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookMessage)]
pub struct Message {
    /// What happened.
    #[serde(rename = "type")]
    #[schema(example = "user.updated")]
    pub kind: String,
    /// When it happened, not when it was sent.
    pub timestamp: Timestamp,
    /// To what, and how.
    pub data: MessageData,
}

/// To what it happened, and how.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookMessageData)]
pub struct MessageData {
    /// In which organisation.
    pub organisation: OrganisationId,
    /// The number of the entry in the organisation's log; the `after` of the events API. 0 in a test.
    pub revision: Revision,
    /// To what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<MessageObject>,
    /// The object, or its changed parts, before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub before: Option<Json>,
    /// The object, or its changed parts, after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub after: Option<Json>,
    /// Who joined, in `group.members_changed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<MessageMember>,
    /// Who left, in `group.members_changed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<MessageMember>,
    /// Who joined or left, in `group.member_added` and `group.member_removed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<MessageMember>,
    /// What made it happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who did it.
    pub actor: MessageActor,
    /// In which request or job.
    pub request_id: Uuid,
}

/// What something happened to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookMessageObject)]
pub struct MessageObject {
    /// The kind: `user`, `group`, `tenant`, `run` …
    pub kind: String,
    /// Our id.
    pub id: Uuid,
    /// What people called it when it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kind of its source, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Which source; for `graph` the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<Uuid>,
    /// The immutable id there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<Uuid>,
}

/// One who joined or left.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookMessageMember)]
pub struct MessageMember {
    /// `user`, `group`, `device`, `service_principal` or `other`.
    pub kind: &'static str,
    /// The immutable id in the group's source.
    pub object_id: Uuid,
    /// Our id, where it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// What people call it, where it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who did it. Addresses stay at home.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookMessageActor)]
pub struct MessageActor {
    /// `operator`, `token`, `source` or `system`.
    pub kind: String,
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The name, or the system's reason.
    pub name: String,
}

impl Message {
    /// An entry, or one of its members, as an event.
    pub(crate) fn of(organisation: OrganisationId, view: &EventView, part: u32) -> Self {
        let mut data = MessageData {
            organisation,
            revision: view.revision,
            object: object(view),
            before: view.before.clone(),
            after: view.after.clone(),
            added: Vec::new(),
            removed: Vec::new(),
            member: None,
            cause: view.cause.clone(),
            reason: view.reason.clone(),
            actor: MessageActor { kind: view.actor.kind.clone(), id: view.actor.id, name: view.actor.name.clone() },
            request_id: view.request_id.0,
        };
        let kind = match part {
            0 => {
                let (added, removed) = view.members.iter().partition::<Vec<_>, _>(|one| one.change == "added");
                data.added = added.into_iter().map(Into::into).collect();
                data.removed = removed.into_iter().map(Into::into).collect();
                view.kind.clone()
            }
            _ => single(&mut data, &view.members, part),
        };
        Self { kind, timestamp: view.time, data }
    }

    /// What a test sends.
    pub(crate) fn test(
        organisation: OrganisationId,
        webhook: (WebhookId, &str),
        actor: MessageActor,
        request_id: Uuid,
        at: Timestamp,
    ) -> Self {
        let (id, name) = webhook;
        let object = MessageObject {
            kind: "webhook".to_owned(),
            id: id.0,
            name: Some(name.to_owned()),
            source: None,
            source_id: None,
            object_id: None,
        };
        let data = MessageData {
            organisation,
            revision: 0,
            object: Some(object),
            before: None,
            after: None,
            added: Vec::new(),
            removed: Vec::new(),
            member: None,
            cause: None,
            reason: Some("somebody tried this webhook".to_owned()),
            actor,
            request_id,
        };
        Self { kind: events::TEST.to_owned(), timestamp: at, data }
    }

    /// The bytes that are signed and sent.
    pub(crate) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("invariant: a message is plain data")
    }
}

fn object(view: &EventView) -> Option<MessageObject> {
    let (object, identity) = (view.object.as_ref()?, view.identity.as_ref());
    Some(MessageObject {
        kind: object.kind.clone(),
        id: object.id,
        name: object.name.clone(),
        source: identity.map(|identity| identity.source.clone()),
        source_id: identity.map(|identity| identity.source_id),
        object_id: identity.map(|identity| identity.object_id),
    })
}

fn single(data: &mut MessageData, members: &[MemberView], part: u32) -> String {
    let index = usize::try_from(part).unwrap_or(usize::MAX).saturating_sub(1);
    let member = members.get(index);
    let joined = member.is_none_or(|member| member.change == "added");
    data.member = member.map(Into::into);
    (if joined { events::MEMBER_ADDED } else { events::MEMBER_REMOVED }).to_owned()
}

impl From<&MemberView> for MessageMember {
    fn from(member: &MemberView) -> Self {
        Self { kind: member.kind, object_id: member.object_id, id: member.id, name: member.name.clone() }
    }
}

/// The id that stays the same however often an event is sent: receivers know by it what they have seen. Without full
/// stops, which would make the signed text ambiguous.
pub(crate) fn message_id(organisation: OrganisationId, revision: Revision, part: u32) -> String {
    let organisation = organisation.0.simple();
    if part == 0 { format!("evt_{organisation}_{revision}") } else { format!("evt_{organisation}_{revision}_{part}") }
}
