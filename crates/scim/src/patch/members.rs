//! Who joins and leaves a group, without reading who is in it.
//!
//! However many members a group has, adding one costs one row. Deliberately gives up on what needs the members
//! themselves, such as `members[display sw "A"]`: then [`MemberSplit::needs_members`] is set and nothing is split off.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Act, Change, Patch, Step};
use crate::Object;
use crate::filter::{Comparison, Expression, Literal, Operator};

/// A member as a client names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The id of a user or a group.
    pub id: String,
    /// Which of the two, where the client says so.
    pub kind: Option<MemberKind>,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemberKind {
    /// A user.
    User,
    /// A group.
    Group,
}

/// Who joins and leaves. No id is in two lists; each list is in the order of ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberOps {
    /// They join, unless they are in already.
    pub add: Vec<Member>,
    /// They leave, if they are in.
    pub remove: Vec<String>,
    /// They are the members, and nobody else; then `add` and `remove` are empty.
    pub replace_all: Option<Vec<Member>>,
}

/// A patch of a group, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberSplit {
    /// Who joins and leaves.
    pub members: MemberOps,
    /// Everything else; does not touch `members` unless `needs_members`.
    pub rest: Patch,
    /// Whether `rest` must be applied to the group with all its members, and `members` is empty.
    pub needs_members: bool,
}

impl MemberOps {
    /// Whether nobody joins or leaves.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && self.replace_all.is_none()
    }
}

/// Takes the members out of a normalised group, as `POST` and `PUT` bring them.
pub fn take_members(group: &mut Object) -> Vec<Member> {
    match group.remove("members") {
        Some(Value::Array(elements)) => elements.iter().filter_map(member).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn split(patch: Patch) -> MemberSplit {
    let Patch { kind, steps, most_elements } = patch;
    let of_members = |step: &Step| step.change.attribute().is_some_and(|path| path.is("members"));
    let mut tally = Tally::default();
    if !steps.iter().filter(|step| of_members(step)).all(|step| tally.count(&step.change)) {
        return MemberSplit {
            members: MemberOps::default(),
            rest: Patch { kind, steps, most_elements },
            needs_members: true,
        };
    }
    let rest = steps.into_iter().filter(|step| !of_members(step)).collect();
    MemberSplit { members: tally.finish(), rest: Patch { kind, steps: rest, most_elements }, needs_members: false }
}

/// What the operations come to, one after the other.
#[derive(Default)]
struct Tally {
    /// Whether everybody left at some point.
    cleared: bool,
    /// By id: who is in at the end, and who is out.
    outcome: BTreeMap<String, Option<Member>>,
}

impl Tally {
    /// Counts a change in; false when it needs the members themselves.
    fn count(&mut self, change: &Change) -> bool {
        match change {
            Change::Append { elements, .. } => self.join(elements),
            Change::Assign { elements, .. } => {
                self.clear();
                self.join(elements);
            }
            Change::Unset { path } if path.sub.is_none() => self.clear(),
            Change::Withdraw { elements, .. } => {
                elements.iter().filter_map(member).for_each(|member| self.leave(member.id));
            }
            Change::Select { condition: Some(condition), act: Act::Remove, .. } => {
                let Some(ids) = ids(condition) else { return false };
                for id in ids {
                    self.leave(id.to_owned());
                }
            }
            _ => return false,
        }
        true
    }

    fn clear(&mut self) {
        self.cleared = true;
        self.outcome.clear();
    }

    fn join(&mut self, elements: &[Value]) {
        let members = elements.iter().filter_map(member);
        self.outcome.extend(members.map(|member| (member.id.clone(), Some(member))));
    }

    fn leave(&mut self, id: String) {
        self.outcome.insert(id, None);
    }

    fn finish(self) -> MemberOps {
        if self.cleared {
            let members = self.outcome.into_values().flatten().collect();
            return MemberOps { replace_all: Some(members), ..MemberOps::default() };
        }
        let mut ops = MemberOps::default();
        for (id, outcome) in self.outcome {
            match outcome {
                Some(member) => ops.add.push(member),
                None => ops.remove.push(id),
            }
        }
        ops
    }
}

fn member(element: &Value) -> Option<Member> {
    let id = element.get("value")?.as_str()?.to_owned();
    let kind = element.get("type").and_then(Value::as_str).and_then(|kind| match kind {
        kind if kind.eq_ignore_ascii_case("User") => Some(MemberKind::User),
        kind if kind.eq_ignore_ascii_case("Group") => Some(MemberKind::Group),
        _ => None,
    });
    Some(Member { id, kind })
}

/// The ids of `value eq "a"` and of `value eq "a" or value eq "b"`.
fn ids(condition: &Expression) -> Option<Vec<&str>> {
    let parts = match condition {
        Expression::Or(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    parts.iter().map(id).collect()
}

fn id(condition: &Expression) -> Option<&str> {
    match condition {
        Expression::Compare(Comparison { path, operator: Operator::Eq, literal: Literal::Text(text) })
            if path.leaf().name == "value" =>
        {
            Some(&text.written)
        }
        _ => None,
    }
}
