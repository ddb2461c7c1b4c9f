//! `dirsync_staged` and `dirsync_staged_members`: what a run has read, until it is planned.

use std::collections::{HashMap, HashSet};

use directory::{Member, MemberKind, ObjectKind};
use kernel::text_enum;
use store::{Backend, Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::model::RunId;
use crate::store::packs;

text_enum!(
    /// What the source said about an object that is gone.
    pub enum Removed {
        /// Soft-deleted.
        Changed = "changed",
        /// Gone for good.
        Deleted = "deleted",
        /// A second look agreed (NET-04).
        Confirmed = "confirmed",
    }
);

/// What of an object's attributes the source told; what it did not tell stays as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The attributes but for the manager.
    pub attributes: bool,
    /// The manager.
    pub manager: bool,
}

impl Told {
    /// Nothing: the object is gone.
    pub const NOTHING: Self = Self { attributes: false, manager: false };

    const fn bits(self) -> i64 {
        self.attributes as i64 | (self.manager as i64) << 1
    }

    const fn from_bits(bits: i64) -> Self {
        Self { attributes: bits & 1 != 0, manager: bits & 2 != 0 }
    }
}

/// An object as it was read.
#[derive(Debug, Clone)]
pub struct Staged {
    /// Its id in the source.
    pub object_id: Uuid,
    /// The attributes that were read, as JSON; nothing when the source only said that it is gone.
    pub body: Option<String>,
    /// What of them the source told.
    pub told: Told,
    /// What the source said about its removal.
    pub removed: Option<Removed>,
}

impl Staged {
    /// Word that an object is gone.
    pub const fn gone(object_id: Uuid, removed: Option<Removed>) -> Self {
        Self { object_id, body: None, told: Told::NOTHING, removed }
    }
}

/// Notes what was read; the last word on an object counts.
pub(crate) async fn put(tx: &mut Tx, run: RunId, kind: ObjectKind, staged: Vec<Staged>) -> Result<(), StoreError> {
    tx.insert_many(
        "INSERT INTO dirsync_staged (run_id, kind, object_id, body, told, removed) VALUES ",
        staged
            .into_iter()
            .map(|item| args![run, kind.as_str(), item.object_id, item.body, item.told.bits(), item.removed]),
        "ON CONFLICT (run_id, kind, object_id) DO UPDATE SET body = excluded.body, told = excluded.told,
             removed = excluded.removed",
    )
    .await?;
    Ok(())
}

/// What was read of a kind, in the order of the ids, after one of them.
pub(crate) async fn after(
    tx: &mut Tx,
    run: RunId,
    kind: ObjectKind,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Staged>, StoreError> {
    let mut all = Vec::with_capacity(limit);
    each_after(tx, run, kind, after, limit, |staged| all.push(staged)).await?;
    Ok(all)
}

/// Hands what was read of a kind to `each`, in the order of the ids, after one of them.
pub(crate) async fn each_after(
    tx: &mut Tx,
    run: RunId,
    kind: ObjectKind,
    after: Option<Uuid>,
    limit: usize,
    mut each: impl FnMut(Staged),
) -> Result<(), StoreError> {
    let sql = Sql::new("SELECT object_id, body, told, removed FROM dirsync_staged WHERE run_id = ").bind(run);
    let sql = sql.push(" AND kind = ").bind(kind.as_str()).push(" AND object_id > ");
    let sql = sql.bind(after.unwrap_or(Uuid::nil())).push(" ORDER BY object_id LIMIT ").bind(limit);
    tx.for_each(sql, |row| {
        each(staged_of(&row)?);
        Ok(())
    })
    .await
}

/// Hands the ids of what was read of a kind to `each`.
pub(crate) async fn each_id(
    tx: &mut Tx,
    run: RunId,
    kind: ObjectKind,
    mut each: impl FnMut(Uuid),
) -> Result<(), StoreError> {
    let sql = Sql::new("SELECT object_id FROM dirsync_staged WHERE run_id = ").bind(run);
    tx.for_each(sql.push(" AND kind = ").bind(kind.as_str()), |row| {
        each(row.get("object_id")?);
        Ok(())
    })
    .await
}

/// What was read of these objects.
pub(crate) async fn by_ids(tx: &mut Tx, run: RunId, kind: ObjectKind, ids: &[Uuid]) -> Result<Vec<Staged>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(500) {
        let sql = Sql::new("SELECT object_id, body, told, removed FROM dirsync_staged WHERE run_id = ").bind(run);
        let sql = sql.push(" AND kind = ").bind(kind.as_str()).push(" AND object_id IN ");
        for row in tx.select(sql.bind_list(ids.iter().copied())).await? {
            found.push(staged_of(&row)?);
        }
    }
    Ok(found)
}

/// Which of these objects were read, or said to be gone.
pub(crate) async fn present(
    tx: &mut Tx,
    run: RunId,
    kind: ObjectKind,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, StoreError> {
    let mut found = HashSet::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new("SELECT object_id FROM dirsync_staged WHERE run_id = ").bind(run);
        let sql = sql.push(" AND kind = ").bind(kind.as_str()).push(" AND object_id IN ");
        for row in tx.select(sql.bind_list(ids.iter().copied())).await? {
            found.insert(row.get("object_id")?);
        }
    }
    Ok(found)
}

/// Objects that the source said are gone and that nobody has looked at again.
pub(crate) async fn unconfirmed(
    tx: &mut Tx,
    run: RunId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<(ObjectKind, Uuid)>, StoreError> {
    let rows = tx
        .all(
            "SELECT kind, object_id FROM dirsync_staged WHERE run_id = $1 AND removed IN ('changed', 'deleted')
                 AND object_id > $2 ORDER BY object_id LIMIT $3",
            args![run, after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let kind: String = row.get("kind")?;
            let kind = if kind == "user" { ObjectKind::User } else { ObjectKind::Group };
            Ok((kind, row.get("object_id")?))
        })
        .collect()
}

/// Drops what was read of an object, as if the source had said nothing.
pub(crate) async fn forget(tx: &mut Tx, run: RunId, kind: ObjectKind, ids: &[Uuid]) -> Result<(), StoreError> {
    for ids in ids.chunks(500) {
        let sql = Sql::new("DELETE FROM dirsync_staged WHERE run_id = ").bind(run);
        let sql = sql.push(" AND kind = ").bind(kind.as_str()).push(" AND object_id IN ");
        tx.alter(sql.bind_list(ids.iter().copied())).await?;
    }
    Ok(())
}

/// One change of a group's members as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagedMember {
    /// The member.
    pub member: Member,
    /// Removed, not added.
    pub removed: bool,
}

/// Notes a slice of a group's members.
pub(crate) async fn put_members(
    tx: &mut Tx,
    run: RunId,
    slices: Vec<(Uuid, i64, Vec<StagedMember>)>,
) -> Result<(), StoreError> {
    tx.insert_many(
        "INSERT INTO dirsync_staged_members (run_id, group_object_id, slice, members) VALUES ",
        slices.into_iter().map(|(group, slice, members)| args![run, group, slice, pack(&members)]),
        "ON CONFLICT (run_id, group_object_id, slice) DO UPDATE SET members = excluded.members",
    )
    .await?;
    Ok(())
}

/// Everything that was read about some groups' members, in the order it was read.
pub(crate) async fn members(
    tx: &mut Tx,
    run: RunId,
    groups: &[Uuid],
) -> Result<HashMap<Uuid, Vec<StagedMember>>, StoreError> {
    let mut all: HashMap<Uuid, Vec<StagedMember>> = HashMap::with_capacity(groups.len());
    for groups in groups.chunks(500) {
        let sql = Sql::new("SELECT group_object_id, members FROM dirsync_staged_members WHERE run_id = ").bind(run);
        let sql = sql.push(" AND group_object_id IN ").bind_list(groups.iter().copied());
        for row in tx.select(sql.push(" ORDER BY group_object_id, slice")).await? {
            unpack(&row.get::<Vec<u8>>("members")?, all.entry(row.get("group_object_id")?).or_default());
        }
    }
    Ok(all)
}

/// The groups of whose members something was read, in order, after one of them.
pub(crate) async fn groups_with_members(
    tx: &mut Tx,
    run: RunId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, StoreError> {
    let rows = tx
        .all(
            "SELECT DISTINCT group_object_id FROM dirsync_staged_members WHERE run_id = $1 AND group_object_id > $2
             ORDER BY group_object_id LIMIT $3",
            args![run, after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    rows.iter().map(|row| row.get("group_object_id")).collect()
}

/// Lets the database look at what was read and what it is compared with.
pub(crate) async fn analyze(tx: &mut Tx) -> Result<(), StoreError> {
    tx.analyze("ANALYZE dirsync_staged, dirsync_staged_members, directory_users, directory_groups, directory_members")
        .await
}

/// Drops everything a run has read. What is planned and not applied keeps the attributes it was planned with.
pub(crate) async fn clear(tx: &mut Tx, run: RunId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dirsync_changes SET attributes = (SELECT s.body FROM dirsync_staged s WHERE s.run_id = $1
             AND s.kind = dirsync_changes.kind AND s.object_id = dirsync_changes.object_id)
         WHERE run_id = $1 AND act = 'put' AND attributes IS NULL AND applied_at IS NULL
             AND EXISTS (SELECT 1 FROM dirsync_staged s WHERE s.run_id = $1 AND s.kind = dirsync_changes.kind
                 AND s.object_id = dirsync_changes.object_id)
             AND (decision <> 'allowed' OR seq > (SELECT applied_until FROM dirsync_runs WHERE id = $1))",
        args![run],
    )
    .await?;
    packs::clear(tx, run).await?;
    if tx.backend() == Backend::Sqlite && is_alone(tx, run).await? {
        // Emptying a table touches no row; nobody else can write meanwhile.
        tx.execute("DELETE FROM dirsync_staged", Vec::new()).await?;
        tx.execute("DELETE FROM dirsync_staged_members", Vec::new()).await?;
        return Ok(());
    }
    tx.execute("DELETE FROM dirsync_staged WHERE run_id = $1", args![run]).await?;
    tx.execute("DELETE FROM dirsync_staged_members WHERE run_id = $1", args![run]).await?;
    Ok(())
}

/// Whether no other run has anything that it has read.
async fn is_alone(tx: &mut Tx, run: RunId) -> Result<bool, StoreError> {
    let others = tx
        .count(
            "SELECT EXISTS (SELECT 1 FROM dirsync_staged WHERE run_id < $1)
                 OR EXISTS (SELECT 1 FROM dirsync_staged WHERE run_id > $1)
                 OR EXISTS (SELECT 1 FROM dirsync_staged_members WHERE run_id < $1)
                 OR EXISTS (SELECT 1 FROM dirsync_staged_members WHERE run_id > $1) AS n",
            args![run],
        )
        .await?;
    Ok(others == 0)
}

fn staged_of(row: &Row) -> Result<Staged, StoreError> {
    Ok(Staged {
        object_id: row.get("object_id")?,
        body: row.get("body")?,
        told: Told::from_bits(row.get("told")?),
        removed: row.get("removed")?,
    })
}

/// 18 bytes per member: removed, kind, object id.
pub(super) fn pack(members: &[StagedMember]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(members.len() * 18);
    for staged in members {
        bytes.push(u8::from(staged.removed));
        bytes.push(staged.member.kind as u8);
        bytes.extend_from_slice(staged.member.object_id.as_bytes());
    }
    bytes
}

pub(super) fn unpack(bytes: &[u8], into: &mut Vec<StagedMember>) {
    into.extend(bytes.chunks_exact(18).filter_map(|part| {
        let object_id = Uuid::from_slice(&part[2..]).ok()?;
        let kind = MemberKind::from_code(i64::from(part[1]));
        Some(StagedMember { member: Member { object_id, kind }, removed: part[0] == 1 })
    }));
}
