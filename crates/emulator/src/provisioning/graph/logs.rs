//! `GET /auditLogs/provisioning`: what the jobs of the tenant did, youngest first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::provisioning::job::LOG_KEPT;

const READ: [&str; 2] = ["ProvisioningLog.Read.All", "AuditLog.Read.All"];

/// `GET /auditLogs/provisioning`.
pub async fn list(State(world): State<Arc<World>>, token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    token.require(&READ)?;
    let jobs = world.provisioning.all().into_iter().filter(|job| job.tenant_id == token.tenant.id);
    let mut lines: Vec<Value> = jobs.flat_map(|job| job.log(LOG_KEPT)).collect();
    // Each job's log is in order; several are merged by time.
    lines.sort_by(|one, other| other["activityDateTime"].as_str().cmp(&one["activityDateTime"].as_str()));
    asked.page("auditLogs/provisioning", lines)
}
