//! Changes to the elements that a filter in brackets chooses.

use serde_json::Value;

use super::{Act, is_immutable, mutability, no_target};
use crate::filter::{Comparison, Expression, Literal, Operator, element_matches};
use crate::path::AttributePath;
use crate::resource::{coerce, elements};
use crate::{Object, ScimError};

/// Acts on the elements that match, or makes one where none does.
pub(super) fn select(
    path: &AttributePath,
    list: &mut Vec<Value>,
    condition: Option<&Expression>,
    act: &Act,
) -> Result<(), ScimError> {
    let matches = |element: &Value| {
        condition.is_none_or(|condition| element.as_object().is_some_and(|element| element_matches(condition, element)))
    };
    let found: Vec<usize> = list.iter().enumerate().filter(|(_, element)| matches(element)).map(|(at, _)| at).collect();
    match act {
        Act::Remove => list.retain(|element| !matches(element)),
        Act::Unset(name) => {
            for place in found {
                if let Some(element) = list[place].as_object_mut() {
                    element.remove(*name);
                }
            }
        }
        Act::Set(name, value) => {
            let part = Object::from_iter([((*name).to_owned(), value.clone())]);
            merge(path, list, condition, &found, &part)?;
        }
        Act::Merge(part) => merge(path, list, condition, &found, part)?,
        Act::Replace(new) => replace(path, list, condition, &found, new)?,
    }
    Ok(())
}

/// Adds a part to what matches; where nothing does, to a new element.
fn merge(
    path: &AttributePath,
    list: &mut Vec<Value>,
    condition: Option<&Expression>,
    found: &[usize],
    part: &Object,
) -> Result<(), ScimError> {
    if found.is_empty() {
        let template = template(path, condition)?;
        if part.iter().any(|(name, value)| template.get(name).is_some_and(|there| there != value)) {
            return Err(nothing_matches(path, condition));
        }
        list.push(Value::Object(template.into_iter().chain(part.clone()).collect()));
    }
    let last = list.len() - usize::from(!list.is_empty());
    let places = if found.is_empty() { vec![last] } else { found.to_vec() };
    for place in &places {
        check_immutable(path, &list[*place], part)?;
        elements::merge(&mut list[*place], Value::Object(part.clone()));
    }
    if part.get("primary") == Some(&Value::Bool(true)) {
        elements::keep_one_primary(list, places.last().copied());
    }
    Ok(())
}

/// Puts new elements in the place of those that match. What the filter says of them holds on unless they say otherwise.
fn replace(
    path: &AttributePath,
    list: &mut Vec<Value>,
    condition: Option<&Expression>,
    found: &[usize],
    new: &[Value],
) -> Result<(), ScimError> {
    let template = template(path, condition);
    if found.is_empty() && template.as_ref().is_ok_and(|template| template.contains_key("value")) {
        return Err(nothing_matches(path, condition));
    }
    let template = if found.is_empty() { template? } else { template.unwrap_or_default() };
    let place = found.first().copied().unwrap_or(list.len());
    for at in found.iter().rev() {
        list.remove(*at);
    }
    let new = new.iter().filter_map(Value::as_object);
    let new: Vec<Value> = new.map(|new| template.clone().into_iter().chain(new.clone()).collect()).collect();
    let primary = new.iter().rposition(|element: &Value| element.get("primary") == Some(&Value::Bool(true)));
    list.splice(place..place, new);
    elements::keep_one_primary(list, primary.map(|index| place + index));
    Ok(())
}

fn check_immutable(path: &AttributePath, element: &Value, part: &Object) -> Result<(), ScimError> {
    for (name, value) in part {
        let immutable = path.attribute.sub(name).is_some_and(is_immutable);
        if immutable && element.get(name).is_some_and(|there| there != value) {
            return Err(mutability(format!("`{path}.{name}` cannot be changed")));
        }
    }
    Ok(())
}

/// The element that a filter describes: every condition says `eq` of a part that may be written.
fn template(path: &AttributePath, condition: Option<&Expression>) -> Result<Object, ScimError> {
    let Some(condition) = condition else { return Ok(Object::new()) };
    let mut template = Object::new();
    for part in condition.conjuncts() {
        let Expression::Compare(Comparison { path: part, operator: Operator::Eq, literal }) = part else {
            return Err(nothing_matches(path, Some(condition)));
        };
        let value = match literal {
            Literal::Boolean(flag) => Value::Bool(*flag),
            Literal::Text(text) => Value::String(text.written.clone()),
            Literal::Number(number) => Value::Number(number.clone()),
            Literal::Moment(text, _) => Value::String(text.clone()),
        };
        // What the filter says is written, so it is read like any other value.
        let Some(value) = coerce::simple(part, part.leaf(), value)? else { continue };
        let fits = part.leaf().writable()
            && part.leaf().name != "$ref"
            && template.get(part.leaf().name).is_none_or(|there| *there == value);
        if !fits {
            return Err(nothing_matches(path, Some(condition)));
        }
        template.insert(part.leaf().name.to_owned(), value);
    }
    Ok(template)
}

fn nothing_matches(path: &AttributePath, condition: Option<&Expression>) -> ScimError {
    match condition {
        Some(condition) => {
            let element = Expression::Element { path: *path, condition: Box::new(condition.clone()) };
            no_target(format!("nothing matches `{element}`"))
        }
        None => no_target(format!("`{path}` has no elements")),
    }
}
