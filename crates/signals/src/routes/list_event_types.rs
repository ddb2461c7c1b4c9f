//! `GET /api/v1/signals/webhooks/event-types`: which events there are.

use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Json, Problem, Problems};

use crate::permissions::ReadEvents;
use crate::webhooks::{CATALOGUE, EventType};

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventTypes)]
pub struct Answer {
    /// The events and families.
    items: &'static [EventType],
}

/// Lists the events that a webhook can choose, and their families.
#[utoipa::path(get, path = "/webhooks/event-types", operation_id = "list_event_types", tag = "signals",
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(caller: Caller) -> Result<Json<Answer>, Problem> {
    caller.may(ReadEvents {})?;
    Ok(Json(Answer { items: CATALOGUE }))
}
