//! The verbs over HTTP, below `/api/v1/signals`.

mod export_audit;
mod list_audit;
mod list_events;
mod verify_audit;

use kernel::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::{Filter, Signals, Stream};

/// Every verb of the room.
pub fn routes(signals: Signals) -> OpenApiRouter {
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
