//! Members of groups: what a batch of changes adds and removes, and what the log says of it.

use std::collections::HashSet;

use signals::members::{self, MemberChange};
use store::{StoreError, Tx};

use super::{Act, Change, Entry, Object, Working, rows};
use crate::model::{Group, Member};

/// Writes the member changes among `changes`; returns what each really changed.
pub(super) async fn write<'a>(
    tx: &mut Tx,
    working: &Working,
    changes: &'a [Change],
) -> Result<Vec<(&'a Change, Vec<MemberChange>)>, StoreError> {
    let touched: Vec<_> = changes.iter().filter_map(|change| Touched::of(working, change)).collect();
    let mut ordinals: Vec<_> = touched.iter().map(|touched| touched.group.ordinal).collect();
    ordinals.dedup();
    // A group without members takes new ones unseen, hundreds in a statement and several groups together.
    let bare = rows::members::without_any(tx, &ordinals).await?;
    let (mut fresh, mut done) = (Vec::new(), Vec::with_capacity(touched.len()));
    for one in touched {
        done.push((one.change, one.write(tx, &bare, &mut fresh).await?));
    }
    rows::members::fill(tx, &fresh).await?;
    Ok(done)
}

/// A change of a group's members.
struct Touched<'a, 'w> {
    change: &'a Change,
    group: &'w Group,
    added: &'a [Member],
    removed: &'a [Member],
}

impl<'a, 'w> Touched<'a, 'w> {
    fn of(working: &'w Working, change: &'a Change) -> Option<Self> {
        let Act::Members { added, removed } = &change.act else { return None };
        Some(Self { change, group: working.groups.get(&change.object_id)?, added, removed })
    }

    async fn write(
        &self,
        tx: &mut Tx,
        bare: &HashSet<u32>,
        fresh: &mut Vec<(u32, Member)>,
    ) -> Result<Vec<MemberChange>, StoreError> {
        let ordinal = self.group.ordinal;
        if bare.contains(&ordinal) {
            fresh.extend(self.added.iter().map(|member| (ordinal, *member)));
            return Ok(self.added.iter().map(|member| note(*member, false)).collect());
        }
        // Loss first: if this is cut short, nobody has kept what they lost.
        let removed = rows::members::remove(tx, ordinal, self.removed).await?;
        let added = rows::members::add(tx, ordinal, self.added).await?;
        Ok(removed
            .into_iter()
            .map(|one| note(one, true))
            .chain(added.into_iter().map(|one| note(one, false)))
            .collect())
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
