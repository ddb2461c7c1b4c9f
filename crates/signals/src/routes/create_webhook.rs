//! `POST /api/v1/signals/webhooks`: make a webhook.

use axum::extract::State;
use web::{Caller, Created, Json, Problem, Problems};

use crate::Webhooks;
use crate::permissions::CreateWebhook;
use crate::webhooks::{Issued, NewWebhook};

/// Makes a webhook. Its secret is in this answer and never again.
///
/// Events are sent from now on, or after the revision that `after` names: that of a snapshot, for one who begins with it.
#[utoipa::path(post, path = "/webhooks", operation_id = "create_webhook", tag = "signals", request_body = NewWebhook,
    responses((status = 201, body = Issued), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Json(body): Json<NewWebhook>,
) -> Result<Created<Issued>, Problem> {
    let made = webhooks.create_webhook(&caller.may(CreateWebhook {})?, body).await?;
    Ok(Created::new(format!("/api/v1/signals/webhooks/{}", made.webhook.id), made))
}
