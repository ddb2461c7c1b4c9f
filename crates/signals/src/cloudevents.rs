//! Events after CloudEvents 1.0: the JSON format for batches (`application/cloudevents-batch+json`).
//!
//! What the standard names stands at the top; everything of ours is in `data`, as the standard asks. `revision`, an
//! extension attribute, is the cursor.

use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::webhooks::message::{Message, MessageData};
use crate::{EventView, Revision};

/// The media type of a batch.
pub const BATCH: &str = "application/cloudevents-batch+json";

/// One event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CloudEvent {
    /// The version of CloudEvents.
    pub specversion: &'static str,
    /// The revision as text; unique together with the source.
    pub id: String,
    /// The organisation: `urn:uuid:…`.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub time: Timestamp,
    /// To what, as `kind/id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What `data` is.
    pub datacontenttype: &'static str,
    /// The number in the organisation's log; the cursor.
    pub revision: Revision,
    /// To what, and how: as webhooks send it.
    pub data: MessageData,
}

impl CloudEvent {
    /// An event of an organisation's log.
    pub(crate) fn of(organisation: kernel::OrganisationId, view: &EventView) -> Self {
        let message = Message::of(organisation, view, 0);
        Self {
            specversion: "1.0",
            id: view.id.clone(),
            source: view.source.clone(),
            kind: message.kind,
            time: message.timestamp,
            subject: view.subject.clone(),
            datacontenttype: "application/json",
            revision: message.data.revision,
            data: message.data,
        }
    }
}
