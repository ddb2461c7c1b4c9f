//! Whether a filter is true for a resource, and for one element of a list.

use std::cmp::Ordering;

use kernel::Timestamp;
use serde_json::{Number, Value};

use super::syntax::{Comparison, Expression, Literal, Operator};
use crate::Object;
use crate::path::AttributePath;

pub(super) fn matches(expression: &Expression, resource: &Object) -> bool {
    match expression {
        Expression::And(parts) => parts.iter().all(|part| matches(part, resource)),
        Expression::Or(parts) => parts.iter().any(|part| matches(part, resource)),
        Expression::Not(inner) => !matches(inner, resource),
        Expression::Present(path) => values(path, resource).any(is_assigned),
        Expression::Compare(comparison) if is_unset_active(&comparison.path, resource) => {
            compare_any(comparison, std::iter::once(&ACTIVE))
        }
        Expression::Compare(comparison) => compare_any(comparison, values(&comparison.path, resource)),
        Expression::Element { path, condition } => {
            elements(path, resource).filter_map(Value::as_object).any(|element| element_matches(condition, element))
        }
    }
}

/// What a user's `active` is compared as where nobody has set it.
static ACTIVE: Value = Value::Bool(true);

/// A user whose `active` nobody has set may be used: comparisons take it for true, as a lookup by `active` does. What the
/// absence means is left to the server (RFC 7643 §4.1.1). It is still not present.
fn is_unset_active(path: &AttributePath, resource: &Object) -> bool {
    path.is("active") && !path.value_in(resource).is_some_and(is_assigned)
}

/// Whether one element of a multi-valued attribute satisfies the condition in brackets.
pub(crate) fn element_matches(condition: &Expression, element: &Object) -> bool {
    let value = |path: &AttributePath| element.get(path.leaf().name);
    match condition {
        Expression::And(parts) => parts.iter().all(|part| element_matches(part, element)),
        Expression::Or(parts) => parts.iter().any(|part| element_matches(part, element)),
        Expression::Not(inner) => !element_matches(inner, element),
        Expression::Present(path) => value(path).is_some_and(is_assigned),
        Expression::Compare(comparison) => compare_any(comparison, value(&comparison.path).into_iter()),
        // The parser admits no brackets within brackets.
        Expression::Element { .. } => false,
    }
}

/// No value, null, an empty text, an empty list and an empty object are one and the same (RFC 7643 §2.5).
pub(crate) fn is_assigned(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(is_assigned),
        Value::Object(members) => members.values().any(is_assigned),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The values of an attribute, one by one.
fn elements<'v>(path: &AttributePath, resource: &'v Object) -> std::slice::Iter<'v, Value> {
    match path.value_in(resource) {
        Some(Value::Array(values)) => values.iter(),
        Some(value) => std::slice::from_ref(value).iter(),
        None => [].iter(),
    }
}

/// The same, or the sub-attribute of each.
fn values<'v>(path: &AttributePath, resource: &'v Object) -> impl Iterator<Item = &'v Value> {
    let sub = path.sub.map(|sub| sub.name);
    elements(path, resource).filter_map(move |value| match sub {
        Some(sub) => value.get(sub),
        None => Some(value),
    })
}

fn compare_any<'v>(comparison: &Comparison, mut values: impl Iterator<Item = &'v Value>) -> bool {
    if comparison.operator != Operator::Ne {
        return values.any(|value| compare(comparison, value));
    }
    let mut assigned = values.filter(|value| is_assigned(value)).peekable();
    assigned.peek().is_none() || assigned.any(|value| !is_equal(comparison, value))
}

fn compare(comparison: &Comparison, value: &Value) -> bool {
    let exact = comparison.path.leaf().case_exact;
    match (&comparison.literal, value) {
        (Literal::Text(literal), Value::String(text)) => match comparison.operator {
            Operator::Eq => literal.equals(text, exact),
            Operator::Co => literal.ask(text, exact, |text, part| text.contains(part)),
            Operator::Sw => literal.ask(text, exact, |text, part| text.starts_with(part)),
            Operator::Ew => literal.ask(text, exact, |text, part| text.ends_with(part)),
            operator => stands(operator, literal.order(text, exact)),
        },
        (Literal::Moment(_, moment), Value::String(text)) => {
            Timestamp::parse(text).is_ok_and(|value| stands(comparison.operator, value.cmp(moment)))
        }
        (Literal::Boolean(flag), Value::Bool(value)) => stands(comparison.operator, value.cmp(flag)),
        (Literal::Number(number), Value::Number(value)) => {
            order(value, number).is_some_and(|order| stands(comparison.operator, order))
        }
        _ => false,
    }
}

fn is_equal(comparison: &Comparison, value: &Value) -> bool {
    let exact = comparison.path.leaf().case_exact;
    match (&comparison.literal, value) {
        (Literal::Text(literal), Value::String(text)) => literal.equals(text, exact),
        (Literal::Moment(_, moment), Value::String(text)) => Timestamp::parse(text).is_ok_and(|value| value == *moment),
        (Literal::Boolean(flag), Value::Bool(value)) => value == flag,
        (Literal::Number(number), Value::Number(value)) => order(value, number) == Some(Ordering::Equal),
        _ => false,
    }
}

fn stands(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Ne | Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

/// Whole numbers are compared as such: as fractions large ones would fall together.
fn order(left: &Number, right: &Number) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) {
        return Some(left.cmp(&right));
    }
    left.as_f64()?.partial_cmp(&right.as_f64()?)
}
