//! The section on provisioning: every job as it stands, and what can be done with it by hand.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::actions::{Fields, field};
use super::minute;
use crate::World;
use crate::admin::AdminError;
use crate::admin::provisioning::find;
use crate::provisioning::graph::status;
use crate::provisioning::job::{Counts, Ended, Execution, Schedule, State};
use crate::provisioning::{Job, cycle, enterprise, on_demand};
use crate::world::Tenant;

/// How long a form waits for a cycle before it says that it goes on by itself.
const PATIENCE: Duration = Duration::from_secs(3);

/// One job.
pub struct JobRow {
    pub id: String,
    pub name: String,
    pub target: String,
    pub status: &'static str,
    pub class: &'static str,
    pub at_work: bool,
    pub active: bool,
    pub due: Option<String>,
    pub partners: usize,
    pub failing: usize,
    pub held: usize,
    pub quarantine: Option<String>,
    pub last: Option<CycleRow>,
}

/// Its last cycle.
pub struct CycleRow {
    pub kind: &'static str,
    pub at: String,
    pub class: &'static str,
    pub ended: String,
    pub counts: String,
}

/// The jobs of a tenant.
pub fn job_rows(world: &World, tenant: &Tenant) -> Vec<JobRow> {
    let own = world.provisioning.all().into_iter().filter(|job| job.tenant_id == tenant.id);
    own.map(|job| job_row(tenant, &job)).collect()
}

fn job_row(tenant: &Tenant, job: &Job) -> JobRow {
    let name = tenant.apps().service_principals.get(&job.principal_id).map(|it| it.display_name.clone());
    let at_work = job.is_at_work();
    job.with(|state| {
        let status = status::code(state);
        JobRow {
            id: job.id.clone(),
            name: name.unwrap_or_default(),
            target: state.secrets.get("BaseAddress").cloned().unwrap_or_default(),
            status,
            class: match status {
                "Active" => "good",
                "Quarantine" => "bad",
                _ => "warn",
            },
            at_work,
            active: state.schedule == Schedule::Active,
            due: due(state),
            partners: state.links.len(),
            failing: state.escrows.len(),
            held: state.held.len(),
            quarantine: state.quarantine.as_ref().map(|it| format!("{}: {}", it.reason, it.error.message)),
            last: state.history.last.as_ref().map(cycle_row),
        }
    })
}

fn due(state: &State) -> Option<String> {
    state.due.filter(|_| state.schedule == Schedule::Active).map(|due| minute(&due.to_string()))
}

fn cycle_row(cycle: &Execution) -> CycleRow {
    let (class, ended) = match (&cycle.state, &cycle.error) {
        (Ended::Succeeded, _) => ("good", "succeeded".to_owned()),
        (Ended::EntryLevelErrors, _) => ("warn", "some objects failed".to_owned()),
        (Ended::Failed, Some(error)) => ("bad", format!("{}: {}", error.code, error.message)),
        (Ended::Failed, None) => ("bad", "failed".to_owned()),
    };
    CycleRow {
        kind: if cycle.initial { "Initial" } else { "Incremental" },
        at: minute(&cycle.ended.to_string()),
        class,
        ended,
        counts: counts(&cycle.counts),
    }
}

/// What a cycle did, without what it did not.
fn counts(counts: &Counts) -> String {
    let all = [
        ("looked at", counts.imported),
        ("created", counts.created),
        ("changed", counts.updated),
        ("disabled", counts.disabled),
        ("deleted", counts.deleted),
        ("members added", counts.members_added),
        ("members removed", counts.members_removed),
        ("failed", counts.failed),
        ("held", counts.held),
    ];
    let said: Vec<String> =
        all.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    if said.is_empty() { "nothing to do".to_owned() } else { said.join(", ") }
}

/// What a form asks for: `cycle`, `demand`, `start`, `pause`, `restart`, `allow`.
pub async fn act(world: &Arc<World>, what: &str, fields: &Fields) -> Result<String, AdminError> {
    let job = find(world, field(fields, "job"))?;
    let now = world.clock.now();
    let said = match what {
        "cycle" => return run_cycle(world.clone(), job).await,
        "demand" => return demand(world, &job, field(fields, "object")).await,
        "start" => {
            job.with(|state| state.start(now));
            "The job is started: its next cycle is due."
        }
        "pause" => {
            job.with(|state| state.schedule = Schedule::Paused);
            "The job is paused."
        }
        "restart" => {
            job.with(|state| state.restart(&["Watermark", "Escrows", "QuarantineState"], now));
            "The job begins again: an initial cycle is due."
        }
        "allow" => {
            job.with(|state| state.allow_deletions(now));
            "The next cycle may delete what was held."
        }
        other => return Err(AdminError::NotFound(format!("action {other}"))),
    };
    Ok(said.to_owned())
}

async fn run_cycle(world: Arc<World>, job: Arc<Job>) -> Result<String, AdminError> {
    let work = tokio::spawn(async move { cycle::run(&world, &job).await });
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(Ok(done))) => {
            let row = cycle_row(&done);
            Ok(format!("{} cycle, {}: {}.", row.kind, row.ended, row.counts))
        }
        Ok(Ok(Err(reason))) => Err(AdminError::Invalid(reason)),
        Ok(Err(_)) => Err(AdminError::Invalid("the cycle broke off".to_owned())),
        Err(_) => Ok("A cycle is at work; reload to see how it ended.".to_owned()),
    }
}

async fn demand(world: &World, job: &Job, key: &str) -> Result<String, AdminError> {
    let nobody = || AdminError::NotFound(format!("person or group {key}"));
    let tenant = world.tenant_by_id(job.tenant_id).ok_or_else(nobody)?;
    let (id, _) = enterprise::named(&tenant, key.trim()).ok_or_else(nobody)?;
    let lines = on_demand::provision(world, job, id, &[]).await;
    let lines = lines.map_err(|error| AdminError::Invalid(error.to_string()))?;
    let Some(line) = lines.first() else { return Ok("There was nothing to do.".to_owned()) };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let info = &line["provisioningStatusInfo"];
    let reason = text(&info["errorInformation"]["reason"]);
    let colon = if reason.is_empty() { "" } else { ": " };
    Ok(format!(
        "{}: {}, {}{colon}{reason}.",
        text(&line["sourceIdentity"]["displayName"]),
        text(&line["provisioningAction"]),
        text(&info["status"])
    ))
}
