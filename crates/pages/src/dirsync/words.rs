//! The sync's nouns in words, and its records as the pages' plain data.

use directory::views::{FieldChange, MemberNote};
use directory::{Act, ConflictCause, ObjectKind};
use dirsync::guard::{Breach, Verdict};
use dirsync::service::changes::ShownChange;
use dirsync::totals::{Effect, Totals};
use dirsync::{Run, RunKind};
use kernel::Timestamp;
use serde_json::Value;

use super::changes::ChangeRow;
use super::plan::{AffectedGroup, LimitView};
use super::plans::PlanState;
use super::run::{CauseRow, LiveView};
use super::runs::{Counts, RunRow, RunState};
use crate::directory::words::text as value;
use crate::format;
use crate::parts::{Badge, Diff, Tone};
use crate::render::sentence;

/// `deleted_in_source` as "Deleted in source".
pub fn plain(name: &str) -> String {
    sentence(&name.replace('_', " ")).trim_end_matches('.').to_owned()
}

/// What a run reads.
pub fn kind(run: &Run) -> &'static str {
    match run.kind {
        RunKind::Full => "Full compare",
        RunKind::Delta => "Delta",
        RunKind::Rescope => "New settings",
        RunKind::Single => "One person or group",
        RunKind::Undo => "Undo",
        RunKind::Detach => "Disconnected tenant",
    }
}

/// Where a run stands.
pub fn state(run: &Run) -> RunState {
    use dirsync::RunState as From;
    match run.state {
        From::Queued => RunState::Queued,
        From::Collecting | From::Planning | From::Applying | From::Verifying => RunState::Running,
        From::Held => RunState::Held,
        From::Done => RunState::Done,
        From::Previewed => RunState::Preview,
        From::Failed => RunState::Failed { reason: reason(run) },
        From::Cancelled => RunState::Cancelled,
        From::Rejected => RunState::Rejected,
        From::Superseded => RunState::Overtaken,
    }
}

fn reason(run: &Run) -> String {
    let detail = run.error_detail.as_deref().map(sentence).unwrap_or_default();
    match (&run.error_code, detail.is_empty()) {
        (Some(code), true) => code.clone(),
        (_, _) => detail,
    }
}

/// What a plan changes, people and groups together.
pub fn counts(totals: Option<&Totals>) -> Counts {
    let Some(totals) = totals else { return Counts::default() };
    let both = |effect| totals.count(ObjectKind::User, effect) + totals.count(ObjectKind::Group, effect);
    Counts {
        created: both(Effect::Create),
        updated: both(Effect::Update),
        lost: both(Effect::Lose),
        returned: both(Effect::Return),
        purged: both(Effect::Purge),
        memberships_added: totals.members_added,
        memberships_removed: totals.members_removed,
    }
}

/// A run as a line of a list.
pub fn row(run: &Run, source: &str) -> RunRow {
    let started = run.started_at.unwrap_or(run.created_at);
    RunRow {
        id: run.id.to_string(),
        kind: kind(run).to_owned(),
        tenant: source.to_owned(),
        state: state(run),
        trigger: run.started_by.clone(),
        started,
        took: run.finished_at.map(|end| end.since(started)),
        counts: counts(run.totals.as_ref()),
    }
}

/// Changes by cause, the most frequent first.
pub fn causes(totals: Option<&Totals>) -> Vec<CauseRow> {
    let causes = totals.into_iter().flat_map(Totals::visible_causes);
    let row = |(key, count): (&str, u64)| CauseRow { cause: plain(key), count, key: key.to_owned() };
    let mut rows: Vec<_> = causes.map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    rows
}

/// How far a run is, while it goes.
pub fn live(run: &Run) -> Option<LiveView> {
    use dirsync::RunState as From;
    let progress = &run.progress;
    let read = progress.users + progress.groups;
    let (stage, noun, done, of) = match run.state {
        From::Queued => (0, "read", 0, None),
        From::Collecting => (0, "people and groups read", read, progress.users_expected.filter(|of| *of >= read)),
        From::Planning => (1, "changes planned", progress.planned, None),
        From::Applying => (3, "changes applied", progress.applied, Some(progress.planned)),
        From::Verifying => (4, "changes applied, being read back", progress.applied, Some(progress.planned)),
        _ => return None,
    };
    let began = run.started_at.unwrap_or(run.created_at);
    let seconds = progress.at.since(began).as_secs().max(1);
    let per_second = done / seconds;
    let left = of.filter(|_| per_second > 0).map(|of| of.saturating_sub(done) / per_second.max(1));
    Some(LiveView {
        stage,
        noun: noun.to_owned(),
        done,
        of,
        per_second,
        remaining: left.map(std::time::Duration::from_secs),
        note: String::new(),
    })
}

/// An item of a plan as a line.
pub fn change(shown: &ShownChange, run: &Run) -> ChangeRow {
    let planned = &shown.planned;
    let change = &planned.change;
    let outcome = match (planned.allowed, planned.applied_at) {
        (_, Some(_)) => Badge::ok("Applied"),
        (false, None) => Badge::off("Left out"),
        (true, None) if run.state == dirsync::RunState::Held => Badge::warn("Held"),
        (true, None) if run.state.open() || run.state == dirsync::RunState::Previewed => Badge::accent("Planned"),
        (true, None) => Badge::off("Not done"),
    };
    let kind = if change.kind == ObjectKind::User { "person" } else { "group" };
    let (what, tone) = effect(planned.effect);
    ChangeRow {
        id: planned.seq.to_string(),
        name: change.name.clone(),
        sub: kind.to_owned(),
        href: shown.id.map(|id| format!("/directory/{}s/{id}", change.kind.as_str())).unwrap_or_default(),
        what: what.to_owned(),
        tone,
        cause: plain(change.cause.as_str()),
        diff: diff(shown),
        undo: shown.revision.map(|revision| format!("/dirsync/changes/{revision}/undo")).unwrap_or_default(),
        outcome,
    }
}

/// What a change means, in a word.
pub fn effect(effect: Effect) -> (&'static str, Tone) {
    match effect {
        Effect::Create => ("Create", Tone::Ok),
        Effect::Update => ("Update", Tone::Info),
        Effect::Lose => ("Lose", Tone::Warn),
        Effect::Return => ("Return", Tone::Ok),
        Effect::Purge => ("Purge", Tone::Bad),
        Effect::Members => ("Members", Tone::Info),
        Effect::Note => ("Note", Tone::Off),
    }
}

/// What people look for first.
const FIRST: [&str; 6] = ["state", "displayName", "userPrincipalName", "mail", "department", "jobTitle"];

/// Before and after, attribute by attribute; of a group, who joins and leaves.
fn diff(shown: &ShownChange) -> Diff {
    let diff = fields(&shown.fields);
    let diff = members(diff, &shown.members, false, shown.members_added);
    let diff = members(diff, &shown.members, true, shown.members_removed);
    match (&shown.planned.change.act, diff.is_empty()) {
        (Act::MarkMissing, _) => diff.added("Note", "not seen in this read"),
        (Act::Purge, true) => diff.removed("Everything", "row and memberships"),
        _ => diff,
    }
}

/// Attributes before and after, what people look for first.
pub fn fields(changes: &[FieldChange]) -> Diff {
    let mut changes: Vec<_> = changes.iter().collect();
    changes.sort_by_key(|change| FIRST.iter().position(|name| *name == change.field).unwrap_or(FIRST.len()));
    changes.into_iter().fold(Diff::new(), field)
}

/// A state as the log writes it, `conflict (out_of_filter, pending, 2026-11-29T03:30:41Z)`, as people read it.
fn state_words(text: &str) -> String {
    let Some((name, details)) = text.strip_suffix(')').and_then(|text| text.split_once(" (")) else {
        return plain(text);
    };
    let known = details.split(", ").filter(|detail| *detail != "pending");
    let words = known.map(|detail| match Timestamp::parse(detail) {
        Ok(at) => format!("until {}", format::day(at)),
        Err(_) => plain(detail).to_lowercase(),
    });
    let words: Vec<_> = words.collect();
    if words.is_empty() { plain(name) } else { format!("{}: {}", plain(name), words.join(", ")) }
}

fn field(diff: Diff, change: &FieldChange) -> Diff {
    let name = crate::directory::words::attribute(&change.field);
    let value = |side: &Value| {
        let text = value(side)?;
        Some(if change.field == "state" { state_words(&text) } else { text })
    };
    match (value(&change.before), value(&change.after)) {
        (None, Some(after)) => diff.added(name, after),
        (Some(before), None) => diff.removed(name, before),
        (Some(before), Some(after)) => diff.changed(name, before, after),
        (None, None) => diff,
    }
}

/// How many members are named before the rest is only counted.
const MOST_NAMED: usize = 6;

fn members(diff: Diff, notes: &[MemberNote], removed: bool, count: usize) -> Diff {
    let some = notes.iter().filter(|note| note.removed == removed).take(MOST_NAMED);
    let mut names: Vec<_> =
        some.map(|note| note.name.clone().unwrap_or_else(|| "somebody unknown".to_owned())).collect();
    if count == 0 {
        return diff;
    }
    let rest = count.saturating_sub(names.len());
    if rest > 0 {
        let more = format::count(u64::try_from(rest).unwrap_or(0));
        names.push(if names.is_empty() { format!("{more} members") } else { format!("and {more} more") });
    }
    let names = names.join(", ");
    if removed { diff.removed("Leave", names) } else { diff.added("Join", names) }
}

/// Why a plan is held, in a sentence for each limit.
pub fn breaches(run: &Run) -> Vec<String> {
    let Some(Verdict::Hold { breaches, .. }) = &run.verdict else { return Vec::new() };
    breaches.iter().map(breach).collect()
}

/// What whoever decides should know beside the figures.
pub fn warnings(run: &Run) -> Vec<String> {
    dirsync::views::warnings(run).iter().map(|warning| sentence(warning)).collect()
}

fn breach(breach: &Breach) -> String {
    match breach {
        Breach::NotConfirmed => "Nobody has confirmed a plan under these settings yet".to_owned(),
        Breach::SourceGone => "It is no longer connected; its people and groups would begin to run out".to_owned(),
        Breach::TooMany { kind, lost, limit, limit_percent, .. } => {
            let (one, many) = if kind == "user" { ("person", "people") } else { ("group", "groups") };
            let lost = format::plural(*lost, one, many);
            format!("{lost} would be lost; the limit is {} or {limit_percent} %", format::count(*limit))
        }
        Breach::Shrinks { groups, limit_percent } => {
            let groups = format::plural(*groups, "group", "groups");
            format!("{groups} would lose more than {limit_percent} % of their members")
        }
    }
}

/// The limits that a plan reaches, with their figures.
pub fn limits(run: &Run) -> Vec<LimitView> {
    let Some(Verdict::Hold { breaches, .. }) = &run.verdict else { return Vec::new() };
    let limit = |breach: &Breach| match breach {
        Breach::NotConfirmed | Breach::SourceGone => None,
        Breach::TooMany { kind, lost, lost_before, of, limit, limit_percent } => Some(LimitView {
            name: if kind == "user" { "People lost".to_owned() } else { "Groups lost".to_owned() },
            planned: lost + lost_before,
            limit: *limit,
            note: format!(
                "{} by this plan, {} in the 24 hours before; of {}, at most {limit_percent} %",
                format::count(*lost),
                format::count(*lost_before),
                format::count(*of)
            ),
        }),
        Breach::Shrinks { groups, limit_percent } => Some(LimitView {
            name: "Groups that shrink".to_owned(),
            planned: *groups,
            limit: 0,
            note: format!("by more than {limit_percent} %"),
        }),
    };
    breaches.iter().filter_map(limit).collect()
}

/// The groups that would lose most.
pub fn shrinks(run: &Run) -> Vec<AffectedGroup> {
    let shrinks = run.totals.iter().flat_map(|totals| totals.shrinks.iter());
    let group = |shrink: &dirsync::totals::Shrink| AffectedGroup {
        href: super::routes::object_href("group", run.source_id, &shrink.object_id.to_string()),
        name: shrink.name.clone(),
        before: shrink.of,
        after: shrink.of.saturating_sub(shrink.lost),
        used_by: String::new(),
    };
    shrinks.map(group).collect()
}

/// How a plan stands that is or was held.
pub fn plan_state(run: &Run) -> PlanState {
    use dirsync::RunState as From;
    match (run.state, run.decision.as_deref()) {
        (From::Held, _) => PlanState::Waiting,
        (From::Superseded, _) => PlanState::Superseded,
        (From::Rejected, Some("rejected")) => PlanState::Rejected,
        (From::Rejected, _) => PlanState::Expired,
        (_, Some("allowed_in_part")) => PlanState::AllowedInPart,
        _ => PlanState::Allowed,
    }
}

/// Why somebody is in conflict.
pub fn conflict(cause: ConflictCause) -> String {
    let known = super::conflicts::CAUSES.iter().find(|(key, _)| *key == cause.as_str());
    known.map_or_else(|| plain(cause.as_str()), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    //! What words stand for.

    use super::state_words;

    #[test]
    fn states_are_read_by_people() {
        for (text, expected) in [
            ("active", "Active"),
            ("excluded (out_of_filter)", "Excluded: out of filter"),
            ("conflict (deleted, pending, 2026-11-29T03:30:41.093948Z)", "Conflict: deleted, until 29 Nov 2026"),
        ] {
            assert_eq!(state_words(text), expected);
        }
    }
}
