//! `POST /api/v1/signals/webhooks/{webhook_id}/test`: try a webhook.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ManageWebhook;
use crate::webhooks::DeliveryDetail;
use crate::webhooks::model::WebhookId;

/// Sends a test event now and says what came back. It is sent once.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/test", operation_id = "test_webhook", tag = "signals",
    params(("webhook_id" = WebhookId, Path, description = "Which webhook.")),
    responses((status = 200, body = DeliveryDetail), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
) -> Result<Json<DeliveryDetail>, Problem> {
    Ok(Json(webhooks.test_webhook(&caller.may(ManageWebhook { webhook })?).await?))
}
