//! Statements on `operators_links`.

use kernel::{OperatorId, OrganisationId, Timestamp};
use store::{Row, StoreError, Tx, args};

use crate::model::LinkId;
use crate::{LinkPurpose, LinkView};

/// A link to be stored.
pub(crate) struct NewLink {
    pub id: LinkId,
    pub organisation: OrganisationId,
    pub purpose: LinkPurpose,
    pub operator: Option<OperatorId>,
    pub token_hash: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What a link stands for.
pub(crate) struct Found {
    pub organisation: OrganisationId,
    pub operator: Option<OperatorId>,
}

pub(crate) async fn insert(tx: &mut Tx, new: NewLink) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO operators_links (id, organisation, purpose, operator, token_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![new.id, new.organisation, new.purpose, new.operator, new.token_hash, new.created_at, new.expires_at],
    )
    .await?;
    Ok(())
}

/// Uses a link up; `None` when it does not count.
pub(crate) async fn take(
    tx: &mut Tx,
    purpose: LinkPurpose,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let row = tx
        .one(
            "DELETE FROM operators_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3
             RETURNING organisation, operator",
            args![token_hash.to_vec(), purpose, now],
        )
        .await?;
    row.map(|row| Ok(Found { organisation: row.get("organisation")?, operator: row.get("operator")? })).transpose()
}

/// Looks at a link without using it.
pub(crate) async fn look(tx: &mut Tx, token_hash: &[u8], now: Timestamp) -> Result<Option<LinkView>, StoreError> {
    let row = tx
        .one(
            "SELECT l.purpose, l.expires_at, g.name, o.user_name FROM operators_links l
             JOIN operators_organisations g ON g.id = l.organisation
             LEFT JOIN operators_operators o ON o.id = l.operator
             WHERE l.token_hash = $1 AND l.expires_at > $2",
            args![token_hash.to_vec(), now],
        )
        .await?;
    row.map(|row| view(&row)).transpose()
}

/// Removes an operator's links, so that only the newest works.
pub(crate) async fn delete_of_operator(tx: &mut Tx, operator: OperatorId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM operators_links WHERE operator = $1", args![operator]).await?;
    Ok(())
}

/// Removes an organisation's set-up links once one was used.
pub(crate) async fn delete_set_up(tx: &mut Tx, organisation: OrganisationId) -> Result<(), StoreError> {
    let sql = "DELETE FROM operators_links WHERE organisation = $1 AND purpose = 'set_up'";
    tx.execute(sql, args![organisation]).await?;
    Ok(())
}

pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM operators_links WHERE expires_at <= $1", args![now]).await
}

fn view(row: &Row) -> Result<LinkView, StoreError> {
    Ok(LinkView {
        purpose: row.get("purpose")?,
        organisation: row.get("name")?,
        user_name: row.get("user_name")?,
        expires_at: row.get("expires_at")?,
    })
}
