//! `directory_groups`.

use kernel::{OrganisationId, Scalar, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use super::{detail_of, source_of, state_of};
use crate::model::{Group, GroupId, Source, SourceId};
use crate::search;

/// What is read of a group: the columns beside these are for finding and sorting.
macro_rules! groups {
    () => {
        "SELECT ordinal, id, organisation, source, source_id, object_id, state, state_detail, missing_since, attributes,
             created_at, changed_at, seen_at, revision FROM directory_groups"
    };
}

const HEAD: &str = "INSERT INTO directory_groups (id, organisation, source, source_id, object_id, state, state_cause,
    state_detail, due, missing_since, display_name, description, mail, kind, dynamic, sort_name, attributes, created_at,
    changed_at, seen_at, revision) VALUES ";

const TAIL: &str = "ON CONFLICT (source_id, object_id) DO UPDATE SET source = excluded.source, state = excluded.state,
    state_cause = excluded.state_cause, state_detail = excluded.state_detail, due = excluded.due,
    missing_since = excluded.missing_since, display_name = excluded.display_name, description = excluded.description,
    mail = excluded.mail, kind = excluded.kind, dynamic = excluded.dynamic, sort_name = excluded.sort_name,
    attributes = excluded.attributes, changed_at = excluded.changed_at, seen_at = excluded.seen_at,
    revision = excluded.revision";

/// Inserts or replaces groups; the ordinal of a new one is given by the database.
pub(crate) async fn put(tx: &mut Tx, groups: &[Group]) -> Result<(), StoreError> {
    tx.insert_many(HEAD, groups.iter().map(values), TAIL).await?;
    Ok(())
}

fn values(group: &Group) -> Vec<Scalar> {
    let a = &group.attributes;
    let json = serde_json::to_string(a).expect("invariant: attributes are plain data");
    args![
        group.id,
        group.source.organisation,
        group.source.kind,
        group.source.id,
        group.object_id,
        group.state.name(),
        group.state.cause(),
        detail_of(&group.state),
        group.state.due(),
        group.missing_since,
        a.display_name.as_deref(),
        a.description.as_deref(),
        a.mail.as_deref(),
        a.kind(),
        a.is_dynamic(),
        group.name().to_lowercase(),
        json,
        group.created_at,
        group.changed_at,
        group.seen_at,
        group.revision,
    ]
}

/// Groups of a source by their ids there, in no order.
pub(crate) async fn by_object_ids(tx: &mut Tx, source: SourceId, ids: &[Uuid]) -> Result<Vec<Group>, StoreError> {
    let mut groups = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new(concat!(groups!(), " WHERE source_id = ")).bind(source);
        // Understood as they come, which takes as long as finding the next.
        tx.for_each(sql.push(" AND object_id IN ").bind_list(ids.iter().copied()), |row| {
            groups.push(group_of(&row)?);
            Ok(())
        })
        .await?;
    }
    Ok(groups)
}

/// Groups of a source in the order of their ids there, after one of them.
pub(crate) async fn after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Group>, StoreError> {
    let rows = tx
        .all(
            concat!(groups!(), " WHERE source_id = $1 AND object_id > $2 ORDER BY object_id LIMIT $3"),
            args![source, after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    rows.iter().map(group_of).collect()
}

/// Only the ids and whether they are held, in the order of the ids; for comparing with a complete read.
pub(crate) async fn keys_after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, StoreError> {
    let rows = tx
        .all(
            "SELECT object_id FROM directory_groups WHERE source_id = $1 AND object_id > $2 ORDER BY object_id LIMIT $3",
            args![source, after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    rows.iter().map(|row| row.get("object_id")).collect()
}

/// One group of an organisation.
pub(crate) async fn find(tx: &mut Tx, organisation: OrganisationId, id: GroupId) -> Result<Option<Group>, StoreError> {
    let row = tx.one(concat!(groups!(), " WHERE organisation = $1 AND id = $2"), args![organisation, id]).await?;
    row.as_ref().map(group_of).transpose()
}

/// One group of an organisation by its id in a source.
pub(crate) async fn find_by_object_id(
    tx: &mut Tx,
    organisation: OrganisationId,
    source: SourceId,
    object_id: Uuid,
) -> Result<Option<Group>, StoreError> {
    let row = tx
        .one(
            concat!(groups!(), " WHERE organisation = $1 AND source_id = $2 AND object_id = $3"),
            args![organisation, source, object_id],
        )
        .await?;
    row.as_ref().map(group_of).transpose()
}

/// Groups of an organisation by our ids, in no order.
pub(crate) async fn by_ids(tx: &mut Tx, organisation: OrganisationId, ids: &[Uuid]) -> Result<Vec<Group>, StoreError> {
    let mut groups = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new(concat!(groups!(), " WHERE ")).among("organisation", organisation);
        groups.extend(select(tx, sql.push(" AND id IN ").bind_list(ids.iter().copied())).await?);
    }
    Ok(groups)
}

/// Groups of an organisation that have this security identifier.
pub(crate) async fn by_sid(tx: &mut Tx, organisation: OrganisationId, sid: &str) -> Result<Vec<Group>, StoreError> {
    let member = format!("ecurityIdentifier\":\"{sid}\"");
    let sql = Sql::new("SELECT * FROM directory_groups WHERE organisation = ").bind(organisation);
    select(tx, sql.push(" AND LOWER(attributes)").has(&member).push(" ORDER BY id LIMIT 100")).await
}

/// Deleted groups of an organisation with one of these names in lower case, in no order.
pub(crate) async fn deleted_named(
    tx: &mut Tx,
    organisation: OrganisationId,
    names: &[String],
) -> Result<Vec<Group>, StoreError> {
    let mut groups = Vec::new();
    for names in names.chunks(500) {
        let sql = Sql::new("SELECT * FROM directory_groups WHERE state = 'deleted' AND organisation = ");
        let sql = sql.bind(organisation).push(" AND sort_name IN ").bind_list(names.iter().map(String::as_str));
        groups.extend(select(tx, sql).await?);
    }
    Ok(groups)
}

/// What the index and the search keep of a group.
pub(crate) struct HeldGroup {
    pub(crate) ordinal: u32,
    pub(crate) id: Uuid,
    pub(crate) source: SourceId,
    pub(crate) object_id: Uuid,
    pub(crate) usable: bool,
    pub(crate) line: String,
}

/// Hands every group that the organisation holds to `each`, in the order of their numbers.
pub(crate) async fn each_held(
    tx: &mut Tx,
    organisation: OrganisationId,
    mut each: impl FnMut(HeldGroup),
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT ordinal, id, source_id, object_id, state, state_detail, display_name, description, mail
         FROM directory_groups WHERE state IN ('active', 'disabled', 'conflict') AND organisation = ",
    );
    tx.for_each(sql.bind(organisation).push(" ORDER BY ordinal"), |row| {
        let object_id: Uuid = row.get("object_id")?;
        let texts: [Option<String>; 3] = [row.get("display_name")?, row.get("mail")?, row.get("description")?];
        let [name, mail, description] = texts.each_ref().map(Option::as_deref);
        each(HeldGroup {
            ordinal: row.get("ordinal")?,
            id: row.get("id")?,
            source: row.get("source_id")?,
            object_id,
            usable: state_of(&row)?.usable(),
            line: line(object_id, name, mail, description),
        });
        Ok(())
    })
    .await
}

/// What a group can be found by.
pub(crate) fn line_of(group: &Group) -> String {
    let a = &group.attributes;
    line(group.object_id, a.display_name.as_deref(), a.mail.as_deref(), a.description.as_deref())
}

fn line(object_id: Uuid, name: Option<&str>, mail: Option<&str>, description: Option<&str>) -> String {
    let nameless = name.is_none().then(|| object_id.to_string());
    search::line([nameless.as_deref(), name, mail, description].into_iter().flatten())
}

/// Groups by a built `SELECT * FROM directory_groups …`.
pub(crate) async fn select(tx: &mut Tx, sql: Sql) -> Result<Vec<Group>, StoreError> {
    tx.select(sql).await?.iter().map(group_of).collect()
}

/// Groups of a source whose state is due, oldest first.
pub(crate) async fn due(tx: &mut Tx, source: Source, now: Timestamp, limit: usize) -> Result<Vec<Group>, StoreError> {
    let rows = tx
        .all(
            concat!(
                groups!(),
                " WHERE organisation = $1 AND state IN ('conflict', 'deleted')
                 AND due <= $3 AND source_id = $2 ORDER BY due LIMIT $4"
            ),
            args![source.organisation, source.id, now, limit],
        )
        .await?;
    rows.iter().map(group_of).collect()
}

/// Notes that complete reads have not shown these groups since `since`; keeps an earlier note.
pub(crate) async fn mark_missing(
    tx: &mut Tx,
    source: SourceId,
    ids: &[Uuid],
    since: Timestamp,
) -> Result<(), StoreError> {
    for ids in ids.chunks(500) {
        let sql = Sql::new("UPDATE directory_groups SET missing_since = COALESCE(missing_since, ").bind(since);
        let sql = sql.push(") WHERE source_id = ").bind(source);
        tx.alter(sql.push(" AND object_id IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(())
}

/// Notes the log's revision of the last change.
pub(crate) async fn stamp(tx: &mut Tx, source: SourceId, ids: &[Uuid], revision: i64) -> Result<(), StoreError> {
    for ids in ids.chunks(500) {
        let sql = Sql::new("UPDATE directory_groups SET revision = ").bind(revision);
        let sql = sql.push(" WHERE source_id = ").bind(source);
        tx.alter(sql.push(" AND object_id IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(())
}

/// Removes groups for good, with their memberships.
pub(crate) async fn remove(tx: &mut Tx, source: SourceId, ids: &[Uuid]) -> Result<(), StoreError> {
    for ids in ids.chunks(500) {
        let sql = Sql::new(
            "DELETE FROM directory_members WHERE group_ordinal IN (SELECT ordinal FROM directory_groups WHERE source_id = ",
        );
        let sql = sql.bind(source).push(" AND object_id IN ").bind_list(ids.iter().copied());
        tx.alter(sql.push(")")).await?;
        let sql = Sql::new("DELETE FROM directory_groups WHERE source_id = ").bind(source);
        tx.alter(sql.push(" AND object_id IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(())
}

pub(crate) fn group_of(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        ordinal: row.get("ordinal")?,
        id: row.get("id")?,
        source: source_of(row)?,
        object_id: row.get("object_id")?,
        state: state_of(row)?,
        missing_since: row.get("missing_since")?,
        attributes: row.json("attributes")?,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
        seen_at: row.get("seen_at")?,
        revision: row.get("revision")?,
    })
}
