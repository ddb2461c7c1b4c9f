//! `…/synchronization/jobs`: made, read, started, paused, restarted, and provisioning on demand.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{READ, WRITE, job, principal, refused, status};
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::provisioning::job::Schedule;
use crate::provisioning::on_demand::{self, OnDemandError};

const SET: &str = "servicePrincipals('')/synchronization/jobs";
/// The templates of SCIM applications that are not in the gallery.
const TEMPLATES: [&str; 2] = ["scim", "customappsso"];

/// `GET …/synchronization`.
pub async fn read_all(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
) -> Result<Response, GraphError> {
    let id = principal(&world, &token, &key, &READ)?;
    let jobs: Vec<Value> = world.provisioning.of(id).iter().map(|job| status::job(job)).collect();
    asked.entity("servicePrincipals('')/synchronization", json!({ "id": id, "secrets": [], "jobs": jobs }))
}

/// `GET …/templates`.
pub async fn list_templates(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
) -> Result<Response, GraphError> {
    let id = principal(&world, &token, &key, &READ)?;
    let shown = TEMPLATES
        .iter()
        .map(|name| json!({ "id": name, "applicationId": id, "default": *name == "scim", "factoryTag": name }));
    asked.page("servicePrincipals('')/synchronization/templates", shown.collect())
}

/// `GET …/jobs`.
pub async fn list(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
) -> Result<Response, GraphError> {
    let id = principal(&world, &token, &key, &READ)?;
    asked.page(SET, world.provisioning.of(id).iter().map(|job| status::job(job)).collect())
}

/// `POST …/jobs`.
pub async fn create(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> Result<Response, GraphError> {
    let id = principal(&world, &token, &key, &WRITE)?;
    let template = body["templateId"].as_str().unwrap_or_default();
    if !TEMPLATES.contains(&template) {
        return Err(refused(format!("Template '{template}' is not known.")));
    }
    let now = world.clock.now();
    let job = world.provisioning.create(token.tenant.id, id, template, world.guid(), now);
    asked.created(SET, status::job(&job))
}

/// `GET …/jobs/{job}`.
pub async fn read(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(path): Path<(String, String)>,
) -> Result<Response, GraphError> {
    asked.entity(SET, status::job(&*job(&world, &token, &path, &READ)?))
}

/// `DELETE …/jobs/{job}`.
pub async fn remove(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, GraphError> {
    let job = job(&world, &token, &path, &WRITE)?;
    job.with(|state| state.schedule = Schedule::Paused);
    world.provisioning.remove(&job.id);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/jobs/{job}/start`.
pub async fn start(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, GraphError> {
    let job = job(&world, &token, &path, &WRITE)?;
    job.target(&world).map_err(refused)?;
    job.with(|state| state.start(world.clock.now()));
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/jobs/{job}/pause`.
pub async fn pause(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, GraphError> {
    job(&world, &token, &path, &WRITE)?.with(|state| state.schedule = Schedule::Paused);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/jobs/{job}/restart`; without criteria as the portal's button: watermark, escrows and quarantine.
pub async fn restart(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(path): Path<(String, String)>,
    body: Option<Json<Value>>,
) -> Result<StatusCode, GraphError> {
    let job = job(&world, &token, &path, &WRITE)?;
    let body = body.map(|Json(body)| body).unwrap_or_default();
    let scope = body["criteria"]["resetScope"].as_str().unwrap_or("Watermark, Escrows, QuarantineState");
    let flags: Vec<&str> = scope.split(',').map(str::trim).collect();
    if let Some(unknown) = flags.iter().find(|flag| !FLAGS.contains(flag)) {
        return Err(refused(format!("'{unknown}' is not a value of resetScope.")));
    }
    job.target(&world).map_err(refused)?;
    job.with(|state| state.restart(&flags, world.clock.now()));
    Ok(StatusCode::NO_CONTENT)
}

/// The flags of `resetScope`.
const FLAGS: [&str; 7] =
    ["None", "ConnectorDataStore", "Escrows", "Watermark", "QuarantineState", "Full", "ForceDeletes"];

/// `POST …/jobs/{job}/provisionOnDemand`: `key` and `value` are JSON in text.
pub async fn provision_on_demand(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(path): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Result<Response, GraphError> {
    let job = job(&world, &token, &path, &WRITE)?;
    let subject = &body["parameters"][0]["subjects"][0];
    let id = |value: &Value| value["objectId"].as_str().and_then(|text| Uuid::parse_str(text).ok());
    let object = id(subject).ok_or_else(|| refused("A subject needs an objectId."))?;
    let members = subject["links"]["members"].as_array().cloned().unwrap_or_default();
    let members: Vec<Uuid> = members.iter().filter_map(id).collect();
    let lines = on_demand::provision(&world, &job, object, &members).await.map_err(|error| match error {
        OnDemandError::NotFound(id) => GraphError::not_found(&id.to_string()),
        other => refused(other.to_string()),
    })?;
    let main = lines.iter().find(|line| line["sourceIdentity"]["id"] == json!(object)).cloned().unwrap_or_default();
    let failed = lines.iter().find(|line| line["provisioningStatusInfo"]["status"] == "failure");
    let key = json!({
        "result": failed.map_or(&main, |line| line)["provisioningStatusInfo"]["status"],
        "action": main["provisioningAction"],
        "error": failed.map(|line| &line["provisioningStatusInfo"]["errorInformation"]),
    });
    let value = json!({
        "provisioningSteps": main["provisioningSteps"], "modifiedProperties": main["modifiedProperties"],
        "sourceIdentity": main["sourceIdentity"], "targetIdentity": main["targetIdentity"],
    });
    asked.entity(
        "microsoft.graph.stringKeyStringValuePair",
        json!({ "key": key.to_string(), "value": value.to_string() }),
    )
}
