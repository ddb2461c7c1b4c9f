//! `POST /api/v1/signals/webhooks/{webhook_id}/replay`: send events again.

use axum::extract::State;
use kernel::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ManageWebhook;
use crate::webhooks::model::WebhookId;
use crate::webhooks::{ReplayFrom, WebhookView};
use crate::{Revision, Webhooks};

/// What the caller sends: one of the three.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplayEvents)]
pub struct Request {
    /// From this revision of the log on, itself included.
    #[serde(default)]
    #[schema(minimum = 0)]
    from_revision: Option<Revision>,
    /// From this moment on.
    #[serde(default)]
    from: Option<Timestamp>,
    /// This one event, and no other.
    #[serde(default)]
    #[schema(minimum = 1)]
    revision: Option<Revision>,
}

impl Request {
    fn wish(&self) -> Result<ReplayFrom, Problem> {
        match (self.from_revision, self.from, self.revision) {
            (Some(revision), None, None) => Ok(ReplayFrom::Revision(revision)),
            (None, Some(from), None) => Ok(ReplayFrom::Time(from)),
            (None, None, Some(revision)) => Ok(ReplayFrom::Only(revision)),
            _ => Err(Problem::invalid("signals.invalid", "give one of from_revision, from and revision")),
        }
    }
}

/// Sends the log again from a revision or a moment on, or one event alone.
///
/// From a revision or a moment on: the webhook's place in the log is put there, back or forth, and what waits or was given
/// up from there on is forgotten, since it comes again. Events keep their `webhook-id`.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/replay", operation_id = "replay_events", tag = "signals",
    params(("webhook_id" = WebhookId, Path, description = "Which webhook.")), request_body = Request,
    responses((status = 200, body = WebhookView), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
    Json(body): Json<Request>,
) -> Result<Json<WebhookView>, Problem> {
    Ok(Json(webhooks.replay(&caller.may(ManageWebhook { webhook })?, body.wish()?).await?))
}
