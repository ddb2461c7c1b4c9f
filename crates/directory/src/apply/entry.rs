//! The log entry of one changed object: its name, and what was before and after.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use signals::{Entry, Object};

use crate::change::{Cause, ObjectKind};
use crate::state::{State, StateName};

/// An object at one moment, as far as the log cares.
pub(super) struct Side<'a, A> {
    pub(super) state: &'a State,
    pub(super) attributes: &'a A,
}

#[derive(Serialize)]
struct Whole<'a, A> {
    #[serde(flatten)]
    state: &'a State,
    attributes: &'a A,
}

#[derive(Serialize)]
struct Part {
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, Value>,
}

/// The entry for an object that went from `before` to `after`; `None` when nobody is to see it.
pub(super) fn entry<A: Serialize + PartialEq>(
    kind: ObjectKind,
    object: impl FnOnce() -> Object,
    before: Option<Side<'_, A>>,
    after: Option<Side<'_, A>>,
    cause: Cause,
) -> Option<Entry> {
    let name = event_name(kind, before.as_ref().map(|side| side.state), after.as_ref().map(|side| side.state))?;
    let entry = Entry::change(name).object(object()).reason(cause.as_str());
    Some(match (before, after) {
        (Some(before), Some(after)) if before.state.visible() && after.state.visible() => {
            let (before, after) = parts(&before, &after);
            entry.change_of(Some(&before), Some(&after))
        }
        (_, Some(after)) if after.state.visible() => entry.after(&whole(&after)),
        (Some(before), _) => entry.change_of(Some(&whole(&before)), None::<&()>),
        _ => entry,
    })
}

fn whole<'a, A>(side: &Side<'a, A>) -> Whole<'a, A> {
    Whole { state: side.state, attributes: side.attributes }
}

/// Only what differs, on both sides; a value that is not there is null.
fn parts<A: Serialize>(before: &Side<'_, A>, after: &Side<'_, A>) -> (Part, Part) {
    let changed = before.state != after.state;
    let (mut old, mut new) = (object_of(before.attributes), object_of(after.attributes));
    let names: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    let (mut olds, mut news) = (BTreeMap::new(), BTreeMap::new());
    for name in names {
        let (from, to) = (old.remove(&name).unwrap_or_default(), new.remove(&name).unwrap_or_default());
        if from != to {
            olds.insert(name.clone(), from);
            news.insert(name, to);
        }
    }
    (
        Part { state: changed.then(|| before.state.clone()), attributes: olds },
        Part { state: changed.then(|| after.state.clone()), attributes: news },
    )
}

fn object_of(attributes: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(attributes) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// The event's name for a change of state or attributes; `None` where it stays out of sight.
pub fn event_name(kind: ObjectKind, before: Option<&State>, after: Option<&State>) -> Option<&'static str> {
    let (user, group) = match (before.filter(|state| state.visible()), after.filter(|state| state.visible())) {
        (None, None) => return None,
        (None, Some(_)) => ("user.created", "group.created"),
        (Some(_), None) => ("user.purged", "group.purged"),
        (Some(before), Some(after)) => match (before.name(), after.name()) {
            (StateName::Deleted, StateName::Deleted) => ("user.updated", "group.updated"),
            (_, StateName::Deleted) => ("user.deleted", "group.deleted"),
            (StateName::Deleted, _) => ("user.restored", "group.restored"),
            (from, to) if from == to && before.usable() == after.usable() => ("user.updated", "group.updated"),
            _ if !before.usable() && after.usable() => ("user.enabled", "group.enabled"),
            (_, StateName::Conflict) => ("user.conflicted", "group.conflicted"),
            _ => ("user.disabled", "group.disabled"),
        },
    };
    Some(match kind {
        ObjectKind::User => user,
        ObjectKind::Group => group,
    })
}
