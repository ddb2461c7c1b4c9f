//! Why a user is in or out: every clause with its text, the user's value and what it comes to.

use std::fmt::Write as _;

use serde::Serialize;

use super::evaluate::{Truth, clause, evaluate};
use super::syntax::{Expr, Node, Span};
use super::value::{Attributes, Item, Value};

/// The most items of a list that are shown.
const MOST_ITEMS: usize = 20;

/// One clause, answered for one user.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// The clause as it was written.
    pub text: String,
    /// Its place in the filter.
    pub span: Span,
    /// What it comes to.
    pub truth: Truth,
    /// What it read, when it reads a property itself.
    pub read: Option<Reading>,
    /// What is worth saying beyond that.
    pub note: Option<String>,
    /// The clauses within it.
    #[schema(no_recursion)]
    pub parts: Vec<Explanation>,
}

/// A property and the user's value, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reading {
    /// The property.
    pub property: String,
    /// The value as text; `None` when it is not set.
    pub value: Option<String>,
}

pub(super) fn explain(expr: &Expr, source: &str, user: &dyn Attributes) -> Explanation {
    let mut parts = Vec::new();
    let mut read = None;
    let mut note = None;
    let truth = match &expr.node {
        Node::And(inner) | Node::Or(inner) => {
            parts = inner.iter().map(|part| explain(part, source, user)).collect();
            let truths = parts.iter().map(|part| part.truth);
            if matches!(expr.node, Node::And(_)) { Truth::all(truths) } else { Truth::any(truths) }
        }
        Node::Not(inner) => {
            parts.push(explain(inner, source, user));
            parts[0].truth.opposite()
        }
        Node::Any { property, body, .. } => {
            let value = user.value(property.path);
            read = Some(reading(property.path, value));
            let fits = |item: &&String| body.as_ref().is_none_or(|body| evaluate(body, &Item(item)) == Truth::True);
            note = value.list().iter().find(fits).map(|item| format!("'{item}' fits"));
            evaluate(expr, user)
        }
        node => {
            let path = node.property().map_or("", |property| property.path);
            let value = user.value(path);
            read = Some(reading(path, value));
            clause(node, value)
        }
    };
    if truth == Truth::Unknown && parts.is_empty() {
        note = Some("a text function on a value that is not set is unknown, and so is its opposite".to_owned());
    }
    let text = source.get(expr.span.start..expr.span.end).unwrap_or_default().to_owned();
    Explanation { text, span: expr.span, truth, read, note, parts }
}

fn reading(path: &str, value: Value<'_>) -> Reading {
    let value = match value {
        Value::Null | Value::List([]) => None,
        Value::Text(text) => Some(text.to_owned()),
        Value::Flag(flag) => Some(flag.to_string()),
        Value::Id(id) => Some(id.to_string()),
        Value::Time(time) => Some(time.to_string()),
        Value::List(items) => {
            let mut text = items.iter().take(MOST_ITEMS).map(String::as_str).collect::<Vec<_>>().join(", ");
            if items.len() > MOST_ITEMS {
                let _ = write!(text, " and {} more", items.len() - MOST_ITEMS);
            }
            Some(text)
        }
    };
    Reading { property: path.to_owned(), value }
}
