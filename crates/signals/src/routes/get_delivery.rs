//! `GET /api/v1/signals/webhooks/{webhook_id}/deliveries/{delivery_id}`: one delivery.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ReadWebhooks;
use crate::webhooks::DeliveryDetail;
use crate::webhooks::model::{DeliveryId, WebhookId};

/// Shows a delivery with its attempts, and what is sent.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries/{delivery_id}", operation_id = "get_delivery",
    tag = "signals", params(("webhook_id" = WebhookId, Path, description = "Which webhook."),
        ("delivery_id" = DeliveryId, Path, description = "Which delivery.")),
    responses((status = 200, body = DeliveryDetail), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path((webhook, delivery)): Path<(WebhookId, DeliveryId)>,
) -> Result<Json<DeliveryDetail>, Problem> {
    Ok(Json(webhooks.get_delivery(&caller.may(ReadWebhooks {})?, webhook, delivery).await?))
}
