//! Statements on `operators_sessions`.

use kernel::{Cursor, OperatorId, OrganisationId, Page, PageRequest, Role, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};

use crate::{OperatorState, SessionId, SessionView};

/// A session to be stored.
pub(crate) struct NewSession {
    pub id: SessionId,
    pub organisation: OrganisationId,
    pub operator: OperatorId,
    pub token_hash: Vec<u8>,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A session and the part of its operator that decides whether it counts.
pub(crate) struct Found {
    pub id: SessionId,
    pub organisation: OrganisationId,
    pub operator: OperatorId,
    pub user_name: String,
    pub role: Role,
    pub state: OperatorState,
    pub must_change_password: bool,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Until when sessions count: those last used before `idle_since`, or that end by `now`, do not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub now: Timestamp,
    pub idle_since: Timestamp,
}

pub(crate) async fn insert(tx: &mut Tx, new: NewSession) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO operators_sessions (id, organisation, operator, token_hash, address, user_agent, created_at,
             last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        args![
            new.id,
            new.organisation,
            new.operator,
            new.token_hash,
            new.address,
            new.user_agent,
            new.created_at,
            new.expires_at
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find_by_hash(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Found>, StoreError> {
    let row = tx
        .one(
            "SELECT s.id, s.organisation, s.operator, s.last_seen_at, s.expires_at, o.user_name, o.role, o.state,
                 o.must_change_password
             FROM operators_sessions s JOIN operators_operators o ON o.id = s.operator WHERE s.token_hash = $1",
            args![token_hash.to_vec()],
        )
        .await?;
    row.map(|row| found(&row)).transpose()
}

pub(crate) async fn touch(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE operators_sessions SET last_seen_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

pub(crate) async fn delete_by_hash(tx: &mut Tx, token_hash: &[u8]) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM operators_sessions WHERE token_hash = $1", args![token_hash.to_vec()]).await
}

pub(crate) async fn delete(tx: &mut Tx, organisation: OrganisationId, id: SessionId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM operators_sessions WHERE organisation = $1 AND id = $2";
    tx.execute(sql, args![organisation, id]).await
}

/// Ends every session of an operator.
pub(crate) async fn delete_all(tx: &mut Tx, operator: OperatorId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM operators_sessions WHERE operator = $1", args![operator]).await
}

/// Ends every session of an operator but the one that asks.
pub(crate) async fn delete_others(tx: &mut Tx, operator: OperatorId, but: &[u8]) -> Result<u64, StoreError> {
    let sql = "DELETE FROM operators_sessions WHERE operator = $1 AND token_hash <> $2";
    tx.execute(sql, args![operator, but.to_vec()]).await
}

/// Removes what no longer counts.
pub(crate) async fn prune(tx: &mut Tx, limits: Limits) -> Result<u64, StoreError> {
    let sql = "DELETE FROM operators_sessions WHERE expires_at <= $1 OR last_seen_at <= $2";
    tx.execute(sql, args![limits.now, limits.idle_since]).await
}

/// One that still counts, of an organisation.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: SessionId,
) -> Result<Option<SessionView>, StoreError> {
    let sql = select(organisation, None).push(" AND s.id = ").bind(id);
    tx.select(sql).await?.first().map(|row| view(row, None)).transpose()
}

/// Those that still count, newest first; of one operator, or of the whole organisation.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    operator: Option<OperatorId>,
    limits: Limits,
    current: Option<&[u8]>,
    page: &PageRequest,
) -> Result<Page<SessionView>, StoreError> {
    let mut sql = select(organisation, operator).push(" AND s.expires_at > ").bind(limits.now);
    sql = sql.push(" AND s.last_seen_at > ").bind(limits.idle_since);
    if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<SessionId>) {
        sql = sql.push(" AND s.id < ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY s.id DESC LIMIT ").bind(page.limit + 1)).await?;
    let views = rows.iter().map(|row| view(row, current)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(views, page.limit, |view| view.id))
}

fn select(organisation: OrganisationId, operator: Option<OperatorId>) -> Sql {
    let sql = Sql::new(
        "SELECT s.*, o.user_name FROM operators_sessions s JOIN operators_operators o ON o.id = s.operator
         WHERE s.organisation = ",
    )
    .bind(organisation);
    match operator {
        Some(operator) => sql.push(" AND s.operator = ").bind(operator),
        None => sql,
    }
}

fn view(row: &Row, current: Option<&[u8]>) -> Result<SessionView, StoreError> {
    let token_hash: Vec<u8> = row.get("token_hash")?;
    Ok(SessionView {
        id: row.get("id")?,
        operator: row.get("operator")?,
        user_name: row.get("user_name")?,
        address: row.get("address")?,
        user_agent: row.get("user_agent")?,
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
        current: current == Some(token_hash.as_slice()),
    })
}

fn found(row: &Row) -> Result<Found, StoreError> {
    Ok(Found {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        operator: row.get("operator")?,
        user_name: row.get("user_name")?,
        role: row.get("role")?,
        state: row.get("state")?,
        must_change_password: row.get("must_change_password")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
    })
}
