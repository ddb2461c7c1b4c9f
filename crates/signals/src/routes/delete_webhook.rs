//! `DELETE /api/v1/signals/webhooks/{webhook_id}`: remove a webhook.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ManageWebhook;
use crate::webhooks::model::WebhookId;

/// Removes a webhook, what waits for it and what was sent to it.
#[utoipa::path(delete, path = "/webhooks/{webhook_id}", operation_id = "delete_webhook", tag = "signals",
    params(("webhook_id" = WebhookId, Path, description = "Which webhook.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
) -> Result<NoContent, Problem> {
    webhooks.delete_webhook(&caller.may(ManageWebhook { webhook })?).await?;
    Ok(NoContent)
}
