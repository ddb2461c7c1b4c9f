//! Statements on `operators_tokens`.

use kernel::{Cursor, OperatorId, OrganisationId, Page, PageRequest, Role, Timestamp, TokenId};
use store::{Row, Sql, StoreError, Tx, args};

use crate::{OperatorState, TokenView, rules};

/// A token and the part of its maker that decides whether it counts.
pub(crate) struct Found {
    pub organisation: OrganisationId,
    pub label: String,
    pub role: Role,
    pub secret_hash: Vec<u8>,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub maker: OperatorId,
    pub maker_role: Role,
    pub maker_state: OperatorState,
}

impl Found {
    /// Whether it works now.
    pub(crate) fn works(&self, now: Timestamp) -> bool {
        works(self.expires_at, self.role, self.maker_role, self.maker_state, now)
    }
}

fn works(expires_at: Timestamp, role: Role, maker_role: Role, maker_state: OperatorState, now: Timestamp) -> bool {
    expires_at > now && maker_state == OperatorState::Active && rules::covers(maker_role, role)
}

pub(crate) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    token: &TokenView,
    secret_hash: Vec<u8>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO operators_tokens (id, organisation, operator, label, role, secret_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            token.id,
            organisation,
            token.operator,
            &token.label,
            token.role,
            secret_hash,
            token.created_at,
            token.expires_at
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find_secret(tx: &mut Tx, id: TokenId) -> Result<Option<Found>, StoreError> {
    let row = tx
        .one(
            "SELECT t.organisation, t.operator, t.label, t.role, t.secret_hash, t.expires_at, t.last_used_at,
                 o.role AS maker_role, o.state AS maker_state
             FROM operators_tokens t JOIN operators_operators o ON o.id = t.operator WHERE t.id = $1",
            args![id],
        )
        .await?;
    row.map(|row| found(&row)).transpose()
}

pub(crate) async fn touch(tx: &mut Tx, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE operators_tokens SET last_used_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, organisation: OrganisationId, id: TokenId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM operators_tokens WHERE organisation = $1 AND id = $2";
    tx.execute(sql, args![organisation, id]).await
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TokenId,
    now: Timestamp,
) -> Result<Option<TokenView>, StoreError> {
    let sql = select(organisation).push(" AND t.id = ").bind(id);
    tx.select(sql).await?.first().map(|row| view(row, now)).transpose()
}

/// Newest first; of one operator, or of the whole organisation.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    operator: Option<OperatorId>,
    now: Timestamp,
    page: &PageRequest,
) -> Result<Page<TokenView>, StoreError> {
    let mut sql = select(organisation);
    if let Some(operator) = operator {
        sql = sql.push(" AND t.operator = ").bind(operator);
    }
    if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<TokenId>) {
        sql = sql.push(" AND t.id < ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY t.id DESC LIMIT ").bind(page.limit + 1)).await?;
    let views = rows.iter().map(|row| view(row, now)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(views, page.limit, |view| view.id))
}

fn select(organisation: OrganisationId) -> Sql {
    Sql::new(
        "SELECT t.*, o.user_name, o.role AS maker_role, o.state AS maker_state
         FROM operators_tokens t JOIN operators_operators o ON o.id = t.operator WHERE t.organisation = ",
    )
    .bind(organisation)
}

fn view(row: &Row, now: Timestamp) -> Result<TokenView, StoreError> {
    let (role, expires_at) = (row.get("role")?, row.get("expires_at")?);
    Ok(TokenView {
        id: row.get("id")?,
        operator: row.get("operator")?,
        user_name: row.get("user_name")?,
        label: row.get("label")?,
        role,
        created_at: row.get("created_at")?,
        expires_at,
        last_used_at: row.get("last_used_at")?,
        works: works(expires_at, role, row.get("maker_role")?, row.get("maker_state")?, now),
    })
}

fn found(row: &Row) -> Result<Found, StoreError> {
    Ok(Found {
        organisation: row.get("organisation")?,
        label: row.get("label")?,
        role: row.get("role")?,
        secret_hash: row.get("secret_hash")?,
        expires_at: row.get("expires_at")?,
        last_used_at: row.get("last_used_at")?,
        maker: row.get("operator")?,
        maker_role: row.get("maker_role")?,
        maker_state: row.get("maker_state")?,
    })
}
