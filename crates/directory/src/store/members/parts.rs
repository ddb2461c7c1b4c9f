//! The parts of groups that are looked at or changed together: found by where they begin, loaded where they are needed,
//! written back where they changed.

use std::collections::{BTreeMap, HashMap};

use store::{Sql, StoreError, Tx, args};
use uuid::Uuid;

use super::packed::{pack, unpack};
use crate::model::Member;

/// The most members that a part is written with: one fits a page of SQLite.
pub(super) const MOST: usize = 224;

/// So few members are sought one by one.
const FEW: usize = 4;

/// Parts of some groups.
pub(crate) struct Parts {
    groups: HashMap<u32, BTreeMap<Uuid, Part>>,
}

#[derive(Default)]
struct Part {
    /// Its row; none for a new one.
    row: Option<i64>,
    members: Vec<Member>,
    changed: bool,
}

impl Parts {
    /// The parts of these groups that hold these members, or would.
    pub(crate) async fn load(tx: &mut Tx, wanted: &[(u32, &[Member])]) -> Result<Self, StoreError> {
        if wanted.iter().map(|(_, members)| members.len()).sum::<usize>() <= FEW {
            return Self::seek(tx, wanted).await;
        }
        let mut groups = beginnings(tx, wanted).await?;
        let mut rows = Vec::new();
        for (group, members) in wanted {
            let Some(parts) = groups.get_mut(group) else { continue };
            for member in *members {
                if let Some(row) = covering(parts, member.object_id).and_then(|part| part.row) {
                    rows.push(row);
                }
            }
        }
        rows.sort_unstable();
        rows.dedup();
        for rows in rows.chunks(500) {
            let sql = Sql::new("SELECT group_ordinal, begins_at, members FROM directory_members WHERE part IN ");
            for row in tx.select(sql.bind_list(rows.iter().copied())).await? {
                let parts = groups.get_mut(&row.get("group_ordinal")?);
                if let Some(part) = parts.and_then(|parts| parts.get_mut(&row.get("begins_at").ok()?)) {
                    part.members = unpack(&row)?;
                }
            }
        }
        Ok(Self { groups })
    }

    /// The same, part by part: what a group has beside them is not looked at, so that it may be of any size.
    async fn seek(tx: &mut Tx, wanted: &[(u32, &[Member])]) -> Result<Self, StoreError> {
        let mut groups: HashMap<u32, BTreeMap<Uuid, Part>> = HashMap::new();
        for (group, members) in wanted {
            for member in *members {
                let found = tx
                    .one(
                        "SELECT part, begins_at, members FROM directory_members
                         WHERE group_ordinal = $1 AND begins_at <= $2 ORDER BY begins_at DESC LIMIT 1",
                        args![*group, member.object_id],
                    )
                    .await?;
                if let Some(row) = found {
                    let part = Part { row: Some(row.get("part")?), members: unpack(&row)?, changed: false };
                    groups.entry(*group).or_default().insert(row.get("begins_at")?, part);
                }
            }
        }
        Ok(Self { groups })
    }

    /// Whether it is a member, and as what.
    pub(crate) fn find(&mut self, group: u32, id: Uuid) -> Option<Member> {
        let part = covering(self.groups.get_mut(&group)?, id)?;
        let place = part.members.binary_search_by_key(&id, |member| member.object_id).ok()?;
        part.members.get(place).copied()
    }

    /// Takes a member out; returns it as it was.
    pub(crate) fn remove(&mut self, group: u32, id: Uuid) -> Option<Member> {
        let part = covering(self.groups.get_mut(&group)?, id)?;
        let place = part.members.binary_search_by_key(&id, |member| member.object_id).ok()?;
        part.changed = true;
        Some(part.members.remove(place))
    }

    /// Puts a member in; `false` where it is one already.
    pub(crate) fn add(&mut self, group: u32, member: Member) -> bool {
        let parts = self.groups.entry(group).or_default();
        if covering(parts, member.object_id).is_none() {
            parts.insert(Uuid::nil(), Part::default());
        }
        let Some(part) = covering(parts, member.object_id) else { return false };
        let Err(place) = part.members.binary_search_by_key(&member.object_id, |member| member.object_id) else {
            return false;
        };
        part.members.insert(place, member);
        part.changed = true;
        true
    }

    /// Writes back what changed.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        let (mut full, mut empty) = (Vec::new(), Vec::new());
        for (group, parts) in self.groups {
            for (begins_at, part) in parts.into_iter().filter(|(_, part)| part.changed) {
                if part.members.is_empty() {
                    empty.extend(part.row);
                    continue;
                }
                let count = part.members.len().div_ceil(MOST);
                for (index, members) in part.members.chunks(part.members.len().div_ceil(count)).enumerate() {
                    let begins_at = if index == 0 { begins_at } else { members[0].object_id };
                    full.push(args![group, begins_at, members.len(), pack(members)]);
                }
            }
        }
        for rows in empty.chunks(500) {
            let sql = Sql::new("DELETE FROM directory_members WHERE part IN ");
            tx.alter(sql.bind_list(rows.iter().copied())).await?;
        }
        tx.insert_many(
            "INSERT INTO directory_members (group_ordinal, begins_at, size, members) VALUES ",
            full,
            "ON CONFLICT (group_ordinal, begins_at) DO UPDATE SET size = excluded.size, members = excluded.members",
        )
        .await?;
        Ok(())
    }
}

/// Where the parts of the groups begin, without their members.
async fn beginnings(
    tx: &mut Tx,
    wanted: &[(u32, &[Member])],
) -> Result<HashMap<u32, BTreeMap<Uuid, Part>>, StoreError> {
    let mut ordinals: Vec<_> = wanted.iter().map(|(group, _)| *group).collect();
    ordinals.sort_unstable();
    ordinals.dedup();
    let mut groups: HashMap<u32, BTreeMap<Uuid, Part>> = HashMap::with_capacity(ordinals.len());
    for ordinals in ordinals.chunks(500) {
        let sql = Sql::new("SELECT part, group_ordinal, begins_at FROM directory_members WHERE group_ordinal IN ");
        for row in tx.select(sql.bind_list(ordinals.iter().copied())).await? {
            let part = Part { row: Some(row.get("part")?), ..Part::default() };
            groups.entry(row.get("group_ordinal")?).or_default().insert(row.get("begins_at")?, part);
        }
    }
    Ok(groups)
}

/// The part that an object id belongs to: the last that does not begin behind it.
fn covering(parts: &mut BTreeMap<Uuid, Part>, id: Uuid) -> Option<&mut Part> {
    parts.range_mut(..=id).next_back().map(|(_, part)| part)
}
