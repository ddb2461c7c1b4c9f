//! Everything of an organisation bit by bit, and the ids of some of it.

use std::collections::{HashMap, HashSet};

use kernel::OrganisationId;
use store::{Sql, StoreError, Tx, args};
use uuid::Uuid;

use super::{groups, members, users};
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

/// The next memberships of some groups, by group and object id: about `limit`, and always whole parts of a group.
pub(crate) async fn members_after(
    tx: &mut Tx,
    groups: &[u32],
    after: (u32, Uuid),
    limit: usize,
) -> Result<Vec<KnownMember>, StoreError> {
    let found = members::parts_after(tx, groups, after, limit).await?;
    let mut ordinals: Vec<_> = found.iter().map(|(group, _)| *group).collect();
    ordinals.dedup();
    let mut sources: HashMap<u32, SourceId> = HashMap::new();
    let sql = Sql::new("SELECT ordinal, source_id FROM directory_groups WHERE ordinal IN ").bind_list(ordinals);
    for row in tx.select(sql).await? {
        sources.insert(row.get("ordinal")?, row.get("source_id")?);
    }
    let mut known = HashMap::new();
    for source in sources.values().copied().collect::<HashSet<_>>() {
        for kind in [MemberKind::User, MemberKind::Group] {
            let own = |group: &u32, member: &Member| member.kind == kind && sources.get(group) == Some(&source);
            let named = found.iter().filter(|(group, member)| own(group, member));
            let ids: Vec<_> = named.map(|(_, member)| member.object_id).collect();
            let ours = our_ids(tx, source, &ids, kind).await?;
            known.extend(ours.into_iter().map(|(object_id, id)| ((source, kind, object_id), id)));
        }
    }
    let id = |group, member: &Member| known.get(&(*sources.get(&group)?, member.kind, member.object_id)).copied();
    Ok(found.into_iter().map(|(group, member)| KnownMember { group, id: id(group, &member), member }).collect())
}

/// Our ids of those whom a source knows by these ids and who are not kept out.
async fn our_ids(
    tx: &mut Tx,
    source: SourceId,
    ids: &[Uuid],
    kind: MemberKind,
) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let table = if kind == MemberKind::Group { "directory_groups" } else { "directory_users" };
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql =
            Sql::new("SELECT object_id, id FROM ").push(table).push(" WHERE state <> 'excluded' AND source_id = ");
        let sql = sql.bind(source).push(" AND object_id IN ").bind_list(ids.iter().copied());
        for row in tx.select(sql).await? {
            found.push((row.get("object_id")?, row.get("id")?));
        }
    }
    Ok(found)
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
        let sql = Sql::new("SELECT id, source, source_id, object_id FROM ").push(table).push(" WHERE ");
        let sql = sql.among("organisation", organisation).push(" AND id IN ").bind_list(ids.iter().copied());
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
