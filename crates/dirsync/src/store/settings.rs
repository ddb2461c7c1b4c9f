//! `dirsync_settings` and `dirsync_cursors`.

use directory::SourceId;
use kernel::{OperatorId, OrganisationId, Timestamp};
use store::{Row, StoreError, Tx, args, json};

use crate::settings::Settings;

/// Settings as they are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Of which source.
    pub source_id: SourceId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Counts the changes.
    pub version: i64,
    /// The settings.
    pub settings: Settings,
    /// The version whose preview was confirmed; 0 before the first.
    pub confirmed_version: i64,
    /// When they were changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
    /// Which operator last changed whom they let in, directly or through a token of theirs.
    pub scope_person: Option<OperatorId>,
    /// Since when the source has not been followed for twice its interval.
    pub stale_since: Option<Timestamp>,
}

impl Kept {
    /// Whether an operator has confirmed a plan under these settings.
    pub fn confirmed(&self) -> bool {
        self.confirmed_version == self.version
    }
}

pub(crate) async fn find(tx: &mut Tx, source: SourceId) -> Result<Option<Kept>, StoreError> {
    let row = tx.one("SELECT * FROM dirsync_settings WHERE source_id = $1", args![source]).await?;
    row.as_ref().map(kept).transpose()
}

/// Settings of every source, of one organisation or of all.
pub(crate) async fn all(tx: &mut Tx, organisation: Option<OrganisationId>) -> Result<Vec<Kept>, StoreError> {
    let rows = match organisation {
        Some(id) => tx.all("SELECT * FROM dirsync_settings WHERE organisation = $1", args![id]).await?,
        None => tx.all("SELECT * FROM dirsync_settings", args![]).await?,
    };
    rows.iter().map(kept).collect()
}

/// Inserts or replaces; `false` when the version before is not `kept.version - 1`.
pub(crate) async fn put(tx: &mut Tx, kept: &Kept) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "INSERT INTO dirsync_settings (source_id, organisation, version, body, confirmed_version, updated_at, updated_by,
                 scope_person)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (source_id) DO UPDATE SET version = excluded.version, body = excluded.body,
                 confirmed_version = excluded.confirmed_version, updated_at = excluded.updated_at,
                 updated_by = excluded.updated_by, scope_person = excluded.scope_person
             WHERE dirsync_settings.version = excluded.version - 1",
            args![
                kept.source_id,
                kept.organisation,
                kept.version,
                json(&kept.settings),
                kept.confirmed_version,
                kept.updated_at,
                kept.updated_by.as_str(),
                kept.scope_person,
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// Notes that a plan under this version was confirmed.
pub(crate) async fn confirm(tx: &mut Tx, source: SourceId, version: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dirsync_settings SET confirmed_version = $2 WHERE source_id = $1 AND version = $2",
        args![source, version],
    )
    .await?;
    Ok(())
}

/// Notes since when a source has not been followed, or that it is; `false` when that was noted already.
pub(crate) async fn set_stale(tx: &mut Tx, source: SourceId, since: Option<Timestamp>) -> Result<bool, StoreError> {
    let changed = if let Some(since) = since {
        let sql = "UPDATE dirsync_settings SET stale_since = $2 WHERE source_id = $1 AND stale_since IS NULL";
        tx.execute(sql, args![source, since]).await?
    } else {
        let sql = "UPDATE dirsync_settings SET stale_since = NULL WHERE source_id = $1 AND stale_since IS NOT NULL";
        tx.execute(sql, args![source]).await?
    };
    Ok(changed > 0)
}

/// Where the next delta read of a kind begins.
pub(crate) async fn cursor(tx: &mut Tx, source: SourceId, kind: &str) -> Result<Option<String>, StoreError> {
    let row =
        tx.one("SELECT link FROM dirsync_cursors WHERE source_id = $1 AND kind = $2", args![source, kind]).await?;
    row.map(|row| row.get("link")).transpose()
}

pub(crate) async fn put_cursor(
    tx: &mut Tx,
    source: SourceId,
    kind: &str,
    link: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO dirsync_cursors (source_id, kind, link, obtained_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (source_id, kind) DO UPDATE SET link = excluded.link, obtained_at = excluded.obtained_at",
        args![source, kind, link, now],
    )
    .await?;
    Ok(())
}

/// Forgets the cursors, so that the next run reads everything.
pub(crate) async fn drop_cursors(tx: &mut Tx, source: SourceId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM dirsync_cursors WHERE source_id = $1", args![source]).await?;
    Ok(())
}

fn kept(row: &Row) -> Result<Kept, StoreError> {
    Ok(Kept {
        source_id: row.get("source_id")?,
        organisation: row.get("organisation")?,
        version: row.get("version")?,
        settings: row.json("body")?,
        confirmed_version: row.get("confirmed_version")?,
        updated_at: row.get("updated_at")?,
        updated_by: row.get("updated_by")?,
        scope_person: row.get("scope_person")?,
        stale_since: row.get("stale_since")?,
    })
}
