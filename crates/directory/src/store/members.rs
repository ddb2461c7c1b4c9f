//! `directory_members`: direct members of groups, by their object ids, some hundred in a row.

use kernel::OrganisationId;
use store::{Sql, StoreError, Tx};
use uuid::Uuid;

use crate::model::{Group, Member, MemberKind};

mod packed;
mod parts;

use packed::unpack;
pub(crate) use parts::Parts;

/// Every direct member of a group, in the order of their object ids.
pub(crate) async fn of_group(tx: &mut Tx, group_ordinal: u32) -> Result<Vec<Member>, StoreError> {
    let mut members = Vec::new();
    of_groups(tx, [group_ordinal], |_, part| members.extend(part)).await?;
    Ok(members)
}

/// Hands every direct member of some groups to `each`, part by part in the order of their object ids.
pub(crate) async fn of_groups(
    tx: &mut Tx,
    ordinals: impl IntoIterator<Item = u32>,
    mut each: impl FnMut(u32, Vec<Member>),
) -> Result<(), StoreError> {
    let sql = Sql::new("SELECT group_ordinal, members FROM directory_members WHERE group_ordinal IN ");
    let sql = sql.bind_list(ordinals).push(" ORDER BY group_ordinal, begins_at");
    tx.for_each(sql, |row| {
        each(row.get("group_ordinal")?, unpack(&row)?);
        Ok(())
    })
    .await
}

/// Hands the members of an organisation's groups to `each`: the group's number, and some of its members.
pub(crate) async fn each_of_organisation(
    tx: &mut Tx,
    organisation: OrganisationId,
    mut each: impl FnMut(u32, Vec<Member>),
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT m.group_ordinal, m.members FROM directory_members m
         JOIN directory_groups g ON g.ordinal = m.group_ordinal WHERE g.organisation = ",
    );
    tx.for_each(sql.bind(organisation), |row| {
        each(row.get("group_ordinal")?, unpack(&row)?);
        Ok(())
    })
    .await
}

/// The members of the next parts of some groups, by group and object id: about `limit`, at least one part.
pub(crate) async fn parts_after(
    tx: &mut Tx,
    groups: &[u32],
    after: (u32, Uuid),
    limit: usize,
) -> Result<Vec<(u32, Member)>, StoreError> {
    let sql = Sql::new("SELECT group_ordinal, members FROM directory_members WHERE group_ordinal IN ");
    let sql = sql.bind_list(groups.iter().copied()).push(" AND (group_ordinal, begins_at) > (");
    let sql = sql.bind(after.0).push(", ").bind(after.1).push(") ORDER BY group_ordinal, begins_at LIMIT ");
    let mut members = Vec::new();
    tx.for_each(sql.bind(limit.div_ceil(parts::MOST)), |row| {
        let group: u32 = row.get("group_ordinal")?;
        members.extend(unpack(&row)?.into_iter().map(|member| (group, member)));
        Ok(())
    })
    .await?;
    Ok(members)
}

/// How many members of each kind a group has.
pub(crate) async fn count_by_kind(tx: &mut Tx, group_ordinal: u32) -> Result<Vec<(MemberKind, u64)>, StoreError> {
    let mut counts = std::collections::BTreeMap::new();
    of_groups(tx, [group_ordinal], |_, members| {
        for member in members {
            *counts.entry(member.kind).or_default() += 1;
        }
    })
    .await?;
    Ok(counts.into_iter().collect())
}

/// The numbers of the users that a group's members name and that are known here, whatever their state.
pub(crate) async fn users_of_group(tx: &mut Tx, group: &Group) -> Result<Vec<u32>, StoreError> {
    let mut numbers = Vec::new();
    for ids in user_ids(tx, group).await?.chunks(500) {
        let sql = Sql::new("SELECT ordinal FROM directory_users WHERE source_id = ").bind(group.source.id);
        for row in tx.select(sql.push(" AND object_id IN ").bind_list(ids.iter().copied())).await? {
            numbers.push(row.get("ordinal")?);
        }
    }
    Ok(numbers)
}

/// How many users that a group's members name are held here, and how many are known here and not held.
pub(crate) async fn count_known(tx: &mut Tx, group: &Group) -> Result<(u64, u64), StoreError> {
    let (mut held, mut left_out) = (0, 0);
    for ids in user_ids(tx, group).await?.chunks(500) {
        let sql = Sql::new(
            "SELECT COUNT(CASE WHEN state NOT IN ('deleted', 'excluded') THEN 1 END) AS held,
                 COUNT(CASE WHEN state IN ('deleted', 'excluded') THEN 1 END) AS left_out
             FROM directory_users WHERE source_id = ",
        );
        let sql = sql.bind(group.source.id).push(" AND object_id IN ").bind_list(ids.iter().copied());
        for row in tx.select(sql).await? {
            held += row.get::<u64>("held")?;
            left_out += row.get::<u64>("left_out")?;
        }
    }
    Ok((held, left_out))
}

async fn user_ids(tx: &mut Tx, group: &Group) -> Result<Vec<Uuid>, StoreError> {
    let members = of_group(tx, group.ordinal).await?;
    Ok(members.iter().filter(|member| member.kind == MemberKind::User).map(|member| member.object_id).collect())
}

/// Which of these ids are direct members of the groups they stand with.
pub(crate) async fn among(tx: &mut Tx, wanted: &[(u32, &[Member])]) -> Result<Vec<(u32, Member)>, StoreError> {
    let mut parts = Parts::load(tx, wanted).await?;
    let mut found = Vec::new();
    for (group, members) in wanted {
        found.extend(members.iter().filter_map(|member| Some((*group, parts.find(*group, member.object_id)?))));
    }
    Ok(found)
}

/// How many direct members each of these groups has; those that have none are left out.
pub(crate) async fn counts(tx: &mut Tx, ordinals: &[u32]) -> Result<Vec<(u32, u64)>, StoreError> {
    let mut counts = Vec::with_capacity(ordinals.len());
    for ordinals in ordinals.chunks(500) {
        let sql = Sql::new(
            "SELECT group_ordinal, CAST(SUM(size) AS BIGINT) AS n FROM directory_members WHERE group_ordinal IN ",
        );
        let sql = sql.bind_list(ordinals.iter().copied()).push(" GROUP BY group_ordinal");
        for row in tx.select(sql).await? {
            counts.push((row.get("group_ordinal")?, row.get("n")?));
        }
    }
    Ok(counts)
}
