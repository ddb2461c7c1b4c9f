//! `directory_memberships`: direct members of groups, by their object ids.

use std::collections::HashSet;

use kernel::OrganisationId;
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::model::{Group, Member, MemberKind};

/// Every direct member of a group, in the order of their object ids.
pub(crate) async fn of_group(tx: &mut Tx, group_ordinal: u32) -> Result<Vec<Member>, StoreError> {
    let sql = Sql::new("SELECT member_object_id, member_kind FROM directory_memberships WHERE group_ordinal = ");
    let mut members = Vec::new();
    tx.for_each(sql.bind(group_ordinal).push(" ORDER BY member_object_id"), |row| {
        members.push(member_of(&row)?);
        Ok(())
    })
    .await?;
    Ok(members)
}

/// Hands every direct member of some groups to `each`, group by group in the order of their object ids.
pub(crate) async fn of_groups(
    tx: &mut Tx,
    ordinals: impl IntoIterator<Item = u32>,
    mut each: impl FnMut(u32, Member),
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT group_ordinal, member_object_id, member_kind FROM directory_memberships WHERE group_ordinal IN ",
    );
    let sql = sql.bind_list(ordinals).push(" ORDER BY group_ordinal, member_object_id");
    tx.for_each(sql, |row| {
        each(row.get("group_ordinal")?, member_of(&row)?);
        Ok(())
    })
    .await
}

/// Which of these groups have no members at all.
pub(crate) async fn without_any(tx: &mut Tx, ordinals: &[u32]) -> Result<HashSet<u32>, StoreError> {
    let mut bare = HashSet::with_capacity(ordinals.len());
    for ordinals in ordinals.chunks(500) {
        let sql = Sql::new("SELECT g.ordinal FROM directory_groups g WHERE g.ordinal IN ");
        let sql = sql.bind_list(ordinals.iter().copied());
        let sql = sql.push(" AND NOT EXISTS (SELECT 1 FROM directory_memberships m WHERE m.group_ordinal = g.ordinal)");
        for row in tx.select(sql).await? {
            bare.insert(row.get("ordinal")?);
        }
    }
    Ok(bare)
}

/// Adds members to groups that have none.
pub(crate) async fn fill(tx: &mut Tx, members: &[(u32, Member)]) -> Result<(), StoreError> {
    tx.insert_many(
        "INSERT INTO directory_memberships (group_ordinal, member_object_id, member_kind) VALUES ",
        members.iter().map(|(group, member)| args![*group, member.object_id, i64::from(member.kind as u8)]),
        "ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}

/// Hands every membership row of an organisation's groups to `each`: the group's number, and the member.
pub(crate) async fn each_of_organisation(
    tx: &mut Tx,
    organisation: OrganisationId,
    mut each: impl FnMut(u32, Member),
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT m.group_ordinal, m.member_object_id, m.member_kind FROM directory_memberships m
         JOIN directory_groups g ON g.ordinal = m.group_ordinal WHERE g.organisation = ",
    );
    tx.for_each(sql.bind(organisation), |row| {
        each(row.get("group_ordinal")?, member_of(&row)?);
        Ok(())
    })
    .await
}

/// How many members of each kind a group has.
pub(crate) async fn count_by_kind(tx: &mut Tx, group_ordinal: u32) -> Result<Vec<(MemberKind, u64)>, StoreError> {
    let rows = tx
        .all(
            "SELECT member_kind, COUNT(*) AS n FROM directory_memberships WHERE group_ordinal = $1 GROUP BY member_kind",
            args![group_ordinal],
        )
        .await?;
    rows.iter().map(|row| Ok((MemberKind::from_code(row.get("member_kind")?), row.get("n")?))).collect()
}

/// The numbers of the users that a group's rows name and that are known here, whatever their state.
pub(crate) async fn users_of_group(tx: &mut Tx, group: &Group) -> Result<Vec<u32>, StoreError> {
    let rows = tx
        .all(
            "SELECT u.ordinal FROM directory_memberships m
             JOIN directory_users u ON u.source_id = $2 AND u.object_id = m.member_object_id
             WHERE m.group_ordinal = $1 AND m.member_kind = 0",
            args![group.ordinal, group.source.id],
        )
        .await?;
    rows.iter().map(|row| row.get("ordinal")).collect()
}

/// How many users that a group's rows name are held here, and how many are known here and not held.
pub(crate) async fn count_known(tx: &mut Tx, group: &Group) -> Result<(u64, u64), StoreError> {
    let row = tx
        .one(
            "SELECT COUNT(CASE WHEN u.state NOT IN ('deleted', 'excluded') THEN 1 END) AS held,
                 COUNT(CASE WHEN u.state IN ('deleted', 'excluded') THEN 1 END) AS left_out
             FROM directory_memberships m
             JOIN directory_users u ON u.source_id = $2 AND u.object_id = m.member_object_id
             WHERE m.group_ordinal = $1 AND m.member_kind = 0",
            args![group.ordinal, group.source.id],
        )
        .await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.get("held")?, row.get("left_out")?)))
}

/// Which of these ids are direct members of a group.
pub(crate) async fn among(tx: &mut Tx, group_ordinal: u32, ids: &[Uuid]) -> Result<Vec<Member>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(500) {
        let sql = Sql::new("SELECT member_object_id, member_kind FROM directory_memberships WHERE group_ordinal = ");
        let sql = sql.bind(group_ordinal).push(" AND member_object_id IN ").bind_list(ids.iter().copied());
        for row in tx.select(sql).await? {
            found.push(member_of(&row)?);
        }
    }
    Ok(found)
}

/// How many direct members a group has.
pub(crate) async fn count(tx: &mut Tx, group_ordinal: u32) -> Result<u64, StoreError> {
    tx.count("SELECT COUNT(*) AS n FROM directory_memberships WHERE group_ordinal = $1", args![group_ordinal]).await
}

/// Adds members; returns those that were not there before.
pub(crate) async fn add(tx: &mut Tx, group_ordinal: u32, members: &[Member]) -> Result<Vec<Member>, StoreError> {
    let mut added = Vec::with_capacity(members.len());
    for members in store::portions(members, 256) {
        let rows = members.iter().map(|member| args![group_ordinal, member.object_id, i64::from(member.kind as u8)]);
        let sql = Sql::new("INSERT INTO directory_memberships (group_ordinal, member_object_id, member_kind) VALUES ")
            .bind_rows(rows)
            .push(" ON CONFLICT DO NOTHING RETURNING member_object_id, member_kind");
        for row in tx.select(sql).await? {
            added.push(member_of(&row)?);
        }
    }
    Ok(added)
}

/// Removes members; returns those that were there.
pub(crate) async fn remove(tx: &mut Tx, group_ordinal: u32, members: &[Member]) -> Result<Vec<Member>, StoreError> {
    let mut gone = Vec::with_capacity(members.len());
    for members in members.chunks(500) {
        let sql = Sql::new("DELETE FROM directory_memberships WHERE group_ordinal = ")
            .bind(group_ordinal)
            .push(" AND member_object_id IN ")
            .bind_list(members.iter().map(|member| member.object_id))
            .push(" RETURNING member_object_id, member_kind");
        for row in tx.select(sql).await? {
            gone.push(member_of(&row)?);
        }
    }
    Ok(gone)
}

fn member_of(row: &Row) -> Result<Member, StoreError> {
    Ok(Member { object_id: row.get("member_object_id")?, kind: MemberKind::from_code(row.get("member_kind")?) })
}
