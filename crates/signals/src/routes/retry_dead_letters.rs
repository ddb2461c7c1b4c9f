//! `POST /api/v1/signals/webhooks/{webhook_id}/dead-letters/retry`: send dead letters again.

use axum::extract::State;
use web::{Accepted, Caller, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ManageWebhook;
use crate::webhooks::Retried;
use crate::webhooks::model::WebhookId;

/// Sends every dead letter of a webhook again.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/dead-letters/retry", operation_id = "retry_dead_letters",
    tag = "signals", params(("webhook_id" = WebhookId, Path, description = "Which webhook.")),
    responses((status = 202, body = Retried), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
) -> Result<Accepted<Retried>, Problem> {
    Ok(Accepted(webhooks.retry_dead_letters(&caller.may(ManageWebhook { webhook })?).await?))
}
