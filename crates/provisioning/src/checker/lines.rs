//! What was read of a job, as lines: what was seen, whether that is well, what to do. Pure.

use std::borrow::Cow;
use std::time::Duration;

use graph::synchronization::{AppAssignment, EnterpriseApp, Quarantine, SyncExecution, SyncJob, SyncSecret};
use graph::{GraphError, Group};
use kernel::Timestamp;
use serde_json::Value;
use tenants::checklist::{Line, LineResult};

use super::mapping::{self, KINDS, Kind};
use super::{JobView, READERS, WRITER};

fn line(name: &'static str, result: LineResult, detail: impl Into<String>) -> Line {
    Line { name: Cow::Borrowed(name), result, detail: detail.into(), code: None, mend: None, duration_ms: 0 }
}

fn ok(name: &'static str, detail: impl Into<String>) -> Line {
    line(name, LineResult::Ok, detail)
}

fn warn(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Line {
    Line { mend: Some(mend.into()), ..line(name, LineResult::Warn, detail) }
}

fn fail(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Line {
    Line { mend: Some(mend.into()), ..line(name, LineResult::Fail, detail) }
}

fn skipped(name: &'static str, detail: impl Into<String>) -> Line {
    line(name, LineResult::Skipped, detail)
}

/// Graph did not answer as needed; `permission` is what it takes.
pub(super) fn failed(name: &'static str, error: &GraphError, permission: &str) -> Line {
    let code = error.raw_code();
    if error.is_forbidden() && !permission.is_empty() {
        let mend = format!(
            "give the tenant's application {permission} and have an administrator consent; the script below does it"
        );
        return Line { code, ..warn(name, format!("not looked at: {permission} is missing"), mend) };
    }
    let detail = error.refusal().map_or_else(|| error.to_string(), |refusal| refusal.message.clone());
    let mend = if error.try_again() { "try again in a minute" } else { "look at the tenant's connection test" };
    Line { code, ..fail(name, detail, mend) }
}

/// The connection has no tenant.
pub(super) fn unbound() -> Line {
    let detail = "the connection is bound to no connected tenant, so Microsoft Graph cannot be asked about the job";
    let mend = "connect the tenant and choose it in the connection's settings; what is pushed is taken all the same";
    Line { mend: Some(mend.to_owned()), ..skipped("tenant", detail) }
}

/// What the tenant's application may do with jobs.
pub(super) fn permissions(roles: &[String]) -> Vec<Line> {
    let has = |name: &str| roles.iter().any(|role| role == name);
    let mend = "give it to the tenant's application and have an administrator consent; the script below does it";
    vec![if has(WRITER) {
        ok("permission", format!("{WRITER} is granted: the job can be read, started and mended"))
    } else if has(READERS[1]) {
        warn("permission", format!("{} is granted: the job can be read, not started or mended", READERS[1]), mend)
    } else {
        warn("permission", format!("{WRITER} is missing: the job can be looked at and started in Entra only"), mend)
    }]
}

/// The application was found.
pub(super) fn application(app: &EnterpriseApp) -> Line {
    ok("application", format!("{} ({})", app.display_name.as_deref().unwrap_or("without a name"), app.id))
}

/// It was not.
pub(super) fn no_application(text: &str) -> Line {
    let mend = "enter its name, its application id or its object id, as Entra shows them under Enterprise applications > Properties";
    fail("application", format!("the tenant has no enterprise application {text:?}"), mend)
}

/// Several were.
pub(super) fn several_applications(text: &str, found: &[EnterpriseApp]) -> Line {
    let ids: Vec<_> = found.iter().map(|app| app.id.to_string()).collect();
    let detail = format!("several enterprise applications are named {text:?}: {}", ids.join(", "));
    fail("application", detail, "enter the object id of the one that pushes")
}

fn secret<'s>(secrets: &'s [SyncSecret], key: &str) -> Option<&'s SyncSecret> {
    secrets.iter().find(|secret| secret.key.eq_ignore_ascii_case(key))
}

fn value<'s>(secrets: &'s Result<Vec<SyncSecret>, GraphError>, key: &str) -> Option<&'s str> {
    secret(secrets.as_ref().ok()?, key)?.value.as_deref().filter(|value| !value.is_empty())
}

/// Where the application pushes to, and with what.
pub(super) fn target(secrets: &Result<Vec<SyncSecret>, GraphError>, base: &str) -> Vec<Line> {
    let list = match secrets {
        Ok(list) => list,
        Err(error) => return vec![failed("target", error, READERS[1])],
    };
    let mend =
        format!("in Entra, under Provisioning > Admin Credentials, enter {base} as tenant URL, then test and save");
    let address = match (secret(list, "BaseAddress"), value(secrets, "BaseAddress")) {
        (None, _) => fail("target", "no tenant URL is entered", mend),
        (Some(_), None) => skipped("target", "a tenant URL is entered; Graph does not show which"),
        (Some(_), Some(there)) if same_address(there, base) => ok("target", there),
        (Some(_), Some(there)) => fail("target", format!("it pushes to {there}, not to this server"), mend),
    };
    let has = |key: &str| secret(list, key).is_some();
    let key = if has("SecretToken") {
        ok("credential", "a secret token is entered")
    } else if has("Oauth2ClientId") || has("Oauth2ClientSecret") {
        ok("credential", "an OAuth client is entered")
    } else {
        let detail = "no secret token is entered: Entra sends tokens of its own, which are refused unless the settings allow them";
        warn("credential", detail, "make a key for this connection and enter it as secret token")
    };
    vec![address, key]
}

/// Scheme, host and path, without what follows: a flag, a slash, the version.
fn same_address(there: &str, base: &str) -> bool {
    let plain = |text: &str| {
        let text = text.split(['?', '#']).next().unwrap_or_default().trim().trim_end_matches('/').to_ascii_lowercase();
        text.strip_suffix("/v2").map_or(text.clone(), str::to_owned)
    };
    plain(there) == plain(base)
}

/// There is no job.
pub(super) fn no_job() -> Line {
    let mend = "in Entra, open the application's Provisioning, choose Automatic, enter tenant URL and secret token, test and save";
    fail("job", "the application has no provisioning job", mend)
}

/// How the job is: its status, its schedule, its last cycle.
pub(super) fn job(job: &SyncJob, now: Timestamp) -> Vec<Line> {
    let Some(status) = &job.status else { return vec![skipped("status", "Graph says nothing of the job's status")] };
    let state = job.schedule.as_ref().and_then(|schedule| schedule.state.as_deref()).unwrap_or_default();
    let code = status.code.as_deref().unwrap_or_default();
    let start = "start the job";
    let line = match (code, &status.quarantine) {
        (_, Some(quarantine)) => in_quarantine(quarantine, now),
        ("Quarantine", None) => fail("status", "the job is in quarantine", "restart the job once the cause is mended"),
        ("NotConfigured", _) => {
            fail("status", "the job is not configured yet", "enter tenant URL and secret token, test and save")
        }
        ("NotRun", _) if state == "Active" => ok("status", "the job is started; its first cycle has not run yet"),
        ("NotRun", _) => warn("status", "the job was never started", start),
        ("Paused", _) => warn("status", "the job is paused: nothing is pushed", start),
        _ if state == "Disabled" => {
            let detail = "the job is disabled, as Entra does after four weeks of quarantine";
            fail("status", detail, "mend the cause, then restart the job")
        }
        ("Active", _) => ok("status", "the job is active"),
        (other, _) => skipped("status", format!("the job's status is {other}, which is new here")),
    };
    let mut lines =
        vec![Line { code: line.code.or_else(|| Some(code.to_owned()).filter(|code| code != "Active")), ..line }];
    lines.extend(status.last_execution.as_ref().map(|last| last_cycle(last, now)));
    lines.extend(late(job, now));
    lines
}

fn in_quarantine(quarantine: &Quarantine, now: Timestamp) -> Line {
    let reason = quarantine.reason.as_deref().unwrap_or("Unknown");
    let since = quarantine.current_began.map_or_else(String::new, |at| format!(" for {}", span(now.since(at))));
    let (why, mend) = match reason {
        "EncounteredQuarantineException" => (
            "the server refused the credentials or answered what Entra cannot read",
            "look at What Entra saw; if calls were answered 401, enter a new key in Entra; then restart the job",
        ),
        "EncounteredBaseEscrowThreshold"
        | "EncounteredTotalEscrowThreshold"
        | "EncounteredEscrowProportionThreshold" => {
            ("too many objects fail", "look at What Entra saw for failed calls, mend their cause, then restart the job")
        }
        "TooManyDeletes" => (
            "more would be deleted or disabled than Entra's own limit allows",
            "look at who would go; if that is meant, restart the job and allow the deletions; else mend the assignments first",
        ),
        "IngestionInterrupted" => {
            ("Entra could not read its own directory", "restart the job; if it comes again, ask Microsoft")
        }
        "QuarantinedOnDemand" => ("somebody put it there", "ask who did, then restart the job"),
        _ => ("Entra gives no known reason", "restart the job once the cause is mended"),
    };
    let error = quarantine.error.as_ref();
    let said = error
        .and_then(|error| error.message.as_deref())
        .map_or_else(String::new, |text| format!(" Entra says: {text}"));
    let code = error
        .and_then(|error| error.code.as_deref())
        .map_or_else(|| reason.to_owned(), |code| format!("{reason}, {code}"));
    let detail =
        format!("the job is in quarantine{since}: {why}. It is tried once a day and disabled after four weeks.{said}");
    Line { code: Some(code), ..fail("status", detail, mend) }
}

fn last_cycle(last: &SyncExecution, now: Timestamp) -> Line {
    let when = last.time_ended.map_or_else(
        || "the last cycle has not ended".to_owned(),
        |at| format!("the last cycle ended {} ago", span(now.since(at))),
    );
    let counts =
        format!("{} in scope, {} written, {} failing", last.count_entitled, last.count_exported, last.count_escrowed);
    let error = last.error.as_ref();
    let code = error.and_then(|error| error.code.clone());
    match last.state.as_deref() {
        Some("Failed") => {
            let said = error.and_then(|error| error.message.as_deref()).unwrap_or("Entra does not say why");
            Line {
                code,
                ..fail("last_cycle", format!("{when} and failed: {said}"), "look at What Entra saw for the failed call")
            }
        }
        Some("EntryLevelErrors") => Line {
            code,
            ..warn(
                "last_cycle",
                format!("{when}: {counts}"),
                "look at What Entra saw for the failed calls; Entra tries them again",
            )
        },
        _ if last.count_escrowed > 0 => warn(
            "last_cycle",
            format!("{when}: {counts}"),
            "look at What Entra saw for the failed calls; Entra tries them again",
        ),
        _ => ok("last_cycle", format!("{when}: {counts}")),
    }
}

/// An active job that has not run for more than twice its interval.
fn late(job: &SyncJob, now: Timestamp) -> Option<Line> {
    let view = view(job);
    let interval = interval(job)?;
    let last = view.last_ended.or(view.last_began)?;
    let overdue = view.status == "Active" && now.since(last) > interval.saturating_mul(2) && view.last_ended.is_some();
    let detail = format!("no cycle for {}, though one is due every {}", span(now.since(last)), span(interval));
    overdue.then(|| warn("rhythm", detail, "Entra is late at times; if it lasts for hours, pause and start the job"))
}

/// `PT40M`, `PT1H30M`, `P1D`.
fn interval(job: &SyncJob) -> Option<Duration> {
    let text = job.schedule.as_ref()?.interval.as_deref()?.strip_prefix('P')?;
    let (mut seconds, mut number) = (0_u64, 0_u64);
    for letter in text.chars() {
        match (letter, letter.to_digit(10)) {
            (_, Some(digit)) => number = number.saturating_mul(10).saturating_add(digit.into()),
            ('T', _) => {}
            (unit, _) => {
                let size = match unit {
                    'D' => 86_400,
                    'H' => 3_600,
                    'M' => 60,
                    _ => 1,
                };
                seconds = seconds.saturating_add(number.saturating_mul(size));
                number = 0;
            }
        }
    }
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// A job as it is shown.
pub(super) fn view(job: &SyncJob) -> JobView {
    let status = job.status.as_ref();
    let last = status.and_then(|status| status.last_execution.as_ref());
    let quarantine = status.and_then(|status| status.quarantine.as_ref());
    let count = |kind: &str| {
        let counts = &status?.synchronized_entry_count_by_type;
        counts.iter().find(|count| count.key.starts_with(kind)).map(|count| count.value)
    };
    let active = job.schedule.as_ref().and_then(|schedule| schedule.state.as_deref()) == Some("Active");
    let next = last.and_then(|last| last.time_began).zip(interval(job)).map(|(at, every)| at.plus(every));
    JobView {
        id: job.id.clone(),
        status: status.and_then(|status| status.code.clone()).unwrap_or_default(),
        quarantine_reason: quarantine.and_then(|quarantine| quarantine.reason.clone()),
        quarantine_since: quarantine.and_then(|quarantine| quarantine.current_began),
        last_began: last.and_then(|last| last.time_began),
        last_ended: last.and_then(|last| last.time_ended),
        last_result: last.and_then(|last| last.state.clone()),
        next_expected: quarantine.and_then(|quarantine| quarantine.next_attempt).or(next).filter(|_| active),
        users: count("User"),
        groups: count("Group"),
        failing: last.map_or(0, |last| last.count_escrowed),
        steady: status.is_some_and(|status| status.steady_state_first_achieved_time.is_some()),
    }
}

/// What is mapped to what, users and groups.
pub(super) fn mappings(schema: &Value) -> Vec<Line> {
    KINDS.iter().flat_map(|kind| of_kind(schema, kind)).collect()
}

fn of_kind(schema: &Value, kind: &Kind) -> Vec<Line> {
    let name = if kind.source == "User" { "user_mapping" } else { "group_mapping" };
    let faults = mapping::faults(schema, kind);
    let lines = faults.into_iter().map(|fault| {
        if fault.serious { fail(name, fault.detail, fault.mend) } else { warn(name, fault.detail, fault.mend) }
    });
    let lines: Vec<Line> = lines.collect();
    if !lines.is_empty() {
        return lines;
    }
    let (count, missing) = mapping::summary(schema, kind);
    let filtered = mapping::object_mapping(schema, kind.source).is_some_and(|(_, mapping)| !mapping["scope"].is_null());
    let filter = if filtered { "; a scoping filter narrows who is in" } else { "" };
    let absent = if missing.is_empty() { String::new() } else { format!("; not mapped: {}", missing.join(", ")) };
    vec![ok(name, format!("{count} attributes of {} are mapped as needed{absent}{filter}", kind.word))]
}

/// Whether everybody is in scope, where Graph shows it.
pub(super) fn everybody(secrets: &Result<Vec<SyncSecret>, GraphError>) -> Option<bool> {
    value(secrets, "SyncAll").map(|value| value.eq_ignore_ascii_case("true"))
}

/// Who is in scope.
pub(super) fn scope(everybody: Option<bool>) -> Line {
    match everybody {
        Some(false) => ok("scope", "only assigned users and groups are provisioned"),
        Some(true) => {
            let detail = "every user and group of the tenant is provisioned";
            warn(
                "scope",
                detail,
                "in Entra, under Provisioning > Settings > Scope, choose Sync only assigned users and groups",
            )
        }
        None => skipped("scope", "Graph does not show whether only assigned users and groups are provisioned"),
    }
}

/// Whether an assignment is a group's.
pub(super) fn is_group(one: &AppAssignment) -> bool {
    one.principal_type.as_deref() == Some("Group")
}

/// Who is assigned.
pub(super) fn assignments(assigned: &[AppAssignment], most: usize) -> Line {
    let users = assigned.iter().filter(|one| one.principal_type.as_deref() == Some("User")).count();
    let groups = assigned.iter().filter(|one| is_group(one)).count();
    if users + groups == 0 {
        let mend = "in Entra, under Users and groups, assign those who are to be provisioned";
        return fail("assignments", "nobody is assigned to the application: nothing will be pushed", mend);
    }
    let more = if assigned.len() >= most { " and more" } else { "" };
    let word = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    ok("assignments", format!("{} and {}{more} are assigned", word(users, "user"), word(groups, "group")))
}

/// An assigned group and groups in it.
pub(super) fn holding(group: &AppAssignment, inner: &[Group]) -> String {
    let names: Vec<&str> = inner.iter().filter_map(|group| group.display_name.value().map(String::as_str)).collect();
    let name = group.principal_display_name.as_deref().unwrap_or("a group");
    if names.is_empty() { name.to_owned() } else { format!("{name} (holds {})", names.join(", ")) }
}

/// What assigned groups hold.
pub(super) fn nested(holding: &[String], groups: usize, most: usize) -> Line {
    let looked = if groups > most { format!(" of the first {most}") } else { String::new() };
    if holding.is_empty() {
        return ok("nested_groups", format!("no assigned group{looked} holds another group"));
    }
    let detail = format!("assigned groups hold groups, whose members Entra does not provision: {}", holding.join("; "));
    warn(
        "nested_groups",
        detail,
        "assign the inner groups too, or let the tenant also be read by Graph, which follows them",
    )
}

/// Entra's own guard against accidental deletions.
pub(super) fn accidental_deletion(secrets: &Result<Vec<SyncSecret>, GraphError>) -> Line {
    let name = "accidental_deletion";
    let mend = "in Entra, under Provisioning > Settings, tick Prevent accidental deletion and give a threshold";
    let list = match secrets {
        Ok(list) => list,
        Err(error) => return failed(name, error, READERS[1]),
    };
    let Some(kept) = secret(list, "SyncNotificationSettings") else {
        return warn(name, "Entra's guard against accidental deletions is off; this server's own limits hold", mend);
    };
    let Some(settings) = kept.value.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return skipped(name, "Graph does not show whether Entra's guard against accidental deletions is on");
    };
    // The settings are written by several hands: booleans and numbers stand there as text too.
    let text = |name: &str| match &settings[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    if !text("DeleteThresholdEnabled").eq_ignore_ascii_case("true") {
        return warn(name, "Entra's guard against accidental deletions is off; this server's own limits hold", mend);
    }
    let to = Some(text("Recipients")).filter(|to| !to.is_empty());
    let told = to.map_or_else(|| ", and tells nobody".to_owned(), |to| format!(", and tells {to}"));
    ok(name, format!("Entra stops at {} deletions in one cycle{told}", text("DeleteThresholdValue")))
}

/// `3 h`, `12 min`: the largest unit.
fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60)];
    let (name, size) = units.into_iter().find(|(_, size)| seconds >= *size).unwrap_or(("s", 1));
    format!("{} {name}", seconds / size)
}
