//! What an index can answer of a filter: the questions that provisioning clients ask again and again.
//!
//! A [`Lookup`] is a conjunction: every key must hold. Where it is not the whole filter, what the keys find is put
//! through [`Filter::matches`](super::Filter::matches). Texts that are not `caseExact` come folded.

use kernel::Timestamp;

use super::syntax::{Comparison, Expression, Literal, Operator};
use crate::path::AttributePath;

/// What an index can answer, and whether that is all.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup<'f> {
    /// All of them must hold. Empty when an index cannot help.
    pub keys: Vec<Key<'f>>,
    /// Whether the keys say all that the filter says. If not, what they find is put through the filter.
    pub complete: bool,
}

/// One condition that an index can answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Key<'f> {
    /// `id eq`, exact.
    Id(&'f str),
    /// `externalId eq`, exact.
    ExternalId(&'f str),
    /// `userName eq`, folded.
    UserName(&'f str),
    /// `userName sw`, folded.
    UserNamePrefix(&'f str),
    /// `displayName eq`, folded.
    DisplayName(&'f str),
    /// `displayName sw`, folded.
    DisplayNamePrefix(&'f str),
    /// An element of `emails` has this `value`, folded.
    Email(&'f str),
    /// `members eq`, `members.value eq` or `members[value eq]`, exact.
    Member(&'f str),
    /// The manager is this user, exact.
    Manager(&'f str),
    /// `groups eq` and so on: the user is in this group, exact.
    Group(&'f str),
    /// `active eq`.
    Active(bool),
    /// `meta.resourceType eq`, exact.
    ResourceType(&'f str),
    /// `meta.lastModified` compares with a moment.
    LastModified(Operator, Timestamp),
    /// `meta.created` compares with a moment.
    Created(Operator, Timestamp),
}

pub(super) fn lookup(root: &Expression) -> Lookup<'_> {
    let mut keys = Vec::new();
    let mut complete = true;
    for part in root.conjuncts() {
        match part {
            Expression::Compare(comparison) => match key(comparison) {
                Some(found) => keys.push(found),
                None => complete = false,
            },
            Expression::Element { condition, .. } => {
                // The whole condition holds for one element: each part holds for some element.
                let parts = condition.conjuncts();
                let found: Vec<_> = parts.iter().filter_map(comparison).filter_map(key).collect();
                complete &= found.len() == 1 && parts.len() == 1;
                keys.extend(found);
            }
            _ => complete = false,
        }
    }
    Lookup { keys, complete }
}

fn comparison(expression: &Expression) -> Option<&Comparison> {
    match expression {
        Expression::Compare(comparison) => Some(comparison),
        _ => None,
    }
}

fn key(comparison: &Comparison) -> Option<Key<'_>> {
    let Comparison { path, operator, literal } = comparison;
    match literal {
        Literal::Text(text) => {
            let text = if path.leaf().case_exact { &text.written } else { &text.folded };
            text_key(path, *operator, text)
        }
        Literal::Boolean(flag) if path.is("active") => match operator {
            Operator::Eq => Some(Key::Active(*flag)),
            _ => None,
        },
        Literal::Moment(_, moment) if *operator != Operator::Ne => {
            if path.is("meta.lastModified") {
                return Some(Key::LastModified(*operator, *moment));
            }
            path.is("meta.created").then_some(Key::Created(*operator, *moment))
        }
        _ => None,
    }
}

fn text_key<'f>(path: &AttributePath, operator: Operator, text: &'f str) -> Option<Key<'f>> {
    let name = (path.attribute.name, path.sub.map(|sub| sub.name));
    match (operator, name) {
        (Operator::Eq, ("id", None)) => Some(Key::Id(text)),
        (Operator::Eq, ("externalId", None)) => Some(Key::ExternalId(text)),
        (Operator::Eq, ("userName", None)) => Some(Key::UserName(text)),
        (Operator::Sw, ("userName", None)) => Some(Key::UserNamePrefix(text)),
        (Operator::Eq, ("displayName", None)) => Some(Key::DisplayName(text)),
        (Operator::Sw, ("displayName", None)) => Some(Key::DisplayNamePrefix(text)),
        (Operator::Eq, ("emails", Some("value"))) => Some(Key::Email(text)),
        (Operator::Eq, ("members", Some("value"))) => Some(Key::Member(text)),
        (Operator::Eq, ("manager", Some("value"))) => Some(Key::Manager(text)),
        (Operator::Eq, ("groups", Some("value"))) => Some(Key::Group(text)),
        (Operator::Eq, ("meta", Some("resourceType"))) => Some(Key::ResourceType(text)),
        _ => None,
    }
}
