//! `directory_memberships`: direct members of groups, by their object ids.

use store::{Row, Sql, StoreError, Tx, args};

use crate::model::{Member, MemberKind};

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

/// Adds members; returns those that were not there before.
pub(crate) async fn add(tx: &mut Tx, group_ordinal: u32, members: &[Member]) -> Result<Vec<Member>, StoreError> {
    let mut added = Vec::with_capacity(members.len());
    for members in members.chunks(400) {
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
