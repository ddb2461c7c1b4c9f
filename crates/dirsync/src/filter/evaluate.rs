//! Answers a filter for one user, with three truths (OData 4.01 URL conventions §5.1.1.1: comparisons and logical
//! operators on null).

use std::cmp::Ordering;

use serde::Serialize;

use super::syntax::{Comparison, Expr, Function, Literal, Node};
use super::value::{Attributes, Item, Value};

/// What a clause comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It was asked of something that is not set; its opposite is unknown too.
    Unknown,
}

impl Truth {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }

    pub(super) fn opposite(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }

    /// False when any is false, else unknown when any is unknown.
    pub(super) fn all(truths: impl Iterator<Item = Self>) -> Self {
        Self::any(truths.map(Self::opposite)).opposite()
    }

    /// True when any is true, else unknown when any is unknown.
    pub(super) fn any(truths: impl Iterator<Item = Self>) -> Self {
        let mut found = Self::False;
        for truth in truths {
            match truth {
                Self::True => return Self::True,
                Self::Unknown => found = Self::Unknown,
                Self::False => {}
            }
        }
        found
    }
}

pub(super) fn evaluate(expr: &Expr, user: &dyn Attributes) -> Truth {
    match &expr.node {
        Node::And(parts) => Truth::all(parts.iter().map(|part| evaluate(part, user))),
        Node::Or(parts) => Truth::any(parts.iter().map(|part| evaluate(part, user))),
        Node::Not(inner) => evaluate(inner, user).opposite(),
        Node::Any { property, body, .. } => {
            let value = user.value(property.path);
            match body {
                None => Truth::of(!value.list().is_empty()),
                Some(body) => Truth::any(value.list().iter().map(|item| evaluate(body, &Item(item)))),
            }
        }
        node => node.property().map_or(Truth::Unknown, |property| clause(node, user.value(property.path))),
    }
}

/// A clause on one value.
pub(super) fn clause(node: &Node, value: Value<'_>) -> Truth {
    match node {
        Node::Compare { operator, literal, .. } => Truth::of(compare(value, *operator, literal)),
        Node::In { literals, .. } => {
            Truth::of(literals.iter().any(|literal| compare(value, Comparison::Equal, literal)))
        }
        Node::Text { function, needle, .. } => value.text().map_or(Truth::Unknown, |text| {
            Truth::of(match function {
                Function::StartsWith => needle.begins(text),
                Function::EndsWith => needle.ends(text),
                Function::Contains => needle.is_in(text),
            })
        }),
        Node::Count { operator, number, .. } => {
            let count = i64::try_from(value.list().len()).unwrap_or(i64::MAX);
            Truth::of(holds(count.cmp(number), *operator))
        }
        Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Any { .. } => Truth::Unknown,
    }
}

/// Null equals only null; it is neither more nor less than anything.
fn compare(value: Value<'_>, operator: Comparison, literal: &Literal) -> bool {
    let order = match literal {
        Literal::Null => (value == Value::Null).then_some(Ordering::Equal),
        Literal::Flag(flag) => value.flag().map(|own| own.cmp(flag)),
        Literal::Text(text) => value.text().map(|own| text.order(own)),
        Literal::Time(time) => value.time().map(|own| own.cmp(time)),
        Literal::Guid(id) => value.id().map(|own| own.cmp(id)),
    };
    match order {
        Some(order) => holds(order, operator),
        None => operator == Comparison::NotEqual,
    }
}

fn holds(order: Ordering, operator: Comparison) -> bool {
    match operator {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
    }
}
