//! `GET /api/v1/signals/webhooks/{webhook_id}`: one webhook.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ReadWebhooks;
use crate::webhooks::WebhookView;
use crate::webhooks::model::WebhookId;

/// Shows a webhook and how it does.
#[utoipa::path(get, path = "/webhooks/{webhook_id}", operation_id = "get_webhook", tag = "signals",
    params(("webhook_id" = WebhookId, Path, description = "Which webhook.")),
    responses((status = 200, body = WebhookView), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookView>, Problem> {
    Ok(Json(webhooks.get_webhook(&caller.may(ReadWebhooks {})?, id).await?))
}
