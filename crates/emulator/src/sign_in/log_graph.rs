//! `/auditLogs/signIns`: the sign-in log as Graph tells it. Needs a P1 licence.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;

use super::log::shown;
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::world::License;

const SET: &str = "auditLogs/signIns";
/// A page holds this many.
const PAGE: usize = 1_000;

/// The routes below `/v1.0` and `/beta`.
pub fn routes() -> Router<Arc<World>> {
    Router::new().route("/auditLogs/signIns", get(list)).route("/auditLogs/signIns/{id}", get(read))
}

fn may(token: &AppToken) -> Result<(), GraphError> {
    if !token.allowed(&["AuditLog.Read.All"]) {
        let text = "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API. For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview.";
        return Err(GraphError::new(StatusCode::FORBIDDEN, "Authentication_MSGraphPermissionMissing", text));
    }
    if token.tenant.license() == License::Free {
        let text = "Neither tenant is B2C or tenant doesn't have premium license";
        return Err(GraphError::new(
            StatusCode::FORBIDDEN,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            text,
        ));
    }
    Ok(())
}

async fn list(State(world): State<Arc<World>>, token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    may(&token)?;
    let beta = asked.version == "beta";
    let entries = world.sign_ins.memory().log.of(token.tenant.id).map(|entry| shown(entry, beta)).collect();
    asked.page_of(SET, entries, PAGE, &["createdDateTime"])
}

async fn read(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, GraphError> {
    may(&token)?;
    let beta = asked.version == "beta";
    let found = world
        .sign_ins
        .memory()
        .log
        .of(token.tenant.id)
        .find(|entry| entry.id.to_string() == id)
        .map(|entry| shown(entry, beta));
    asked.entity(SET, found.ok_or_else(|| GraphError::not_found(&id))?)
}
