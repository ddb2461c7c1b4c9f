//! `provisioning_members`: who is in which group, as pushed.

use scim::{GROUP, USER};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

/// A member: what it is (0 a user, 1 a group) and its number.
pub(crate) type Place = (i64, i64);

/// Adds members; gives back those that were not there.
pub(crate) async fn add(tx: &mut Tx, group: i64, members: &[Place]) -> Result<Vec<Place>, StoreError> {
    let mut added = Vec::with_capacity(members.len());
    for members in store::portions(members, 256) {
        let rows = members.iter().map(|(kind, number)| args![group, *kind, *number]);
        let sql = Sql::new("INSERT INTO provisioning_members (group_number, member_kind, member_number) VALUES ")
            .bind_rows(rows)
            .push(" ON CONFLICT DO NOTHING RETURNING member_kind, member_number");
        for row in tx.select(sql).await? {
            added.push(place(&row)?);
        }
    }
    Ok(added)
}

/// Removes members; gives back those that were there.
pub(crate) async fn remove(tx: &mut Tx, group: i64, members: &[Place]) -> Result<Vec<Place>, StoreError> {
    let mut removed = Vec::with_capacity(members.len());
    for kind in [0, 1] {
        let numbers: Vec<i64> = members.iter().filter(|(of, _)| *of == kind).map(|(_, number)| *number).collect();
        for numbers in numbers.chunks(500) {
            let sql = Sql::new("DELETE FROM provisioning_members WHERE group_number = ").bind(group);
            let sql = sql.push(" AND member_kind = ").bind(kind).push(" AND member_number IN ");
            let sql = sql.bind_list(numbers.iter().copied()).push(" RETURNING member_kind, member_number");
            for row in tx.select(sql).await? {
                removed.push(place(&row)?);
            }
        }
    }
    Ok(removed)
}

/// Every member of a group.
pub(crate) async fn of_group(tx: &mut Tx, group: i64) -> Result<Vec<Place>, StoreError> {
    let rows = tx
        .all(
            "SELECT member_kind, member_number FROM provisioning_members WHERE group_number = $1
             ORDER BY member_kind, member_number",
            args![group],
        )
        .await?;
    rows.iter().map(place).collect()
}

/// The numbers of the groups that something is a direct member of.
pub(crate) async fn groups_of(tx: &mut Tx, (kind, number): Place) -> Result<Vec<i64>, StoreError> {
    let rows = tx
        .all(
            "SELECT group_number FROM provisioning_members WHERE member_kind = $1 AND member_number = $2
             ORDER BY group_number",
            args![kind, number],
        )
        .await?;
    rows.iter().map(|row| row.get("group_number")).collect()
}

/// A member or a group as it is told: whose it is, its SCIM id, and what people call it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The group's, or the user's number.
    pub(crate) of: i64,
    /// `User` or `Group`.
    pub(crate) kind: &'static str,
    pub(crate) id: Uuid,
    pub(crate) name: Option<String>,
}

/// The members of some groups, group by group. Their names are read only where somebody wants them.
pub(crate) async fn told_of_groups(tx: &mut Tx, groups: &[i64], named: bool) -> Result<Vec<Told>, StoreError> {
    let mut told = Vec::new();
    for (users, kind) in [(true, USER.name), (false, GROUP.name)] {
        let sql = Sql::new("SELECT m.group_number AS subject, o.id, ")
            .push(if named { "o.resource" } else { "'{}' AS resource" })
            .push(" FROM provisioning_members m JOIN ")
            .push(if users { "provisioning_users o" } else { "provisioning_groups o" })
            .push(" ON o.number = m.member_number WHERE m.member_kind = ")
            .bind(i64::from(!users))
            .push(" AND m.group_number IN ");
        let sql = sql.bind_list(groups.iter().copied()).push(" ORDER BY m.group_number, m.member_number");
        tx.for_each(sql, |row| {
            told.push(told_of(kind, &row)?);
            Ok(())
        })
        .await?;
    }
    Ok(told)
}

/// The groups that some users are direct members of, user by user.
pub(crate) async fn told_of_users(tx: &mut Tx, users: &[i64]) -> Result<Vec<Told>, StoreError> {
    let sql = Sql::new(
        "SELECT m.member_number AS subject, g.id, g.resource FROM provisioning_members m
         JOIN provisioning_groups g ON g.number = m.group_number WHERE m.member_kind = 0 AND m.member_number IN ",
    );
    let sql = sql.bind_list(users.iter().copied()).push(" ORDER BY m.member_number, m.group_number");
    tx.select(sql).await?.iter().map(|row| told_of(GROUP.name, row)).collect()
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    display_name: Option<String>,
}

fn told_of(kind: &'static str, row: &Row) -> Result<Told, StoreError> {
    let named: Named = row.json("resource")?;
    Ok(Told { of: row.get("subject")?, kind, id: row.get("id")?, name: named.display_name })
}

/// The directory's ids of members: by place.
pub(crate) async fn object_ids(tx: &mut Tx, places: &[Place]) -> Result<Vec<(Place, Uuid)>, StoreError> {
    let mut found = Vec::with_capacity(places.len());
    let tables = [
        "SELECT number, object_id FROM provisioning_users WHERE number IN ",
        "SELECT number, object_id FROM provisioning_groups WHERE number IN ",
    ];
    for (kind, sql) in (0..).zip(tables) {
        let numbers: Vec<i64> = places.iter().filter(|(of, _)| *of == kind).map(|(_, number)| *number).collect();
        for numbers in numbers.chunks(500) {
            for row in tx.select(Sql::new(sql).bind_list(numbers.iter().copied())).await? {
                found.push(((kind, row.get("number")?), row.get("object_id")?));
            }
        }
    }
    Ok(found)
}

/// Takes a member out of every group, and counts the groups down.
pub(crate) async fn leave_all(
    tx: &mut Tx,
    (kind, number): Place,
    groups: &[i64],
    now: kernel::Timestamp,
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM provisioning_members WHERE member_kind = $1 AND member_number = $2", args![kind, number])
        .await?;
    for groups in groups.chunks(500) {
        let sql = Sql::new(
            "UPDATE provisioning_groups SET member_count = member_count - 1, version = version + 1, changed_at = ",
        );
        tx.alter(sql.bind(now).push(" WHERE number IN ").bind_list(groups.iter().copied())).await?;
    }
    Ok(())
}

/// Removes every member of a group that is itself going.
pub(crate) async fn clear(tx: &mut Tx, group: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM provisioning_members WHERE group_number = $1", args![group]).await?;
    Ok(())
}

fn place(row: &Row) -> Result<Place, StoreError> {
    Ok((row.get("member_kind")?, row.get("member_number")?))
}
