//! Members of groups: what a batch of changes adds and removes, and what the log says of it.

use signals::members::{self, MemberChange};
use store::{StoreError, Tx};

use super::{Act, Change, Entry, Object, Working, rows};
use crate::model::Member;

/// Writes the member changes among `changes`; returns what each really changed.
pub(super) async fn write<'a>(
    tx: &mut Tx,
    working: &Working,
    changes: &'a [Change],
) -> Result<Vec<(&'a Change, Vec<MemberChange>)>, StoreError> {
    let touched: Vec<_> = changes.iter().filter_map(|change| Touched::of(working, change)).collect();
    if touched.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<_> =
        touched.iter().flat_map(|one| [(one.ordinal, one.removed), (one.ordinal, one.added)]).collect();
    let mut parts = rows::members::Parts::load(tx, &wanted).await?;
    let done = touched.iter().map(|one| (one.change, one.make(&mut parts))).collect();
    parts.write(tx).await?;
    Ok(done)
}

/// A change of a group's members.
struct Touched<'a> {
    change: &'a Change,
    ordinal: u32,
    added: &'a [Member],
    removed: &'a [Member],
}

impl<'a> Touched<'a> {
    fn of(working: &Working, change: &'a Change) -> Option<Self> {
        let Act::Members { added, removed } = &change.act else { return None };
        Some(Self { change, ordinal: working.groups.get(&change.object_id)?.ordinal, added, removed })
    }

    /// Makes the change in memory; returns what it really changed.
    fn make(&self, parts: &mut rows::members::Parts) -> Vec<MemberChange> {
        let gone = self.removed.iter().filter_map(|one| parts.remove(self.ordinal, one.object_id));
        let mut found: Vec<_> = gone.map(|one| note(one, true)).collect();
        found.extend(self.added.iter().filter(|one| parts.add(self.ordinal, **one)).map(|one| note(*one, false)));
        found
    }
}

const fn note(member: Member, removed: bool) -> MemberChange {
    MemberChange { removed, kind: member.kind as u8, object_id: member.object_id }
}

/// What the log says of a change of members.
pub(super) fn entries<'a>(
    working: &'a Working,
    change: &'a Change,
    found: &'a [MemberChange],
) -> impl Iterator<Item = Entry> + 'a {
    let group = working.groups.get(&change.object_id);
    found.chunks(members::MOST).filter_map(move |part| {
        let group = group.filter(|group| group.state.visible())?;
        let mut entry = Entry::change("group.members_changed")
            .object(Object::new("group", group.id, group.name()))
            .reason(change.cause.as_str());
        entry.members = Some(members::pack(part));
        Some(entry)
    })
}
