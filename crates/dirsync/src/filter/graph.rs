//! Whether Graph itself could run a filter ("Advanced query capabilities on Microsoft Entra ID objects").

use serde::Serialize;

use super::property::Need;
use super::syntax::{Comparison, Expr, Function, Literal, Node};

/// The most alternatives Graph takes in one filter ("Too many child clauses … Max allowed: 15").
const MOST_ALTERNATIVES: usize = 15;

/// A filter as a query to Graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct GraphQuery {
    /// The text for `$filter`.
    pub filter: String,
    /// Whether Graph can run it.
    pub supported: bool,
    /// Whether it needs the header `ConsistencyLevel: eventual` and the parameter `$count=true`.
    pub advanced: bool,
    /// What makes it unsupported or advanced, one sentence each.
    pub because: Vec<String>,
}

pub(super) fn query(root: &Expr, filter: String) -> GraphQuery {
    let mut worst = Need::Plain;
    let mut because = Vec::new();
    root.visit(&mut |expr| {
        let (need, what) = need(&expr.node);
        worst = worst.max(need);
        let reason = match need {
            Need::Plain => return,
            Need::Advanced => format!("{what} needs ConsistencyLevel: eventual and $count=true"),
            Need::Impossible => format!("Graph does not offer {what}"),
        };
        if !because.contains(&reason) {
            because.push(reason);
        }
    });
    GraphQuery { filter, supported: worst != Need::Impossible, advanced: worst != Need::Plain, because }
}

/// What one clause needs by itself, and what it is called.
fn need(node: &Node) -> (Need, String) {
    let path = node.property().map_or("", |property| property.path);
    match node {
        Node::Or(parts) if parts.len() > MOST_ALTERNATIVES => (Need::Impossible, too_many()),
        Node::Any { body: None, .. } => (Need::Impossible, format!("any() without a condition on {path}")),
        Node::And(_) | Node::Or(_) | Node::Any { .. } => (Need::Plain, String::new()),
        Node::Not(_) => (Need::Advanced, "not".to_owned()),
        Node::Count { .. } => (Need::Advanced, format!("$count of {path}")),
        Node::In { literals, .. } if literals.len() > MOST_ALTERNATIVES => (Need::Impossible, too_many()),
        Node::In { property, .. } => (property.graph.equal, format!("in on {path}")),
        Node::Text { property, function, .. } => {
            let need = match function {
                Function::StartsWith => property.graph.begins,
                Function::EndsWith => property.graph.ends,
                Function::Contains => Need::Impossible,
            };
            (need, format!("{} on {path}", function.word()))
        }
        Node::Compare { property, operator, literal } => {
            let support = property.graph;
            let need = match (operator, literal) {
                (Comparison::Equal, Literal::Null) => support.null,
                (Comparison::Equal, _) => support.equal,
                (Comparison::NotEqual, Literal::Null) => support.null.max(Need::Advanced),
                (Comparison::NotEqual, _) => support.equal.max(Need::Advanced),
                (Comparison::GreaterOrEqual | Comparison::LessOrEqual, _) => support.range,
                (Comparison::Greater | Comparison::Less, _) => Need::Impossible,
            };
            let null = if *literal == Literal::Null { " null" } else { "" };
            (need, format!("{}{null} on {path}", operator.word()))
        }
    }
}

fn too_many() -> String {
    format!("more than {MOST_ALTERNATIVES} alternatives in one filter")
}
