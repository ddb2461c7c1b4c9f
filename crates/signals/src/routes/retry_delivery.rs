//! `POST /api/v1/signals/webhooks/{webhook_id}/deliveries/{delivery_id}/retry`: send one again.

use axum::extract::State;
use web::{Accepted, Caller, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ManageWebhook;
use crate::webhooks::DeliveryView;
use crate::webhooks::model::{DeliveryId, WebhookId};

/// Sends a delivery again, whatever became of it, with a full set of attempts.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}/retry", operation_id = "retry_delivery",
    tag = "signals", params(("webhook_id" = WebhookId, Path, description = "Which webhook."),
        ("delivery_id" = DeliveryId, Path, description = "Which delivery.")),
    responses((status = 202, body = DeliveryView), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path((webhook, delivery)): Path<(WebhookId, DeliveryId)>,
) -> Result<Accepted<DeliveryView>, Problem> {
    Ok(Accepted(webhooks.retry_delivery(&caller.may(ManageWebhook { webhook })?, delivery).await?))
}
