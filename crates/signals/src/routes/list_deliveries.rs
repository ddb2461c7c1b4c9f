//! `GET /api/v1/signals/webhooks/{webhook_id}/deliveries`: what was sent.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use crate::permissions::ReadWebhooks;
use crate::webhooks::model::WebhookId;
use crate::webhooks::{DeliveryFilter, DeliveryState, DeliveryView};
use crate::{Revision, Webhooks};

/// Which; everything that is set must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// In this state. `dead` are the dead letters.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// Only this event; one that ends in `*` stands for all that begin so.
    #[serde(rename = "type")]
    #[param(example = "user.*")]
    event: Option<String>,
    /// Only about this object.
    object: Option<Uuid>,
    /// Only of this entry of the log.
    revision: Option<Revision>,
    /// Only about objects whose name holds this.
    q: Option<String>,
}

/// Lists what was sent or is to be sent to a webhook, the newest first.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries", operation_id = "list_deliveries", tag = "signals",
    params(("webhook_id" = WebhookId, Path, description = "Which webhook."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<DeliveryView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(id): Path<WebhookId>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<DeliveryView>, Problem> {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let filter = DeliveryFilter {
        state: wanted.state,
        event: filled(wanted.event),
        object: wanted.object,
        revision: wanted.revision,
        text: filled(wanted.q),
    };
    Ok(webhooks.list_deliveries(&caller.may(ReadWebhooks {})?, id, &filter, &page.request()).await?.into())
}
