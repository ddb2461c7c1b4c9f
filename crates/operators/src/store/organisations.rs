//! Statements on `operators_organisations`.

use kernel::{OrganisationId, Page, PageRequest, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};

use crate::OrganisationView;

pub(crate) async fn insert(
    tx: &mut Tx,
    organisation: &OrganisationView,
    parent: Option<OrganisationId>,
) -> Result<(), StoreError> {
    let OrganisationView { id, name, created_at } = organisation;
    tx.execute(
        "INSERT INTO operators_organisations (id, name, parent, created_at) VALUES ($1, $2, $3, $4)",
        args![id, name, parent, created_at],
    )
    .await?;
    Ok(())
}

/// The oldest: the one that the first start made.
pub(crate) async fn first(tx: &mut Tx) -> Result<Option<OrganisationView>, StoreError> {
    let row = tx.one("SELECT * FROM operators_organisations ORDER BY created_at, id LIMIT 1", args![]).await?;
    row.map(|row| view(&row)).transpose()
}

pub(crate) async fn find(tx: &mut Tx, id: OrganisationId) -> Result<Option<OrganisationView>, StoreError> {
    let row = tx.one("SELECT * FROM operators_organisations WHERE id = $1", args![id]).await?;
    row.map(|row| view(&row)).transpose()
}

/// Finds an organisation that is `own`, or made from it.
pub(crate) async fn find_within(
    tx: &mut Tx,
    own: OrganisationId,
    id: OrganisationId,
) -> Result<Option<OrganisationView>, StoreError> {
    let sql = "SELECT * FROM operators_organisations WHERE id = $2 AND (id = $1 OR parent = $1)";
    tx.one(sql, args![own, id]).await?.map(|row| view(&row)).transpose()
}

pub(crate) async fn rename(tx: &mut Tx, id: OrganisationId, name: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE operators_organisations SET name = $2 WHERE id = $1", args![id, name]).await?;
    Ok(())
}

/// Makes units of work that count an organisation's owners wait for each other.
pub(crate) async fn lock(tx: &mut Tx, id: OrganisationId) -> Result<(), StoreError> {
    tx.execute("UPDATE operators_organisations SET name = name WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Every organisation of the server, oldest first.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<OrganisationView>, StoreError> {
    let rows = tx.all("SELECT * FROM operators_organisations ORDER BY created_at, id", args![]).await?;
    rows.iter().map(view).collect()
}

/// An organisation and those made from it, oldest first.
pub(crate) async fn list(
    tx: &mut Tx,
    own: OrganisationId,
    page: &PageRequest,
) -> Result<Page<OrganisationView>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM operators_organisations WHERE (id = ").bind(own);
    sql = sql.push(" OR parent = ").bind(own).push(")");
    if let Some((at, id)) = page.after.as_ref().and_then(kernel::Cursor::decode::<(i64, OrganisationId)>) {
        let at = Timestamp::from_micros(at);
        sql = sql.push(" AND (created_at > ").bind(at).push(" OR (created_at = ").bind(at);
        sql = sql.push(" AND id > ").bind(id).push("))");
    }
    let rows = tx.select(sql.push(" ORDER BY created_at, id LIMIT ").bind(page.limit + 1)).await?;
    let views = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(views, page.limit, |view| (view.created_at.micros(), view.id)))
}

fn view(row: &Row) -> Result<OrganisationView, StoreError> {
    Ok(OrganisationView { id: row.get("id")?, name: row.get("name")?, created_at: row.get("created_at")? })
}
