//! People and groups as the pages' plain data.

use directory::views::{GroupRef, GroupSummary, HistoryEntry, StateCount, StateView, UserSummary};
use directory::{GroupKind, StateName};
use kernel::Timestamp;
use serde_json::Value;

use super::groups::GroupRow;
use super::users::{UserRow, UserState};
use crate::dirsync::words::plain;
use crate::format;
use crate::icon::Icon;
use crate::parts::{Action, Diff, Entry, Tone};

/// A state for a badge.
pub fn state(view: &StateView) -> UserState {
    match view.state {
        StateName::Active => UserState::Active,
        StateName::Disabled => UserState::Disabled,
        StateName::Conflict => UserState::Conflict { due: view.due },
        StateName::Deleted => UserState::Deleted,
        StateName::Excluded => UserState::Excluded,
    }
}

/// Why a state is what it is, in a sentence; empty when there is nothing to say.
pub fn state_reason(view: &StateView) -> String {
    let cause = view.cause.map(plain).unwrap_or_default();
    let since = view.since.map(|since| format!(" since {}", crate::format::day(since))).unwrap_or_default();
    let due = view.due.map(crate::format::day);
    match (view.state, due) {
        (StateName::Conflict, Some(due)) => {
            format!("{cause}{since}. On {due} the next step is taken unless you decide otherwise.")
        }
        (StateName::Conflict, None) => format!("{cause}{since}. Nothing happens until you decide."),
        (StateName::Deleted, Some(due)) => format!("Deleted{since}. It can be restored until {due}."),
        (StateName::Excluded, _) => format!("{cause}."),
        _ => String::new(),
    }
}

/// A person as a line.
pub fn user(summary: &UserSummary, source: &str) -> UserRow {
    UserRow {
        id: summary.id.to_string(),
        name: summary.name.clone(),
        upn: summary.user_principal_name.clone().or_else(|| summary.mail.clone()).unwrap_or_default(),
        state: state(&summary.state),
        guest: is_guest(summary),
        source: source.to_owned(),
        department: summary.department.clone().unwrap_or_default(),
        title: summary.job_title.clone().unwrap_or_default(),
        changed: summary.changed_at,
    }
}

/// Whether Entra calls somebody a guest.
pub fn is_guest(summary: &UserSummary) -> bool {
    summary.user_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("guest"))
}

/// The kind of a group in words.
pub fn kind(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Security => "Security",
        GroupKind::Microsoft365 => "Microsoft 365",
        GroupKind::MailEnabledSecurity => "Mail-enabled security",
        GroupKind::Distribution => "Distribution",
    }
}

/// A group as a line.
pub fn group(summary: &GroupSummary, source: &str) -> GroupRow {
    GroupRow {
        id: summary.id.to_string(),
        name: summary.name.clone(),
        description: summary.description.clone().unwrap_or_default(),
        kind: kind(summary.kind).to_owned(),
        dynamic: summary.dynamic,
        state: state(&summary.state),
        source: source.to_owned(),
        direct_count: summary.direct_members,
        transitive_count: summary.transitive_members,
        changed: summary.changed_at,
    }
}

/// A way into a group as hops of `(name, id)`.
pub fn path(refs: &[GroupRef]) -> Vec<(String, String)> {
    refs.iter().map(|group| (group.name.clone(), group.id.to_string())).collect()
}

/// How many are in a state.
pub fn count(counts: &[StateCount], wanted: &[StateName]) -> u64 {
    counts.iter().filter(|count| wanted.contains(&count.state)).map(|count| count.count).sum()
}

fn who(happened: &HistoryEntry) -> String {
    format::who(&format!("{}:{}", happened.actor_kind, happened.actor))
}

/// What happened, as an entry of a timeline.
pub fn entry(happened: &HistoryEntry, now: Timestamp, may_undo: bool) -> Entry {
    let mut what = crate::signals::words::event(&happened.event);
    let (added, removed) = (happened.members_added, happened.members_removed);
    if added + removed > 0 {
        what = format!("{what}: {added} joined, {removed} left");
    }
    let by = match (&happened.reason, &happened.cause) {
        (Some(reason), _) => format!("{}, {}", who(happened), plain(reason).to_lowercase()),
        (None, Some(cause)) => format!("{}, {}", who(happened), plain(cause).to_lowercase()),
        (None, None) => who(happened),
    };
    let (tone, icon) = look(&happened.event);
    let entry = Entry::new(tone, what, happened.at, now, by).icon(icon).diff(diff(happened));
    let undo = Action::ask("Undo…", format!("/dirsync/changes/{}/undo", happened.revision)).about(&happened.event);
    let entry = if may_undo { entry.action(undo) } else { entry };
    match (happened.cause.as_deref(), happened.cause_id) {
        (Some("run" | "undo"), Some(id)) => entry.link("Run", format!("/dirsync/runs/{id}")),
        _ => entry,
    }
}

/// How an event looks in a timeline.
pub fn look(event: &str) -> (Tone, Icon) {
    let verb = event.split('.').next_back().unwrap_or_default();
    match verb {
        verb if verb.contains("created") || verb.contains("restored") => (Tone::Ok, Icon::Plus),
        verb if verb.contains("delete") || verb.contains("purge") => (Tone::Bad, Icon::Delete),
        verb if verb.contains("conflict") => (Tone::Warn, Icon::Conflict),
        verb if verb.contains("disabled") => (Tone::Off, Icon::Off),
        verb if verb.contains("member") => (Tone::Info, Icon::Group),
        verb if verb.contains("setting") => (Tone::Info, Icon::Settings),
        verb if verb.contains("sign") => (Tone::Off, Icon::Operator),
        verb if verb.contains("run") || verb.contains("plan") => (Tone::Info, Icon::Sync),
        _ => (Tone::Info, Icon::Edit),
    }
}

fn diff(happened: &HistoryEntry) -> Diff {
    crate::dirsync::words::fields(&happened.changes)
}

/// What people call an attribute that Graph has a name for.
pub fn attribute(name: &str) -> String {
    let known = ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, words)| (*words).to_owned());
    known.unwrap_or_else(|| {
        let apart = name.chars().fold(String::new(), |mut text, letter| {
            if letter.is_uppercase() && !text.is_empty() {
                text.push(' ');
            }
            text.extend(letter.to_lowercase());
            text
        });
        crate::dirsync::words::plain(&apart)
    })
}

/// A value in words; none where there is nothing.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(items.iter().filter_map(text).collect::<Vec<_>>().join(", ")),
        other => Some(other.to_string()),
    }
}

/// Attributes worth a line, by Graph's names, with what people call them.
pub const ATTRIBUTES: [(&str, &str); 17] = [
    ("givenName", "Given name"),
    ("surname", "Surname"),
    ("jobTitle", "Job title"),
    ("department", "Department"),
    ("companyName", "Company"),
    ("officeLocation", "Office"),
    ("city", "City"),
    ("address.state", "State or province"),
    ("country", "Country"),
    ("businessPhones", "Business phones"),
    ("mobilePhone", "Mobile phone"),
    ("employeeId", "Employee id"),
    ("employeeType", "Employee type"),
    ("usageLocation", "Usage location"),
    ("preferredLanguage", "Language"),
    ("onPremisesSamAccountName", "On-premises account"),
    ("mailNickname", "Mail nickname"),
];

/// The attributes of somebody that have a value, as `(name, value)`.
pub fn attributes(attributes: &directory::UserAttributes) -> Vec<(String, String)> {
    let json = serde_json::to_value(attributes).unwrap_or_default();
    let known = ATTRIBUTES.iter().filter_map(|(key, name)| {
        let value = json.get(*key).or_else(|| json.get(snake(key))).and_then(text)?;
        Some(((*name).to_owned(), value))
    });
    known.filter(|(_, value)| !value.is_empty()).collect()
}

/// `jobTitle` as `job_title`.
fn snake(key: &str) -> String {
    key.chars().fold(String::new(), |mut text, letter| {
        if letter.is_uppercase() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
        text
    })
}
