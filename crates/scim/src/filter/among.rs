//! What a filter that is asked of several kinds of resource at once comes to for one of them (RFC 7644 §3.4.2.1).
//!
//! An attribute that another kind has, and this one has not, is an attribute without a value: nothing is equal to it, it is
//! not present, everything is unequal to it. Such conditions are known before any resource is looked at, so they are taken
//! out of the filter.

use super::Filter;
use super::syntax::{Expression, Operator};
use crate::path::AttributePath;
use crate::schema::ResourceType;

/// What a filter comes to for one kind of resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Among {
    /// It lets every resource of the kind through.
    Everything,
    /// It lets none through.
    Nothing,
    /// It lets these through.
    These(Filter),
}

/// Part of a filter.
enum Part {
    /// It is true or false of every resource of the kind.
    Known(bool),
    /// It depends on the resource.
    Open(Expression),
}

/// Takes out what is known of a kind of resource.
pub(super) fn among(kind: &'static ResourceType, root: Expression) -> Among {
    match settle(kind, root) {
        Part::Known(true) => Among::Everything,
        Part::Known(false) => Among::Nothing,
        Part::Open(root) => Among::These(Filter { root }),
    }
}

fn settle(kind: &'static ResourceType, expression: Expression) -> Part {
    match expression {
        Expression::And(parts) => join(kind, parts, true, Expression::And),
        Expression::Or(parts) => join(kind, parts, false, Expression::Or),
        Expression::Not(inner) => match settle(kind, *inner) {
            Part::Known(is) => Part::Known(!is),
            Part::Open(inner) => Part::Open(Expression::Not(Box::new(inner))),
        },
        Expression::Present(path) | Expression::Element { path, .. } if is_of_another(kind, &path) => {
            Part::Known(false)
        }
        Expression::Compare(comparison) if is_of_another(kind, &comparison.path) => {
            Part::Known(comparison.operator == Operator::Ne)
        }
        other => Part::Open(other),
    }
}

/// Parts that are `neutral` say nothing; one that is the contrary says all.
fn join(
    kind: &'static ResourceType,
    parts: Vec<Expression>,
    neutral: bool,
    whole: fn(Vec<Expression>) -> Expression,
) -> Part {
    let mut open = Vec::with_capacity(parts.len());
    for part in parts {
        match settle(kind, part) {
            Part::Known(is) if is != neutral => return Part::Known(is),
            Part::Known(_) => {}
            Part::Open(part) => open.push(part),
        }
    }
    match open.len() {
        0 => Part::Known(neutral),
        1 => Part::Open(open.remove(0)),
        _ => Part::Open(whole(open)),
    }
}

/// The common attributes stand in a schema without a URN, and every kind has them.
fn is_of_another(kind: &'static ResourceType, path: &AttributePath) -> bool {
    !path.schema.urn.is_empty() && kind.schemas().all(|schema| schema.urn != path.schema.urn)
}
