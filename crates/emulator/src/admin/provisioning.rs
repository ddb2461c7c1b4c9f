//! Enterprise applications with provisioning: made in one call, assigned, run, looked at, spoilt.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, tenant};
use crate::World;
use crate::provisioning::enterprise::{self, Filters, Oauth, Order, SetUpError};
use crate::provisioning::graph::status;
use crate::provisioning::job::{Execution, Schedule};
use crate::provisioning::mishap::Mishap;
use crate::provisioning::on_demand::{self, OnDemandError};
use crate::provisioning::{Job, cycle};

/// `POST tenants/{tenant}/provisioning`.
pub async fn create(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(order): Json<Order>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let tenant = tenant(&world, &name)?;
    let job = enterprise::set_up(&world, &tenant, &order).map_err(|error| match error {
        SetUpError::Nobody(_) => AdminError::NotFound(error.to_string()),
        SetUpError::Target(reason) => AdminError::Invalid(reason),
    })?;
    Ok((StatusCode::CREATED, Json(shown(&world, &job))))
}

/// `GET tenants/{tenant}/provisioning`.
pub async fn list(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<Json<Vec<Value>>, AdminError> {
    let id = tenant(&world, &name)?.id;
    let jobs = world.provisioning.all().into_iter().filter(|job| job.tenant_id == id);
    Ok(Json(jobs.map(|job| shown(&world, &job)).collect()))
}

/// How much of a job is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Detail {
    links: bool,
}

/// `GET provisioning/{job}?links=true`: with every partner when asked.
pub async fn read(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    Query(detail): Query<Detail>,
) -> Result<Json<Value>, AdminError> {
    let job = find(&world, &key)?;
    let mut found = shown(&world, &job);
    if detail.links {
        found["links"] = job.with(|state| json!(state.links));
    }
    Ok(Json(found))
}

/// `DELETE provisioning/{job}`: the job and its application.
pub async fn remove(State(world): State<Arc<World>>, Path(key): Path<String>) -> Result<StatusCode, AdminError> {
    enterprise::take_down(&world, &*find(&world, &key)?);
    Ok(StatusCode::NO_CONTENT)
}

/// What may change on a job.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Patch {
    target_url: Option<String>,
    token: Option<String>,
    oauth: Option<Oauth>,
    filters: Filters,
    behaviour: Option<Value>,
}

/// `PATCH provisioning/{job}`.
pub async fn update(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    Json(patch): Json<Patch>,
) -> Result<Json<Value>, AdminError> {
    let job = find(&world, &key)?;
    if let Some(behaviour) = &patch.behaviour {
        change_behaviour(&job, behaviour)?;
    }
    job.with(|state| {
        if let Some(url) = patch.target_url {
            state.secrets.insert("BaseAddress".to_owned(), url);
        }
        if patch.token.is_some() || patch.oauth.is_some() {
            state.set_proof(&patch.token.unwrap_or_default(), patch.oauth.as_ref());
        }
        state.set_filters(&patch.filters);
    });
    job.target(&world).map_err(AdminError::Invalid)?;
    Ok(Json(shown(&world, &job)))
}

fn change_behaviour(job: &Job, patch: &Value) -> Result<(), AdminError> {
    let patch = patch.as_object().ok_or_else(|| AdminError::Invalid("behaviour is an object".to_owned()))?;
    job.with(|state| {
        let mut all = serde_json::to_value(&state.behaviour).unwrap_or_default();
        for (name, value) in patch {
            all[name.as_str()] = value.clone();
        }
        state.behaviour = serde_json::from_value(all).map_err(|error| AdminError::Invalid(error.to_string()))?;
        Ok(())
    })
}

/// `POST provisioning/{job}/assignments`.
pub async fn assign(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    Json(who): Json<Vec<String>>,
) -> Result<Json<Vec<Uuid>>, AdminError> {
    let job = find(&world, &key)?;
    let tenant = tenant(&world, &job.tenant_id.to_string())?;
    let found = who.iter().map(|key| {
        enterprise::assign(&world, &tenant, job.principal_id, key)
            .ok_or_else(|| AdminError::NotFound(format!("person or group {key}")))
    });
    Ok(Json(found.collect::<Result<_, _>>()?))
}

/// `DELETE provisioning/{job}/assignments/{object}`.
pub async fn unassign(
    State(world): State<Arc<World>>,
    Path((key, who)): Path<(String, Uuid)>,
) -> Result<StatusCode, AdminError> {
    let job = find(&world, &key)?;
    let tenant = tenant(&world, &job.tenant_id.to_string())?;
    if enterprise::unassign(&tenant, job.principal_id, who) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(AdminError::NotFound(format!("assignment of {who}")))
}

/// `POST provisioning/{job}/test`: Test connection.
pub async fn test(State(world): State<Arc<World>>, Path(key): Path<String>) -> Result<Json<Value>, AdminError> {
    let target = find(&world, &key)?.target(&world).map_err(AdminError::Invalid)?;
    let outcome = target.probe(&world.guid().to_string()).await;
    Ok(Json(match outcome {
        Ok(()) => json!({ "ok": true }),
        Err(failure) => json!({ "ok": false, "code": failure.code, "detail": failure.detail }),
    }))
}

/// `POST provisioning/{job}/start`.
pub async fn start(State(world): State<Arc<World>>, Path(key): Path<String>) -> Result<StatusCode, AdminError> {
    find(&world, &key)?.with(|state| state.start(world.clock.now()));
    Ok(StatusCode::NO_CONTENT)
}

/// `POST provisioning/{job}/pause`.
pub async fn pause(State(world): State<Arc<World>>, Path(key): Path<String>) -> Result<StatusCode, AdminError> {
    find(&world, &key)?.with(|state| state.schedule = Schedule::Paused);
    Ok(StatusCode::NO_CONTENT)
}

/// Which flags a restart has.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Restart {
    reset: Vec<String>,
}

/// `POST provisioning/{job}/restart`: `{"reset": ["Full"]}`; the portal's flags when none is named.
pub async fn restart(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    order: Option<Json<Restart>>,
) -> Result<StatusCode, AdminError> {
    let named = order.map(|Json(order)| order.reset).unwrap_or_default();
    let mut flags: Vec<&str> = named.iter().map(String::as_str).collect();
    if flags.is_empty() {
        flags = vec!["Watermark", "Escrows", "QuarantineState"];
    }
    find(&world, &key)?.with(|state| state.restart(&flags, world.clock.now()));
    Ok(StatusCode::NO_CONTENT)
}

/// `POST provisioning/{job}/allow-deletions`: lets what the guard holds pass.
pub async fn allow_deletions(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
) -> Result<StatusCode, AdminError> {
    find(&world, &key)?.with(|state| state.allow_deletions(world.clock.now()));
    Ok(StatusCode::NO_CONTENT)
}

/// `POST provisioning/{job}/cycle`: one cycle now, whatever the clock says; answers when it is over.
pub async fn run_cycle(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
) -> Result<Json<Execution>, AdminError> {
    let job = find(&world, &key)?;
    Ok(Json(cycle::run(&world, &job).await.map_err(AdminError::Invalid)?))
}

/// Whom to provision on demand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// A person or group: object id or principal name.
    object: String,
    /// At most five members, when it is a group.
    #[serde(default)]
    members: Vec<String>,
}

/// `POST provisioning/{job}/on-demand`: answers the lines of the log.
pub async fn on_demand(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    Json(demand): Json<Demand>,
) -> Result<Json<Vec<Value>>, AdminError> {
    let job = find(&world, &key)?;
    let tenant = tenant(&world, &job.tenant_id.to_string())?;
    let id = |key: &String| {
        let found = Uuid::parse_str(key).ok().or_else(|| enterprise::named(&tenant, key).map(|found| found.0));
        found.ok_or_else(|| AdminError::NotFound(format!("person or group {key}")))
    };
    let members = demand.members.iter().map(id).collect::<Result<Vec<Uuid>, _>>()?;
    let lines = on_demand::provision(&world, &job, id(&demand.object)?, &members).await;
    Ok(Json(lines.map_err(|error| match error {
        OnDemandError::NotFound(id) => AdminError::NotFound(format!("person or group {id}")),
        other => AdminError::Invalid(other.to_string()),
    })?))
}

/// How many lines.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Window {
    limit: Option<usize>,
}

/// `GET provisioning/{job}/log?limit=`: youngest first.
pub async fn log(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    Query(window): Query<Window>,
) -> Result<Json<Vec<Value>>, AdminError> {
    Ok(Json(find(&world, &key)?.log(window.limit.unwrap_or(100))))
}

/// `GET provisioning/{job}/mishaps`.
pub async fn list_mishaps(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
) -> Result<Json<Vec<Mishap>>, AdminError> {
    Ok(Json(find(&world, &key)?.mishaps.list()))
}

/// `POST provisioning/{job}/mishaps`.
pub async fn add_mishap(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    Json(mishap): Json<Mishap>,
) -> Result<StatusCode, AdminError> {
    find(&world, &key)?.mishaps.add(mishap);
    Ok(StatusCode::CREATED)
}

/// `DELETE provisioning/{job}/mishaps`.
pub async fn clear_mishaps(State(world): State<Arc<World>>, Path(key): Path<String>) -> Result<StatusCode, AdminError> {
    find(&world, &key)?.mishaps.clear();
    Ok(StatusCode::NO_CONTENT)
}

/// The job of that id, or of that application's object id.
pub(super) fn find(world: &World, key: &str) -> Result<Arc<Job>, AdminError> {
    let by_principal = Uuid::parse_str(key).ok().and_then(|id| world.provisioning.of(id).into_iter().next());
    let found = by_principal.or_else(|| world.provisioning.all().into_iter().find(|job| job.id == key));
    found.ok_or_else(|| AdminError::NotFound(format!("provisioning job {key}")))
}

fn shown(world: &World, job: &Job) -> Value {
    let assigned: Vec<Uuid> = world.tenant_by_id(job.tenant_id).map_or_else(Vec::new, |tenant| {
        let apps = tenant.apps();
        let own = apps.assignments.iter().filter(|known| known.resource_id == job.principal_id);
        own.map(|known| known.principal_id).collect()
    });
    job.with(|state| {
        json!({
            "job_id": job.id, "service_principal_id": job.principal_id, "tenant_id": job.tenant_id,
            "target_url": state.secrets.get("BaseAddress"), "schedule": state.schedule, "status": status::code(state),
            "due": state.due, "assigned": assigned, "behaviour": state.behaviour,
            "link_count": state.links.len(), "escrows": state.escrows, "held": state.held, "quarantine": state.quarantine,
            "last_cycle": state.history.last, "initial_cycle_done": state.watermark.is_some(),
        })
    })
}
