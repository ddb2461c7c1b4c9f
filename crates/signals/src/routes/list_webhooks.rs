//! `GET /api/v1/signals/webhooks`: where events are sent.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Json, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ReadWebhooks;
use crate::webhooks::WebhookView;

/// All of them; there are never many.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhooks)]
pub struct Answer {
    /// The webhooks.
    items: Vec<WebhookView>,
}

/// Lists the webhooks of the organisation, the oldest first.
#[utoipa::path(get, path = "/webhooks", operation_id = "list_webhooks", tag = "signals",
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(caller: Caller, State(webhooks): State<Webhooks>) -> Result<Json<Answer>, Problem> {
    Ok(Json(Answer { items: webhooks.list_webhooks(&caller.may(ReadWebhooks {})?).await? }))
}
