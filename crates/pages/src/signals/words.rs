//! Entries of the log in words.

use std::collections::BTreeSet;

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use signals::EventView;

use super::audit::AuditRow;
use crate::parts::Diff;

/// Event names that people filter by, with what they say. Others say themselves what they are.
pub const KINDS: &[(&str, &str)] = &[
    ("user.*", "Anything about a person"),
    ("user.created", "Person created"),
    ("user.updated", "Person updated"),
    ("user.deleted", "Person deleted"),
    ("group.*", "Anything about a group"),
    ("dirsync.*", "Anything about the sync"),
    ("mfa.*", "Anything about the second factor"),
    ("tenants.*", "Anything about a tenant"),
    ("operators.*", "Anything about operators"),
    ("signals.*", "Anything about webhooks"),
];

/// `user.updated` as "Person updated", `dirsync.run_started` as "Run started".
pub fn event(name: &str) -> String {
    let (room, verb) = name.split_once('.').unwrap_or(("", name));
    let verb = verb.replace(['_', '.'], " ");
    let text = match room {
        "user" => format!("person {verb}"),
        "group" => format!("group {verb}"),
        _ => verb,
    };
    crate::render::sentence(&text).trim_end_matches('.').to_owned()
}

/// The page of an object, where it has one.
pub fn href(kind: &str, id: &str) -> String {
    match kind {
        "user" => format!("/directory/users/{id}"),
        "group" => format!("/directory/groups/{id}"),
        "tenant" => format!("/tenants/{id}"),
        "operator" => format!("/operators/{id}"),
        "run" => format!("/dirsync/runs/{id}"),
        "plan" => format!("/dirsync/plans/{id}"),
        "webhook" => format!("/signals/webhooks/{id}"),
        _ => String::new(),
    }
}

/// An entry as a line of the list.
pub fn row(entry: &EventView) -> AuditRow {
    let object = entry.object.as_ref();
    let name = object.map(|object| object.name.clone().unwrap_or_else(|| format!("{} {}", object.kind, object.id)));
    // Who was removed has no page any more.
    let gone = ["deleted", "removed", "purged"].iter().any(|verb| entry.kind.ends_with(verb));
    let object_href = object.filter(|_| !gone).map(|object| href(&object.kind, &object.id.to_string()));
    let cause = entry.cause.as_ref().map(|cause| cause.kind.replace('_', " "));
    AuditRow {
        revision: u64::try_from(entry.revision).unwrap_or(0),
        at: entry.time,
        event: entry.kind.clone(),
        what: event(&entry.kind),
        object: name.unwrap_or_default(),
        object_href: object_href.unwrap_or_default(),
        actor: format!("{}:{}", entry.actor.kind, entry.actor.name),
        address: entry.actor.address.clone().unwrap_or_default(),
        cause: entry.reason.as_deref().map(readable).or(cause).unwrap_or_default(),
    }
}

/// A planner's cause such as `members_changed` in words; an operator's reason as it was typed.
fn readable(reason: &str) -> String {
    if reason.contains(' ') { reason.to_owned() } else { crate::dirsync::words::plain(reason) }
}

/// What differs between two JSON objects, attribute by attribute.
pub fn diff(before: Option<&RawValue>, after: Option<&RawValue>) -> Diff {
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().fold(Diff::new(), |diff, name| match (before.get(name), after.get(name)) {
        (Some(before), Some(after)) if before != after => diff.changed(name, text(before), text(after)),
        (Some(Value::Null), None) | (None, Some(Value::Null)) => diff,
        (Some(before), None) => diff.removed(name, text(before)),
        (None, Some(after)) => diff.added(name, text(after)),
        _ => diff,
    })
}

fn fields(json: Option<&RawValue>) -> Map<String, Value> {
    match json.map(|json| serde_json::from_str(json.get())) {
        Some(Ok(Value::Object(fields))) => fields,
        _ => Map::new(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    //! What entries say.

    use super::{diff, event};

    #[test]
    fn events_speak() {
        for (name, expected) in [
            ("user.updated", "Person updated"),
            ("dirsync.run_started", "Run started"),
            ("operators.signed_in", "Signed in"),
            ("odd", "Odd"),
        ] {
            assert_eq!(event(name), expected);
        }
    }

    #[test]
    fn only_what_differs_is_shown() {
        let json = |text: &str| serde_json::value::RawValue::from_string(text.to_owned()).ok();
        let before = json(r#"{"department":"Sales","title":"Lead","phone":null}"#);
        let after = json(r#"{"department":"Retail","title":"Lead","mail":"a@b.example"}"#);
        let shown = diff(before.as_deref(), after.as_deref());
        let expected = crate::parts::Diff::new().changed("department", "Sales", "Retail").added("mail", "a@b.example");
        assert_eq!(shown, expected);
        assert!(diff(None, None).is_empty());
    }
}
