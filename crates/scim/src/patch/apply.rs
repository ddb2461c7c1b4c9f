//! From changes to the resource as it becomes.

use serde_json::Value;

use super::{Change, Patch, Patched, extension, in_operation, select};
use crate::path::AttributePath;
use crate::resource::{elements, finish, holder, invalid, put};
use crate::schema::Kind;
use crate::{Object, ScimError};

pub(super) fn apply(patch: &Patch, resource: &Object) -> Result<Patched, ScimError> {
    let mut becoming = resource.clone();
    let mut touched: Vec<AttributePath> = Vec::new();
    let mut work = 0_usize;
    for step in &patch.steps {
        work = work.saturating_add(cost(&becoming, &step.change));
        if work > MOST_WORK {
            return Err(ScimError::with_status(
                413,
                "the patch asks for more work than one call may do; send it in parts",
            ));
        }
        change(patch, &mut becoming, &step.change).map_err(in_operation(step.operation))?;
        touch(patch, &mut touched, &step.change);
    }
    for path in touched.iter().filter(|path| path.attribute.multi_valued) {
        if let Some(list) = list(&mut becoming, path) {
            elements::settle(path.attribute, list);
            if list.len() > patch.most_elements && !path.attribute.refers() {
                return Err(invalid(format!("`{path}` would have more than {} elements", patch.most_elements)));
            }
        }
    }
    finish(patch.kind, &mut becoming);
    let changed = touched.iter().flat_map(|path| differences(path, resource, &becoming)).collect();
    Ok(Patched { resource: becoming, changed })
}

/// Elements looked at, times conditions tried, in one patch. Far above what any client needs.
const MOST_WORK: usize = 10_000_000;

fn cost(resource: &Object, change: &Change) -> usize {
    let length = |path: &AttributePath| path.value_in(resource).and_then(Value::as_array).map_or(0, Vec::len);
    match change {
        Change::Append { path, .. } | Change::Withdraw { path, .. } => length(path),
        Change::Select { path, condition, .. } => {
            length(path).saturating_mul(condition.as_ref().map_or(1, crate::filter::Expression::size))
        }
        _ => 0,
    }
}

fn touch(patch: &Patch, touched: &mut Vec<AttributePath>, change: &Change) {
    let mut note = |path: AttributePath| {
        if !touched.contains(&path) {
            touched.push(path);
        }
    };
    if let Change::UnsetExtension { urn } = change {
        let schema = extension(patch.kind, urn).into_iter();
        let whole = schema.flat_map(|schema| schema.attributes.iter().map(move |attribute| (schema, attribute)));
        whole.for_each(|(schema, attribute)| note(AttributePath { schema, attribute, sub: None }));
    }
    if let Some(path) = change.attribute() {
        note(path);
    }
}

/// What is different about an attribute; the parts of an object one by one.
fn differences(path: &AttributePath, before: &Object, after: &Object) -> Vec<AttributePath> {
    let (before, after) = (path.value_in(before), path.value_in(after));
    if before == after {
        return Vec::new();
    }
    if path.attribute.kind != Kind::Complex || path.attribute.multi_valued {
        return vec![*path];
    }
    let part = |value: Option<&Value>, name: &str| value.and_then(|value| value.get(name)).cloned();
    let parts = path.attribute.sub_attributes.iter().filter(|sub| part(before, sub.name) != part(after, sub.name));
    parts.map(|sub| AttributePath { sub: Some(sub), ..*path }).collect()
}

fn change(patch: &Patch, resource: &mut Object, change: &Change) -> Result<(), ScimError> {
    match change {
        Change::Set { path, value } => put(resource, path, value.clone()),
        Change::Unset { path } => unset(resource, path),
        Change::UnsetExtension { urn } => {
            drop(extension(patch.kind, urn).and_then(|schema| resource.remove(schema.urn)));
        }
        Change::Append { path, elements } => append(path, list_or_new(resource, path), elements),
        Change::Assign { path, elements } => list_or_new(resource, path).clone_from(elements),
        Change::Withdraw { path, elements } => {
            if let Some(list) = list(resource, path) {
                withdraw(path, list, elements);
            }
        }
        Change::Select { path, condition, act } => {
            select::select(path, list_or_new(resource, path), condition.as_ref(), act)?;
        }
    }
    Ok(())
}

fn unset(resource: &mut Object, path: &AttributePath) {
    let holder = holder(resource, path.schema);
    match path.sub {
        None => drop(holder.remove(path.attribute.name)),
        Some(sub) => {
            if let Some(Value::Object(members)) = holder.get_mut(path.attribute.name) {
                members.remove(sub.name);
            }
        }
    }
}

fn append(path: &AttributePath, list: &mut Vec<Value>, new: &[Value]) {
    let known = list.iter().enumerate().map(|(place, element)| (elements::identity(path.attribute, element), place));
    let mut places: std::collections::HashMap<String, usize> = known.collect();
    let mut newest = None;
    for element in new {
        let place = *places.entry(elements::identity(path.attribute, element)).or_insert(list.len());
        match list.get_mut(place) {
            Some(there) => elements::merge(there, element.clone()),
            None => list.push(element.clone()),
        }
        if element.get("primary") == Some(&Value::Bool(true)) {
            newest = Some(place);
        }
    }
    elements::keep_one_primary(list, newest);
}

/// A listed element without a `type` stands for every type.
fn withdraw(path: &AttributePath, list: &mut Vec<Value>, listed: &[Value]) {
    let typeless = |element: &Value| {
        let mut element = element.clone();
        if let Some(members) = element.as_object_mut().filter(|members| members.contains_key("value")) {
            members.remove("type");
        }
        elements::identity(path.attribute, &element)
    };
    let wanted: std::collections::HashSet<String> =
        listed.iter().map(|element| elements::identity(path.attribute, element)).collect();
    list.retain(|element| {
        !wanted.contains(&elements::identity(path.attribute, element)) && !wanted.contains(&typeless(element))
    });
}

fn list<'r>(resource: &'r mut Object, path: &AttributePath) -> Option<&'r mut Vec<Value>> {
    holder(resource, path.schema).get_mut(path.attribute.name)?.as_array_mut()
}

fn list_or_new<'r>(resource: &'r mut Object, path: &AttributePath) -> &'r mut Vec<Value> {
    let place = holder(resource, path.schema).entry(path.attribute.name).or_insert_with(|| Value::Array(Vec::new()));
    if !place.is_array() {
        *place = Value::Array(Vec::new());
    }
    place.as_array_mut().expect("invariant: it was made a list above")
}
