//! What user groups want to know of what was pushed: which groups, which members, which names were somebody else's.

use directory::SourceId;
use kernel::{OrganisationId, Timestamp};
use store::{Row, Sql, StoreError, Tx};
use uuid::Uuid;

use crate::model::ConnectionId;

/// A group as a connection knows it.
#[derive(Debug, Clone)]
pub(crate) struct Pushed {
    pub(crate) connection: ConnectionId,
    pub(crate) number: i64,
    pub(crate) id: Uuid,
    pub(crate) external_id: Option<String>,
    pub(crate) member_count: u64,
    pub(crate) changed_at: Timestamp,
    pub(crate) source_id: SourceId,
    pub(crate) object_id: Uuid,
}

/// A name that another group had.
#[derive(Debug, Clone)]
pub(crate) struct FormerName {
    pub(crate) name_key: String,
    pub(crate) object_id: Uuid,
    pub(crate) deleted_at: Timestamp,
}

/// Groups that were pushed, by the directory's ids or by Entra's, which stand in `externalId`.
pub(crate) async fn pushed(
    tx: &mut Tx,
    organisation: OrganisationId,
    connections: &[ConnectionId],
    object_ids: &[Uuid],
) -> Result<Vec<Pushed>, StoreError> {
    const COLUMNS: &str = "SELECT connection, number, id, external_id, member_count, changed_at, source_id, object_id
        FROM provisioning_groups WHERE organisation = ";
    let mut found: Vec<Pushed> = Vec::new();
    for ids in object_ids.chunks(500) {
        let by_object = Sql::new(COLUMNS).bind(organisation).push(" AND object_id IN ").bind_list(ids.iter().copied());
        let by_external = Sql::new(COLUMNS)
            .bind(organisation)
            .push(" AND connection IN ")
            .bind_list(connections.iter().copied())
            .push(" AND external_id IN ")
            .bind_list(ids.iter().map(Uuid::to_string));
        for sql in [by_object, by_external] {
            for row in tx.select(sql).await? {
                let pushed = pushed_of(&row)?;
                if found.iter().all(|known| known.id != pushed.id) {
                    found.push(pushed);
                }
            }
        }
    }
    Ok(found)
}

/// The pushed group with this SCIM id.
pub(crate) async fn by_scim_id(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: Uuid,
) -> Result<Option<Pushed>, StoreError> {
    let sql = Sql::new(
        "SELECT connection, number, id, external_id, member_count, changed_at, source_id, object_id
         FROM provisioning_groups WHERE organisation = ",
    );
    tx.select(sql.bind(organisation).push(" AND id = ").bind(id)).await?.first().map(pushed_of).transpose()
}

/// Which of these names groups of these connections had that were deleted since.
pub(crate) async fn former_names(
    tx: &mut Tx,
    connections: &[ConnectionId],
    name_keys: &[String],
) -> Result<Vec<FormerName>, StoreError> {
    let mut found = Vec::new();
    for names in name_keys.chunks(500) {
        let sql = Sql::new("SELECT name_key, object_id, deleted_at FROM provisioning_former WHERE kind = 'Group'")
            .push(" AND connection IN ")
            .bind_list(connections.iter().copied())
            .push(" AND name_key IN ")
            .bind_list(names.iter().map(String::as_str));
        for row in tx.select(sql).await? {
            found.push(FormerName {
                name_key: row.get("name_key")?,
                object_id: row.get("object_id")?,
                deleted_at: row.get("deleted_at")?,
            });
        }
    }
    Ok(found)
}

/// The users that a connection says are in a group: their numbers, and by which id Entra knows them.
pub(crate) async fn members(tx: &mut Tx, group: i64) -> Result<Vec<(i64, Uuid)>, StoreError> {
    let sql = Sql::new(
        "SELECT u.number, u.object_id, u.external_id FROM provisioning_members m
         JOIN provisioning_users u ON u.number = m.member_number WHERE m.member_kind = 0 AND m.group_number = ",
    );
    let mut members = Vec::new();
    tx.for_each(sql.bind(group), |row| {
        let external: Option<String> = row.get("external_id")?;
        let entra_id = external.and_then(|id| Uuid::try_parse(&id).ok());
        members.push((row.get("number")?, entra_id.unwrap_or(row.get("object_id")?)));
        Ok(())
    })
    .await?;
    Ok(members)
}

fn pushed_of(row: &Row) -> Result<Pushed, StoreError> {
    Ok(Pushed {
        connection: row.get("connection")?,
        number: row.get("number")?,
        id: row.get("id")?,
        external_id: row.get("external_id")?,
        member_count: row.get("member_count")?,
        changed_at: row.get("changed_at")?,
        source_id: row.get("source_id")?,
        object_id: row.get("object_id")?,
    })
}
