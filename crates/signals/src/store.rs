//! Every statement on `signals_heads` and `signals_log`; those on webhooks below.

pub(crate) mod deliveries;
pub(crate) mod webhooks;

use kernel::OrganisationId;
use serde_json::value::RawValue;
use store::{Backend, Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::model::Json;
use crate::{Cause, Filter, Logged, Object, Revision, Stream, chain::GENESIS};

pub(crate) async fn head(tx: &mut Tx, organisation: OrganisationId) -> Result<Option<(Revision, Vec<u8>)>, StoreError> {
    let row = tx.one("SELECT revision, hash FROM signals_heads WHERE organisation = $1", args![organisation]).await?;
    row.map(|row| Ok((row.get("revision")?, row.get("hash")?))).transpose()
}

/// Locks the head until the unit of work ends; makes it when it is not there.
pub(crate) async fn lock_head(tx: &mut Tx, organisation: OrganisationId) -> Result<(Revision, Vec<u8>), StoreError> {
    let lock = match tx.backend() {
        // Only one writes at a time.
        Backend::Sqlite => "SELECT revision, hash FROM signals_heads WHERE organisation = $1",
        Backend::Postgres => "SELECT revision, hash FROM signals_heads WHERE organisation = $1 FOR UPDATE",
    };
    let row = match tx.one(lock, args![organisation]).await? {
        Some(row) => row,
        None => make_head(tx, organisation).await?,
    };
    Ok((row.get("revision")?, row.get("hash")?))
}

/// Makes an organisation's head; one that another node has just made is locked.
async fn make_head(tx: &mut Tx, organisation: OrganisationId) -> Result<Row, StoreError> {
    let row = tx
        .one(
            "INSERT INTO signals_heads (organisation, revision, hash) VALUES ($1, 0, $2)
             ON CONFLICT (organisation) DO UPDATE SET revision = signals_heads.revision RETURNING revision, hash",
            args![organisation, GENESIS.to_vec()],
        )
        .await?;
    row.ok_or_else(|| StoreError::Corrupt { column: "signals_heads.revision".to_owned() })
}

pub(crate) async fn move_head(
    tx: &mut Tx,
    organisation: OrganisationId,
    revision: Revision,
    hash: Vec<u8>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signals_heads SET revision = $2, hash = $3 WHERE organisation = $1",
        args![organisation, revision, hash],
    )
    .await?;
    Ok(())
}

pub(crate) fn insert<'a>(
    tx: &'a mut Tx,
    entries: impl Iterator<Item = Logged> + Send + 'a,
) -> impl Future<Output = Result<u64, StoreError>> + Send + 'a {
    let rows = entries.map(|entry| {
        let (object_kind, object_id, object_name) = match entry.object {
            Some(object) => (Some(object.kind), Some(object.id), object.name),
            None => (None, None, None),
        };
        let (cause_kind, cause_id) = entry.cause.map_or((None, None), |cause| (Some(cause.kind), cause.id));
        args![
            entry.organisation,
            entry.revision,
            entry.at,
            entry.stream,
            entry.name,
            entry.actor_kind,
            entry.actor_id,
            entry.actor_name,
            object_kind,
            object_id,
            object_name,
            cause_kind,
            cause_id,
            entry.reason,
            entry.address,
            entry.request_id,
            entry.before.map(|json| String::from(Box::<str>::from(json))),
            entry.after.map(|json| String::from(Box::<str>::from(json))),
            entry.members,
            entry.hash,
        ]
    });
    tx.insert_many(
        "INSERT INTO signals_log (organisation, revision, at, stream, name, actor_kind, actor_id, actor_name, object_kind,
             object_id, object_name, cause_kind, cause_id, reason, address, request_id, before, after, members, hash) VALUES ",
        rows,
        "",
    )
}

/// Up to `limit` entries after a revision, oldest first.
pub(crate) async fn after(
    tx: &mut Tx,
    organisation: OrganisationId,
    revision: Revision,
    limit: usize,
) -> Result<Vec<Logged>, StoreError> {
    let rows = tx
        .all(
            "SELECT * FROM signals_log WHERE organisation = $1 AND revision > $2 ORDER BY revision LIMIT $3",
            args![organisation, revision, limit],
        )
        .await?;
    rows.iter().map(logged).collect()
}

/// The beginning of a statement over entries that other conditions find.
pub(crate) fn among(organisation: OrganisationId) -> Sql {
    Sql::new("SELECT * FROM signals_log WHERE ").among("organisation", organisation)
}

/// The beginning of a statement over the entries that a filter wants.
pub(crate) fn matching(organisation: OrganisationId, filter: &Filter) -> Sql {
    let mut sql = Sql::new("SELECT * FROM signals_log WHERE organisation = ").bind(organisation);
    match filter.stream {
        // Written out, because the index on acts has this very condition.
        Some(Stream::Act) => sql = sql.push(" AND stream = 'act'"),
        Some(Stream::Change) => sql = sql.push(" AND stream = 'change'"),
        None => {}
    }
    if !filter.names.is_empty() {
        let exact = filter.names.iter().filter(|name| !name.ends_with('*'));
        sql = sql.push(" AND (name IN ").bind_list(exact);
        for prefix in filter.names.iter().filter_map(|name| name.strip_suffix('*')) {
            sql = begins_with(sql.push(" OR "), prefix);
        }
        sql = sql.push(")");
    }
    if let Some(prefix) = &filter.name_prefix {
        sql = begins_with(sql.push(" AND "), prefix);
    }
    if let Some(actor) = &filter.actor {
        sql = sql.push(" AND actor_name = ").bind(actor);
    }
    if let Some(object) = filter.object {
        sql = sql.push(" AND object_id = ").bind(object);
    }
    if let Some(cause) = filter.cause {
        sql = sql.push(" AND cause_id = ").bind(cause);
    }
    if let Some(from) = filter.from {
        sql = sql.push(" AND at >= ").bind(from);
    }
    if let Some(until) = filter.until {
        sql = sql.push(" AND at < ").bind(until);
    }
    sql
}

/// Written so, because `LIKE` has wildcards and differs in case between the databases.
fn begins_with(sql: Sql, prefix: &str) -> Sql {
    let length = prefix.chars().count();
    sql.push("substr(name, 1, CAST(").bind(length).push(" AS INTEGER)) = ").bind(prefix)
}

/// These entries of an organisation.
pub(crate) async fn by_revisions(
    tx: &mut Tx,
    organisation: OrganisationId,
    mut revisions: Vec<Revision>,
) -> Result<Vec<Logged>, StoreError> {
    revisions.sort_unstable();
    revisions.dedup();
    let mut entries = Vec::with_capacity(revisions.len());
    for revisions in revisions.chunks(500) {
        let sql = matching(organisation, &Filter::default()).push(" AND revision IN ");
        entries.extend(select(tx, sql.bind_list(revisions.iter().copied())).await?);
    }
    Ok(entries)
}

/// Runs a built `SELECT * FROM signals_log …`.
pub(crate) async fn select(tx: &mut Tx, sql: Sql) -> Result<Vec<Logged>, StoreError> {
    tx.select(sql).await?.iter().map(logged).collect()
}

fn logged(row: &Row) -> Result<Logged, StoreError> {
    let object_kind: Option<String> = row.get("object_kind")?;
    let object_id: Option<Uuid> = row.get("object_id")?;
    let name: Option<String> = row.get("object_name")?;
    let cause_kind: Option<String> = row.get("cause_kind")?;
    let cause_id: Option<Uuid> = row.get("cause_id")?;
    Ok(Logged {
        organisation: row.get("organisation")?,
        revision: row.get("revision")?,
        at: row.get("at")?,
        stream: row.get("stream")?,
        name: row.get("name")?,
        actor_kind: row.get("actor_kind")?,
        actor_id: row.get("actor_id")?,
        actor_name: row.get("actor_name")?,
        object: object_kind.zip(object_id).map(|(kind, id)| Object { kind, id, name }),
        cause: cause_kind.map(|kind| Cause { kind, id: cause_id }),
        reason: row.get("reason")?,
        address: row.get("address")?,
        request_id: row.get("request_id")?,
        before: value(row, "before")?,
        after: value(row, "after")?,
        members: row.get("members")?,
        hash: row.get("hash")?,
    })
}

fn value(row: &Row, column: &str) -> Result<Option<Json>, StoreError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| RawValue::from_string(text).map_err(|_| StoreError::Corrupt { column: column.to_owned() }))
        .transpose()
}
