//! `dirsync_adoptions`.

use directory::SourceId;
use kernel::{Cursor, Page, PageRequest};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::adoption::Pair;

/// Forgets the pairs of a source.
pub(crate) async fn clear(tx: &mut Tx, source: SourceId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM dirsync_adoptions WHERE source_id = $1", args![source]).await?;
    Ok(())
}

/// Keeps pairs.
pub(crate) async fn insert(tx: &mut Tx, source: SourceId, pairs: &[Pair]) -> Result<(), StoreError> {
    let rows = pairs.iter().map(|pair| args![source, pair.old_user, pair.new_user, pair.matched_by]);
    tx.insert_many("INSERT INTO dirsync_adoptions (source_id, old_user, new_user, matched_by) VALUES ", rows, "")
        .await?;
    Ok(())
}

/// How many pairs a source has.
pub(crate) async fn count(tx: &mut Tx, source: SourceId) -> Result<u64, StoreError> {
    tx.count("SELECT COUNT(*) AS n FROM dirsync_adoptions WHERE source_id = $1", args![source]).await
}

/// Pairs of a source, by the old user's id.
pub(crate) async fn list(tx: &mut Tx, source: SourceId, page: &PageRequest) -> Result<Page<Pair>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM dirsync_adoptions WHERE source_id = ").bind(source);
    if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<Uuid>) {
        sql = sql.push(" AND old_user > ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY old_user LIMIT ").bind(page.limit + 1)).await?;
    let pairs = rows.iter().map(pair_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(pairs, page.limit, |pair| pair.old_user))
}

/// The pairs of some old users.
pub(crate) async fn find(tx: &mut Tx, source: SourceId, old_users: &[Uuid]) -> Result<Vec<Pair>, StoreError> {
    let mut pairs = Vec::with_capacity(old_users.len());
    for ids in old_users.chunks(500) {
        let sql = Sql::new("SELECT * FROM dirsync_adoptions WHERE source_id = ").bind(source);
        for row in tx.select(sql.push(" AND old_user IN ").bind_list(ids.iter().copied())).await? {
            pairs.push(pair_of(&row)?);
        }
    }
    Ok(pairs)
}

/// Forgets the pairs of some old users.
pub(crate) async fn delete(tx: &mut Tx, source: SourceId, old_users: &[Uuid]) -> Result<(), StoreError> {
    for ids in old_users.chunks(500) {
        let sql = Sql::new("DELETE FROM dirsync_adoptions WHERE source_id = ").bind(source);
        tx.alter(sql.push(" AND old_user IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(())
}

fn pair_of(row: &Row) -> Result<Pair, StoreError> {
    Ok(Pair { old_user: row.get("old_user")?, new_user: row.get("new_user")?, matched_by: row.get("matched_by")? })
}
