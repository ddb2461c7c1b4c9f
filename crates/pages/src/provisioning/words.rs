//! The records of the room in words.

use kernel::Timestamp;
use provisioning::checker::job::OnDemandResult;
use provisioning::checker::mapping::{KINDS, Need};
use provisioning::checker::{JobCheck, JobView as Job};
use provisioning::conclusion::Mood;
use provisioning::cycles::Cycle;
use provisioning::guard::LossKind;
use provisioning::holds::{HeldState, HeldView, HoldView as Hold};
use provisioning::journal::{CallView as Call, DialectView};
use provisioning::operation::Operation;
use provisioning::{ConnectionState, ConnectionView as Connection, KeyView};

use super::calls::CallRow;
use super::connection::{ConnectionView, CycleView, KeyRow, MappingRow};
use super::hold::{HeldRow, HoldView};
use super::holds::{HoldRow, HoldState};
use super::job::{JobView, OnDemandView};
use crate::chart::{Bars, Bucket, Series};
use crate::format;
use crate::parts::Tone;
use crate::render::sentence;

/// What calls are about, in words.
pub const OPERATIONS: [(Operation, &str); 23] = [
    (Operation::TestConnection, "Connection tested"),
    (Operation::MatchUser, "Person looked for"),
    (Operation::MatchGroup, "Group looked for"),
    (Operation::CheckReference, "Reference checked"),
    (Operation::ListUsers, "People listed"),
    (Operation::ListGroups, "Groups listed"),
    (Operation::ReadUser, "Person read"),
    (Operation::ReadGroup, "Group read"),
    (Operation::CreateUser, "Create a person"),
    (Operation::UpdateUser, "Change a person"),
    (Operation::DisableUser, "Disable a person"),
    (Operation::EnableUser, "Enable a person"),
    (Operation::DeleteUser, "Delete a person"),
    (Operation::CreateGroup, "Create a group"),
    (Operation::UpdateGroup, "Change a group"),
    (Operation::AddMember, "Add members"),
    (Operation::RemoveMember, "Remove members"),
    (Operation::ChangeMembers, "Change members"),
    (Operation::DeleteGroup, "Delete a group"),
    (Operation::Bulk, "Many in one"),
    (Operation::Discover, "Schemas read"),
    (Operation::IssueToken, "Access token asked for"),
    (Operation::Unknown, "Something unknown"),
];

/// What a call is about.
pub fn operation(operation: Operation) -> &'static str {
    OPERATIONS.iter().find(|(other, _)| *other == operation).map_or("Something unknown", |(_, words)| words)
}

/// Who speaks how.
pub fn dialect(word: &str) -> String {
    match word {
        "entra_default" => "Entra, as usual".to_owned(),
        "entra_compliant" => "Entra, standard".to_owned(),
        "okta" => "Okta".to_owned(),
        "other" | "standard" => "Standard SCIM".to_owned(),
        other => sentence(&other.replace('_', " ")).trim_end_matches('.').to_owned(),
    }
}

const fn tone(mood: Mood) -> Tone {
    match mood {
        Mood::Good => Tone::Ok,
        Mood::Waiting => Tone::Warn,
        Mood::Trouble | Mood::Grave => Tone::Bad,
    }
}

/// A call as a line of the list.
pub fn call(call: &Call, connection: &str) -> CallRow {
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", readable(&call.query)) };
    let conclusion = &call.conclusion;
    let code = conclusion.log_code.map(str::to_owned).or_else(|| call.scim_type.clone()).unwrap_or_default();
    CallRow {
        id: call.id.to_string(),
        at: call.at,
        connection: connection.to_owned(),
        operation: operation(call.operation).to_owned(),
        object: call.resource_name.clone().unwrap_or_default(),
        method: call.method.clone(),
        path: format!("{}{query}", call.path),
        status: call.status.into(),
        code,
        conclusion: sentence(&conclusion.sentence),
        tone: tone(conclusion.mood),
        micros: call.micros,
        dialect: call.dialect.as_deref().map(dialect).unwrap_or_default(),
        address: call.address.clone().unwrap_or_default(),
    }
}

/// A query part as people read it.
fn readable(query: &str) -> String {
    let spaced = query.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .map_or_else(|_| query.to_owned(), std::borrow::Cow::into_owned)
}

/// What a person does about an answer; empty where there is nothing to do.
pub fn mend(call: &Call) -> &'static str {
    match (call.status, call.conclusion.mood) {
        (401 | 403, _) => "Make a key, enter it in Entra as secret token, and restart the job.",
        (409, _) => {
            "Somebody else has this name: look for them under People or User groups, or change the name in Entra."
        }
        (404, Mood::Grave) => "Check the tenant URL in Entra: it must be the one on the connection’s page.",
        (404, Mood::Trouble) => "Restart the job, so that Entra looks for its partner anew.",
        (_, Mood::Trouble | Mood::Grave) => {
            "Read the detail, mend the attribute in Entra, and provision this one on demand."
        }
        _ => "",
    }
}

/// A connection's record as its page shows it.
pub fn connection(
    connection: &Connection,
    tenants: &[(String, String)],
    keys: &[KeyView],
    held_count: u64,
) -> ConnectionView {
    let tenant = connection.tenant_id.map(|id| id.to_string()).unwrap_or_default();
    let name = tenants.iter().find(|(id, _)| *id == tenant).map(|(_, name)| name.clone());
    let working: Vec<_> = keys.iter().filter(|key| key.works).collect();
    let endless = working.iter().any(|key| key.expires_at.is_none());
    ConnectionView {
        id: connection.id.to_string(),
        name: connection.name.clone(),
        tenant_href: if tenant.is_empty() { String::new() } else { format!("/tenants/{tenant}") },
        tenant: name.unwrap_or(tenant),
        paused: connection.state == ConnectionState::Paused,
        url: connection.base_url.clone(),
        user_count: connection.user_count,
        group_count: connection.group_count,
        last_call: connection.last_call_at,
        created: connection.created_at,
        has_key: !working.is_empty() || connection.settings.entra_tokens.is_some(),
        key_ends: if endless { None } else { working.iter().filter_map(|key| key.expires_at).max() },
        held_count,
    }
}

/// A key as a line.
pub fn key(key: &KeyView) -> KeyRow {
    KeyRow {
        id: key.id.to_string(),
        key: key.key.clone(),
        label: key.label.clone(),
        works: key.works,
        revoked: key.revoked_at.is_some(),
        made: key.created_at,
        expires: key.expires_at,
        last_used: key.last_used_at,
        last_address: key.last_address.clone().unwrap_or_default(),
        addresses: key.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// What was changed in a cycle.
fn changes(cycle: &Cycle) -> u64 {
    let users =
        cycle.users_created + cycle.users_updated + cycle.users_enabled + cycle.users_disabled + cycle.users_deleted;
    users
        + cycle.groups_created
        + cycle.groups_updated
        + cycle.groups_deleted
        + cycle.members_added
        + cycle.members_removed
}

/// A cycle in one line.
pub fn cycle_words(cycle: &Cycle) -> String {
    let failed = if cycle.failures > 0 { format!(", {} failed", format::count(cycle.failures)) } else { String::new() };
    format!("{}{failed}", format::plural(changes(cycle), "change", "changes"))
}

/// A cycle in figures: what there was of it.
pub fn cycle(cycle: &Cycle) -> CycleView {
    let counts = [
        ("Looked up", cycle.looked_up),
        ("People created", cycle.users_created),
        ("People changed", cycle.users_updated),
        ("People enabled", cycle.users_enabled),
        ("People disabled", cycle.users_disabled),
        ("People deleted", cycle.users_deleted),
        ("Groups created", cycle.groups_created),
        ("Groups changed", cycle.groups_updated),
        ("Groups deleted", cycle.groups_deleted),
        ("Members added", cycle.members_added),
        ("Members removed", cycle.members_removed),
        ("Put off", cycle.put_off),
    ];
    CycleView {
        began: cycle.first_at,
        ended: cycle.last_at,
        calls: cycle.calls,
        counts: counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| (name.to_owned(), count))
            .collect(),
        failed: cycle.failures,
    }
}

/// The last cycles, oldest first, as bars.
pub fn chart(cycles: &[Cycle], now: Timestamp) -> Bars {
    let series = [("Changes", Tone::Ok), ("Put off", Tone::Warn), ("Failed", Tone::Bad), ("Looked up", Tone::Off)];
    let series = series.map(|(name, tone)| Series { name: name.to_owned(), tone });
    let bucket = |cycle: &Cycle| Bucket {
        label: format::relative(cycle.last_at, now),
        counts: vec![changes(cycle), cycle.put_off, cycle.failures.saturating_sub(cycle.put_off), cycle.looked_up],
    };
    Bars::new("Calls of the last cycles", series.into(), cycles.iter().rev().map(bucket).collect())
}

/// The dialects that were spoken.
pub fn dialects(found: &[DialectView]) -> Vec<(String, u64)> {
    found.iter().map(|one| (dialect(&one.dialect), one.calls)).collect()
}

/// What we want mapped to what.
pub fn mapping() -> Vec<MappingRow> {
    let of = KINDS.iter().flat_map(|kind| kind.wanted.iter().map(move |wanted| (kind.word, wanted)));
    of.map(|(kind, wanted)| MappingRow {
        kind,
        source: wanted.source.to_owned(),
        target: wanted.target.to_owned(),
        must: wanted.need == Need::Must,
        matching: wanted.matching > 0,
        without: wanted.without.to_owned(),
    })
    .collect()
}

/// The name of a line of the check.
pub fn check_name(name: &str) -> String {
    match name {
        "user_mapping" => "Mapping of people".to_owned(),
        "group_mapping" => "Mapping of groups".to_owned(),
        "target" => "Tenant URL".to_owned(),
        "credential" => "Secret token".to_owned(),
        "accidental_deletion" => "Entra’s own guard".to_owned(),
        other => sentence(&other.replace('_', " ")).trim_end_matches('.').to_owned(),
    }
}

/// The job.
pub fn job(job: &Job) -> JobView {
    JobView {
        id: job.id.clone(),
        status: job.status.clone(),
        quarantine_since: job.quarantine_since,
        last_began: job.last_began,
        last_ended: job.last_ended,
        next: job.next_expected,
        users: job.users,
        groups: job.groups,
        failing: job.failing,
    }
}

/// The lines of a check.
pub fn checks(check: &JobCheck) -> crate::parts::Checklist {
    use tenants::checklist::LineResult;
    let lines = check.checklist.lines.iter().map(|line| {
        let tone = match line.result {
            LineResult::Ok => Tone::Ok,
            LineResult::Warn => Tone::Warn,
            LineResult::Fail => Tone::Bad,
            LineResult::Skipped => Tone::Off,
        };
        let mut check = crate::parts::Check::new(tone, check_name(&line.name), sentence(&line.detail));
        if let Some(code) = &line.code {
            check = check.code(code);
        }
        if let Some(mend) = &line.mend {
            check = check.mend(sentence(mend));
        }
        check
    });
    crate::parts::Checklist::new(lines.collect())
}

/// What came of provisioning on demand.
pub fn on_demand(what: &str, found: OnDemandResult) -> OnDemandView {
    let reason = [found.error_code, found.reason].into_iter().flatten().collect::<Vec<_>>().join(": ");
    OnDemandView {
        what: what.to_owned(),
        result: found.result,
        action: found.action,
        error: reason,
        steps: found.steps.into_iter().map(|step| (step.name, step.status, step.description)).collect(),
        changes: found
            .changes
            .into_iter()
            .map(|change| (change.name, change.before.unwrap_or_default(), change.after.unwrap_or_default()))
            .collect(),
    }
}

const fn state(state: provisioning::holds::HoldState) -> HoldState {
    match state {
        provisioning::holds::HoldState::Open => HoldState::Open,
        provisioning::holds::HoldState::Allowed => HoldState::Allowed,
        provisioning::holds::HoldState::Rejected => HoldState::Rejected,
        provisioning::holds::HoldState::Expired => HoldState::Expired,
    }
}

const fn of_what(kind: LossKind) -> &'static str {
    match kind {
        LossKind::User => "people",
        LossKind::Group => "groups",
        LossKind::Members => "members",
    }
}

fn calls_of(hold: &Hold) -> u64 {
    let tally = &hold.calls;
    tally.waiting + tally.allowed + tally.done + tally.failed + tally.rejected + tally.dropped
}

/// A hold as a line.
pub fn hold_row(hold: &Hold) -> HoldRow {
    HoldRow {
        id: hold.id.to_string(),
        connection: hold.connection_name.clone().unwrap_or_default(),
        state: state(hold.state),
        breach: hold.because.clone(),
        call_count: calls_of(hold),
        at_stake: hold.calls.at_stake,
        of_what: of_what(hold.kind),
        since: hold.created_at,
        expires: hold.expires_at,
        decided: hold.decided_at,
        decided_by: hold.decided_by.clone().unwrap_or_default(),
    }
}

/// A hold as its page shows it.
pub fn hold(hold: &Hold) -> HoldView {
    let breach = &hold.breach;
    HoldView {
        id: hold.id.to_string(),
        connection: hold.connection_name.clone().unwrap_or_default(),
        connection_href: format!("/provisioning/connections/{}", hold.connection_id),
        state: state(hold.state),
        breach: hold.because.clone(),
        of_what: of_what(hold.kind),
        lost: breach.lost_before + hold.calls.at_stake.max(breach.lost),
        of: breach.of + breach.lost_before,
        limit: breach.limit,
        limit_percent: breach.limit_percent,
        since: hold.created_at,
        expires: hold.expires_at,
        waiting: hold.calls.waiting,
        at_stake: hold.calls.at_stake,
        done: hold.calls.done,
        failed: hold.calls.failed,
        dropped: hold.calls.dropped,
        decided: hold.decided_at,
        decided_by: hold.decided_by.clone().unwrap_or_default(),
        reason: hold.reason.clone().unwrap_or_default(),
        confirmation: hold.confirmation.clone().unwrap_or_default(),
    }
}

/// A held call as a line.
pub fn held(held: &HeldView) -> HeldRow {
    let (state, tone) = match held.state {
        HeldState::Waiting => ("Waits", Tone::Warn),
        HeldState::Allowed => ("Allowed", Tone::Busy),
        HeldState::Done => ("Carried out", Tone::Ok),
        HeldState::Failed => ("Failed", Tone::Bad),
        HeldState::Rejected => ("Rejected", Tone::Off),
        HeldState::Dropped => ("No longer wanted", Tone::Off),
    };
    HeldRow {
        id: held.id.to_string(),
        name: if held.name.is_empty() { held.resource_id.to_string() } else { held.name.clone() },
        href: format!("/provisioning/calls?resource={}", held.resource_id),
        what: sentence(&held.effect).trim_end_matches('.').to_owned(),
        loss: String::new(),
        asked: held.asked,
        first: held.first_at,
        last: held.last_at,
        state: state.to_owned(),
        tone,
        outcome: held.outcome.as_deref().map(sentence).unwrap_or_default(),
        waits: held.state == HeldState::Waiting,
    }
}
