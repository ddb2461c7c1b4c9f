//! `provisioning_losses`: what was lost, for the limits of a day.

use kernel::Timestamp;
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::guard::replay::Passed;
use crate::guard::{Day, Loss, LossKind, Population};
use crate::model::ConnectionId;

/// How many a connection has; other calls of it that take something away wait until this unit of work ends, so that two
/// do not both take the last place below a limit.
pub(crate) async fn lock_population(tx: &mut Tx, connection: ConnectionId) -> Result<Population, StoreError> {
    let row = tx
        .one(
            "UPDATE provisioning_connections SET user_count = user_count WHERE id = $1 RETURNING user_count, group_count",
            args![connection],
        )
        .await?;
    let Some(row) = row else { return Ok(Population::default()) };
    Ok(Population { users: row.get("user_count")?, groups: row.get("group_count")? })
}

/// What was lost since a moment, without what some resources lost of themselves.
pub(crate) async fn day(
    tx: &mut Tx,
    connection: ConnectionId,
    since: Timestamp,
    losses: &[Loss],
) -> Result<Day, StoreError> {
    let mut day = Day::default();
    let has = |kind| losses.iter().any(|loss| loss.kind == kind);
    let whole: Vec<Uuid> =
        losses.iter().filter(|loss| loss.kind != LossKind::Members).map(|loss| loss.resource_id).collect();
    if has(LossKind::User) {
        let sql = Sql::new("SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN EXISTS")
            .push(" (SELECT 1 FROM provisioning_users u WHERE u.id = lost.resource_id) THEN 0 ELSE 1 END), 0) AS BIGINT)")
            .push(" AS gone FROM (SELECT DISTINCT resource_id FROM provisioning_losses WHERE kind = 'user' AND connection = ");
        let sql = without(sql.bind(connection).push(" AND at > ").bind(since), &whole);
        if let Some(row) = tx.select(sql.push(") lost")).await?.first() {
            (day.users, day.users_gone) = (row.get("n")?, row.get("gone")?);
        }
    }
    if has(LossKind::Group) {
        let sql = Sql::new(
            "SELECT COUNT(DISTINCT resource_id) AS n FROM provisioning_losses WHERE kind = 'group' AND connection = ",
        );
        let sql = without(sql.bind(connection).push(" AND at > ").bind(since), &whole);
        if let Some(row) = tx.select(sql).await?.first() {
            day.groups = row.get("n")?;
        }
    }
    if has(LossKind::Members) {
        let groups = losses.iter().filter(|loss| loss.kind == LossKind::Members).map(|loss| loss.resource_id);
        let sql = Sql::new("SELECT resource_id, CAST(SUM(amount) AS BIGINT) AS n FROM provisioning_losses")
            .push(" WHERE kind = 'members' AND connection = ")
            .bind(connection);
        let sql = sql.push(" AND at > ").bind(since).push(" AND resource_id IN ").bind_list(groups);
        for row in tx.select(sql.push(" GROUP BY resource_id")).await? {
            day.members.insert(row.get("resource_id")?, row.get("n")?);
        }
    }
    Ok(day)
}

/// Notes what goes through.
pub(crate) async fn insert(
    tx: &mut Tx,
    connection: ConnectionId,
    at: Timestamp,
    losses: &[Loss],
) -> Result<(), StoreError> {
    let size = |loss: &Loss| (loss.kind == LossKind::Members).then_some(loss.of);
    let rows = losses.iter().map(|loss| args![connection, loss.kind, at, loss.resource_id, loss.amount, size(loss)]);
    let head = "INSERT INTO provisioning_losses (connection, kind, at, resource_id, amount, group_size) VALUES ";
    tx.insert_many(head, rows, "").await?;
    Ok(())
}

/// What went through since a moment, oldest first; of very much the newest.
pub(crate) async fn passed(
    tx: &mut Tx,
    connection: ConnectionId,
    since: Timestamp,
    most: usize,
) -> Result<Vec<Passed>, StoreError> {
    let sql =
        "SELECT at, kind, resource_id, amount, group_size FROM provisioning_losses WHERE connection = $1 AND at > $2
                   ORDER BY at DESC, resource_id LIMIT $3";
    let rows = tx.all(sql, args![connection, since, most]).await?;
    let read = |row: &Row| {
        Ok(Passed {
            at: row.get("at")?,
            kind: row.get("kind")?,
            resource_id: row.get("resource_id")?,
            amount: row.get("amount")?,
            group_size: row.get("group_size")?,
        })
    };
    rows.iter().rev().map(read).collect()
}

/// What came back is no longer lost: a user that is active again.
pub(crate) async fn forget_user(tx: &mut Tx, connection: ConnectionId, user: Uuid) -> Result<(), StoreError> {
    let sql = "DELETE FROM provisioning_losses WHERE connection = $1 AND kind = 'user' AND resource_id = $2";
    tx.execute(sql, args![connection, user]).await?;
    Ok(())
}

/// Removes what nobody looks at any more.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM provisioning_losses WHERE at < $1", args![before]).await
}

fn without(sql: Sql, ids: &[Uuid]) -> Sql {
    sql.push(" AND NOT (resource_id IN ").bind_list(ids.iter().copied()).push(")")
}
