//! `provisioning_calls`: every call and its answer, for a time.

use kernel::{Cursor, OrganisationId, Page, PageRequest, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};

use crate::cycles::Step;
use crate::journal::{CallDetails, CallFilter, CallView, Entry};
use crate::model::{CallId, ConnectionId};

const HEAD: &str = "INSERT INTO provisioning_calls (organisation, connection, at, method, path, query, operation,
    resource_id, resource_name, status, scim_type, detail, results, members_added, members_removed, dialect, micros, address,
    key_id, request_id, request, answer) VALUES ";

/// What lists show: everything but the bodies.
const COLUMNS: &str =
    "SELECT number, connection, at, method, path, query, operation, resource_id, resource_name, status,
    scim_type, detail, results, members_added, members_removed, dialect, micros, address, key_id, request_id
    FROM provisioning_calls WHERE organisation = ";

/// Writes calls down, in their order.
pub(crate) async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
    let rows = entries.iter().map(|entry| {
        args![
            entry.organisation,
            entry.connection,
            entry.at,
            entry.method.as_str(),
            entry.path.as_str(),
            entry.query.as_str(),
            entry.meaning.operation,
            entry.resource_id,
            entry.resource_name.as_deref(),
            i64::from(entry.status),
            entry.scim_type,
            entry.detail.as_deref(),
            entry.results,
            entry.meaning.members_added,
            entry.meaning.members_removed,
            entry.dialect,
            i64::try_from(entry.took.as_micros()).unwrap_or(i64::MAX),
            entry.address.map(|address| address.to_string()),
            entry.key,
            entry.request_id,
            entry.request.as_deref(),
            entry.answer.as_deref()
        ]
    });
    tx.insert_many(HEAD, rows, "").await?;
    Ok(())
}

/// Calls, newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &CallFilter,
    page: &PageRequest,
) -> Result<Page<CallView>, StoreError> {
    let mut sql = conditions(Sql::new(COLUMNS).bind(organisation), filter);
    if let Some(before) = page.after.as_ref().and_then(Cursor::decode::<CallId>) {
        sql = sql.push(" AND number < ").bind(before);
    }
    let rows = tx.select(sql.push(" ORDER BY number DESC LIMIT ").bind(page.limit + 1)).await?;
    let calls = rows.iter().map(view).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(calls, page.limit, |call: &CallView| call.id))
}

/// One call with its bodies.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: CallId,
) -> Result<Option<CallDetails>, StoreError> {
    let sql = "SELECT * FROM provisioning_calls WHERE organisation = $1 AND number = $2";
    let Some(row) = tx.one(sql, args![organisation, id]).await? else { return Ok(None) };
    Ok(Some(CallDetails::new(view(&row)?, row.get("request")?, row.get("answer")?)))
}

/// Steps of a connection before a call, newest first: what cycles are counted from.
pub(crate) async fn steps(
    tx: &mut Tx,
    connection: ConnectionId,
    before: Option<CallId>,
    most: usize,
) -> Result<Vec<(CallId, Step)>, StoreError> {
    let sql = Sql::new("SELECT number, at, operation, status, members_added, members_removed FROM provisioning_calls")
        .push(" WHERE connection = ")
        .bind(connection)
        .push(" AND number < ")
        .bind(before.unwrap_or(CallId::MAX));
    let rows = tx.select(sql.push(" ORDER BY number DESC LIMIT ").bind(most)).await?;
    rows.iter().map(|row| Ok((row.get("number")?, step(row)?))).collect()
}

/// How often each dialect was spoken among the newest calls of a connection, and when first and last.
pub(crate) async fn dialects(
    tx: &mut Tx,
    connection: ConnectionId,
    most: usize,
) -> Result<Vec<(String, u64, Timestamp, Timestamp)>, StoreError> {
    let sql = Sql::new("SELECT dialect, COUNT(*) AS calls, MIN(at) AS first_at, MAX(at) AS last_at FROM")
        .push(" (SELECT dialect, at FROM provisioning_calls WHERE connection = ")
        .bind(connection)
        .push(" ORDER BY number DESC LIMIT ")
        .bind(most)
        .push(") newest WHERE dialect IS NOT NULL GROUP BY dialect ORDER BY calls DESC, dialect");
    let rows = tx.select(sql).await?;
    let read = |row: &Row| Ok((row.get("dialect")?, row.get("calls")?, row.get("first_at")?, row.get("last_at")?));
    rows.iter().map(read).collect()
}

/// Removes a portion of a connection's calls from before a moment; returns how many.
pub(crate) async fn prune(
    tx: &mut Tx,
    connection: ConnectionId,
    before: Timestamp,
    most: u64,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM provisioning_calls WHERE number IN (SELECT number FROM provisioning_calls
                   WHERE connection = $1 AND at < $2 ORDER BY number LIMIT $3)";
    tx.execute(sql, args![connection, before, most]).await
}

fn conditions(mut sql: Sql, filter: &CallFilter) -> Sql {
    if let Some(connection) = filter.connection {
        sql = sql.push(" AND connection = ").bind(connection);
    }
    if let Some(class) = filter.status {
        let (from, to) = class.range();
        sql = sql.push(" AND status >= ").bind(from).push(" AND status < ").bind(to);
    }
    if let Some(operation) = filter.operation {
        sql = sql.push(" AND operation = ").bind(operation);
    }
    if let Some(resource) = filter.resource {
        sql = sql.push(" AND resource_id = ").bind(resource);
    }
    if let Some(from) = filter.from {
        sql = sql.push(" AND at >= ").bind(from);
    }
    if let Some(until) = filter.until {
        sql = sql.push(" AND at < ").bind(until);
    }
    let Some(text) = &filter.text else { return sql };
    sql = sql.push(" AND (LOWER(path)").has(text).push(" OR LOWER(query)").has(text);
    sql = sql.push(" OR LOWER(COALESCE(resource_name, ''))").has(text);
    sql.push(" OR LOWER(COALESCE(detail, ''))").has(text).push(")")
}

fn step(row: &Row) -> Result<Step, StoreError> {
    Ok(Step {
        at: row.get("at")?,
        operation: row.get("operation")?,
        status: u16::try_from(row.get::<i64>("status")?).unwrap_or(0),
        members_added: row.get("members_added")?,
        members_removed: row.get("members_removed")?,
    })
}

fn view(row: &Row) -> Result<CallView, StoreError> {
    let view = CallView {
        id: row.get("number")?,
        connection_id: row.get("connection")?,
        at: row.get("at")?,
        method: row.get("method")?,
        path: row.get("path")?,
        query: row.get("query")?,
        operation: row.get("operation")?,
        resource_id: row.get("resource_id")?,
        resource_name: row.get("resource_name")?,
        status: u16::try_from(row.get::<i64>("status")?).unwrap_or(0),
        scim_type: row.get("scim_type")?,
        detail: row.get("detail")?,
        results: row.get("results")?,
        dialect: row.get("dialect")?,
        micros: row.get("micros")?,
        address: row.get("address")?,
        key_id: row.get("key_id")?,
        request_id: row.get("request_id")?,
        conclusion: crate::conclusion::Conclusion::pending(),
    };
    Ok(view.concluded())
}
