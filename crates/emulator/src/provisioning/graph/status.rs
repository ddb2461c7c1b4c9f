//! How Graph shows a job: schedule, status, quarantine, counts (`synchronizationJob` of the v1.0 metadata).

use kernel::Timestamp;
use serde_json::{Value, json};

use crate::directory::Kind;
use crate::provisioning::Job;
use crate::provisioning::job::{Execution, ExecutionError, Schedule, State};
use crate::provisioning::quarantine::Quarantine;

/// A job.
pub fn job(job: &Job) -> Value {
    job.with(|state| {
        json!({
            "id": job.id, "templateId": state.template,
            "schedule": {
                "expiration": null, "interval": duration(state.behaviour.interval_seconds), "state": state.schedule,
            },
            "status": status(state), "synchronizationJobSettings": settings(state),
        })
    })
}

fn status(state: &State) -> Value {
    let history = &state.history;
    json!({
        "code": code(state), "countSuccessiveCompleteFailures": history.failures_in_row,
        "escrowsPruned": state.escrows_pruned,
        "lastExecution": history.last.as_ref().map(|last| execution(last, state)),
        "lastSuccessfulExecution": history.last_success.as_ref().map(|last| execution(last, state)),
        "lastSuccessfulExecutionWithExports": history.last_export.as_ref().map(|last| execution(last, state)),
        "progress": [], "quarantine": state.quarantine.as_ref().map(quarantine),
        "steadyStateFirstAchievedTime": history.steady_first.unwrap_or_else(never),
        "steadyStateLastAchievedTime": history.steady_last.unwrap_or_else(never),
        "synchronizedEntryCountByType": [
            { "key": "User to User", "value": count(state, Kind::User) },
            { "key": "Group to Group", "value": count(state, Kind::Group) },
        ],
        "troubleshootingUrl": null,
    })
}

/// Graph's `synchronizationStatusCode`.
pub fn code(state: &State) -> &'static str {
    match state.schedule {
        _ if !state.secrets.contains_key("BaseAddress") => "NotConfigured",
        _ if state.quarantine.is_some() => "Quarantine",
        Schedule::Disabled | Schedule::Active if state.history.last.is_none() => "NotRun",
        Schedule::Paused | Schedule::Disabled => "Paused",
        Schedule::Active => "Active",
    }
}

fn count(state: &State, kind: Kind) -> usize {
    state.links.values().filter(|link| link.kind == kind).count()
}

fn execution(execution: &Execution, state: &State) -> Value {
    let counts = &execution.counts;
    json!({
        "activityIdentifier": execution.id, "state": execution.state,
        "timeBegan": execution.began, "timeEnded": execution.ended,
        "countEntitled": counts.entitled, "countEntitledForProvisioning": counts.entitled,
        "countEscrowed": state.escrows.len(), "countEscrowedRaw": state.escrows.len(),
        "countExported": counts.exported(), "countExports": counts.exported(),
        "countImported": counts.imported, "countImportedDeltas": if execution.initial { 0 } else { counts.imported },
        "countImportedReferenceDeltas": counts.members_added + counts.members_removed,
        "error": execution.error.as_ref().map(error),
    })
}

fn quarantine(quarantine: &Quarantine) -> Value {
    json!({
        "reason": quarantine.reason, "currentBegan": quarantine.began, "nextAttempt": quarantine.next_attempt,
        "seriesBegan": quarantine.series_began, "seriesCount": quarantine.series_count,
        "error": error(&quarantine.error),
    })
}

fn error(error: &ExecutionError) -> Value {
    json!({ "code": error.code, "message": error.message, "tenantActionable": true })
}

fn settings(state: &State) -> Value {
    let behaviour = &state.behaviour;
    json!([
        { "name": "AzureIngestionAttributeOptimization", "value": "False" },
        { "name": "ObjectDeletionsThreshold", "value": behaviour.deletion_threshold.to_string() },
        { "name": "ObjectDeletionsThresholdEnabled", "value": if behaviour.deletion_guard { "True" } else { "False" } },
        { "name": "SkipOutOfScopeDeletions", "value": if behaviour.skip_out_of_scope_deletions { "True" } else { "False" } },
    ])
}

/// Graph's word for "never": the first moment of the calendar.
fn never() -> Timestamp {
    Timestamp::from_seconds(-62_135_596_800)
}

/// Whole minutes or seconds as an ISO 8601 duration.
fn duration(seconds: u64) -> String {
    if seconds.is_multiple_of(60) { format!("PT{}M", seconds / 60) } else { format!("PT{seconds}S") }
}
