//! Everything of an organisation bit by bit, and the ids of some of it.

use kernel::OrganisationId;
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use super::{groups, users};
use crate::model::{Group, Member, MemberKind, SourceId, User};

/// The next users that are not kept out, by ordinal.
pub(crate) async fn users_after(
    tx: &mut Tx,
    organisation: OrganisationId,
    after: u32,
    limit: usize,
) -> Result<Vec<User>, StoreError> {
    let sql = "SELECT * FROM directory_users WHERE organisation = $1 AND ordinal > $2 AND state <> 'excluded'
        ORDER BY ordinal LIMIT $3";
    tx.all(sql, args![organisation, after, limit]).await?.iter().map(users::user_of).collect()
}

/// The next groups that are not kept out, by ordinal.
pub(crate) async fn groups_after(
    tx: &mut Tx,
    organisation: OrganisationId,
    after: u32,
    limit: usize,
) -> Result<Vec<Group>, StoreError> {
    let sql = "SELECT * FROM directory_groups WHERE organisation = $1 AND ordinal > $2 AND state <> 'excluded'
        ORDER BY ordinal LIMIT $3";
    tx.all(sql, args![organisation, after, limit]).await?.iter().map(groups::group_of).collect()
}

/// A membership, and our id of the member where it is known here.
pub(crate) struct KnownMember {
    pub group: u32,
    pub member: Member,
    pub id: Option<Uuid>,
}

/// The next memberships of some groups, by group and object id.
pub(crate) async fn members_after(
    tx: &mut Tx,
    groups: &[u32],
    after: (u32, Uuid),
    limit: usize,
) -> Result<Vec<KnownMember>, StoreError> {
    let sql = Sql::new(
        "SELECT m.group_ordinal, m.member_object_id, m.member_kind, COALESCE(u.id, h.id) AS known
         FROM directory_memberships m JOIN directory_groups g ON g.ordinal = m.group_ordinal
         LEFT JOIN directory_users u ON m.member_kind = 0 AND u.source_id = g.source_id
             AND u.object_id = m.member_object_id AND u.state <> 'excluded'
         LEFT JOIN directory_groups h ON m.member_kind = 1 AND h.source_id = g.source_id
             AND h.object_id = m.member_object_id AND h.state <> 'excluded'
         WHERE m.group_ordinal IN ",
    );
    let sql = sql.bind_list(groups.iter().copied()).push(" AND (m.group_ordinal, m.member_object_id) > (");
    let sql = sql.bind(after.0).push(", ").bind(after.1);
    let sql = sql.push(") ORDER BY m.group_ordinal, m.member_object_id LIMIT ").bind(limit);
    tx.select(sql).await?.iter().map(known_member).collect()
}

fn known_member(row: &Row) -> Result<KnownMember, StoreError> {
    let member =
        Member { object_id: row.get("member_object_id")?, kind: MemberKind::from_code(row.get("member_kind")?) };
    Ok(KnownMember { group: row.get("group_ordinal")?, member, id: row.get("known")? })
}

/// Where users or groups come from: our id, the kind of source, the source, the id there.
pub(crate) async fn origins(
    tx: &mut Tx,
    organisation: OrganisationId,
    ids: &[Uuid],
    groups: bool,
) -> Result<Vec<(Uuid, String, SourceId, Uuid)>, StoreError> {
    let table = if groups { "directory_groups" } else { "directory_users" };
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new("SELECT id, source, source_id, object_id FROM ").push(table).push(" WHERE organisation = ");
        let sql = sql.bind(organisation).push(" AND id IN ").bind_list(ids.iter().copied());
        for row in tx.select(sql).await? {
            found.push((row.get("id")?, row.get("source")?, row.get("source_id")?, row.get("object_id")?));
        }
    }
    Ok(found)
}

/// Our ids and the names of those whom a source knows by these ids: the id there, ours, the name.
pub(crate) async fn names(
    tx: &mut Tx,
    source: SourceId,
    ids: &[Uuid],
    groups: bool,
) -> Result<Vec<(Uuid, Uuid, String)>, StoreError> {
    let columns = if groups {
        "SELECT object_id, id, COALESCE(display_name, '') AS name FROM directory_groups WHERE source_id = "
    } else {
        "SELECT object_id, id, COALESCE(display_name, user_principal_name, '') AS name FROM directory_users WHERE source_id = "
    };
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new(columns).bind(source).push(" AND state <> 'excluded' AND object_id IN ");
        for row in tx.select(sql.bind_list(ids.iter().copied())).await? {
            found.push((row.get("object_id")?, row.get("id")?, row.get("name")?));
        }
    }
    Ok(found)
}
