//! `POST /api/v1/signals/webhooks/{webhook_id}/rotate`: a new secret.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Webhooks;
use crate::permissions::ManageWebhook;
use crate::webhooks::Issued;
use crate::webhooks::model::WebhookId;

/// What the caller sends.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RotateSecret)]
pub struct Request {
    /// For how many hours the former secret signs as well, so that receivers can change over; 24 unless said.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 168)]
    overlap_hours: Option<u32>,
}

/// Makes a new secret, which is in this answer and never again.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/rotate", operation_id = "rotate_secret", tag = "signals",
    params(("webhook_id" = WebhookId, Path, description = "Which webhook.")), request_body = Request,
    responses((status = 200, body = Issued), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
    Json(body): Json<Request>,
) -> Result<Json<Issued>, Problem> {
    Ok(Json(webhooks.rotate_secret(&caller.may(ManageWebhook { webhook })?, body.overlap_hours).await?))
}
