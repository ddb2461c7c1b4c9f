//! The verbs over HTTP, below `/api/v1/signals`.

mod create_webhook;
mod delete_webhook;
mod export_audit;
mod get_delivery;
mod get_webhook;
mod list_audit;
mod list_deliveries;
mod list_event_types;
mod list_events;
mod list_webhooks;
mod replay_events;
mod retry_dead_letters;
mod retry_delivery;
mod rotate_secret;
mod test_webhook;
mod update_webhook;
mod verify_audit;

use kernel::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::{Filter, Signals, Stream, Webhooks};

/// Every verb of the room.
pub fn routes(signals: Signals, webhooks: Webhooks) -> OpenApiRouter {
    log_routes(signals).merge(webhook_routes(webhooks))
}

fn webhook_routes(webhooks: Webhooks) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks::handler))
        .routes(routes!(create_webhook::handler))
        .routes(routes!(list_event_types::handler))
        .routes(routes!(get_webhook::handler))
        .routes(routes!(update_webhook::handler))
        .routes(routes!(delete_webhook::handler))
        .routes(routes!(rotate_secret::handler))
        .routes(routes!(test_webhook::handler))
        .routes(routes!(replay_events::handler))
        .routes(routes!(list_deliveries::handler))
        .routes(routes!(get_delivery::handler))
        .routes(routes!(retry_delivery::handler))
        .routes(routes!(retry_dead_letters::handler))
        .with_state(webhooks)
}

fn log_routes(signals: Signals) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_events::handler))
        .routes(routes!(list_audit::handler))
        .routes(routes!(export_audit::handler))
        .routes(routes!(verify_audit::handler))
        .with_state(signals)
}

/// Which entries of the audit trail; everything that is set must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// `change`: the directory's changes; `act`: everything else.
    stream: Option<Stream>,
    /// Only these event types; one that ends in `*` stands for all that begin so. May come several times, or once
    /// with commas.
    #[serde(default, rename = "type")]
    #[param(required = false, example = json!(["operators.*"]))]
    types: Vec<String>,
    /// Only what this operator, token or reason did, by name.
    actor: Option<String>,
    /// Only what happened to this object.
    object: Option<Uuid>,
    /// Only what this run, or other cause, made happen.
    cause: Option<Uuid>,
    /// Only from this moment on.
    from: Option<Timestamp>,
    /// Only before this moment.
    until: Option<Timestamp>,
}

impl From<AuditQuery> for Filter {
    fn from(query: AuditQuery) -> Self {
        Self {
            stream: query.stream,
            names: split(&query.types),
            name_prefix: None,
            actor: query.actor.filter(|actor| !actor.is_empty()),
            object: query.object,
            cause: query.cause,
            from: query.from,
            until: query.until,
        }
    }
}

/// Values that came one by one or with commas between them.
pub(crate) fn split(values: &[String]) -> Vec<String> {
    let parts = values.iter().flat_map(|value| value.split(','));
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
