//! `PATCH /api/v1/signals/webhooks/{webhook_id}`: change a webhook.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ManageWebhook;
use crate::webhooks::model::WebhookId;
use crate::webhooks::{WebhookUpdate, WebhookView};

/// Changes a webhook; what is absent stays. What waits is sent again at once.
#[utoipa::path(patch, path = "/webhooks/{webhook_id}", operation_id = "update_webhook", tag = "signals",
    params(("webhook_id" = WebhookId, Path, description = "Which webhook.")), request_body = WebhookUpdate,
    responses((status = 200, body = WebhookView), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
    Json(body): Json<WebhookUpdate>,
) -> Result<Json<WebhookView>, Problem> {
    Ok(Json(webhooks.update_webhook(&caller.may(ManageWebhook { webhook })?, body).await?))
}
