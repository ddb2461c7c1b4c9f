//! Statements on `provisioning_ended`, and those that take a connection's users and groups away with it.

use kernel::{Actor, Timestamp};
use store::{Row, StoreError, Tx, args};

use crate::ending::EndedConnection;
use crate::model::{Connection, ConnectionId};

/// What a connection has pushed, as SCIM shows it. The directory's side is not touched.
const PUSHED: [&str; 5] = [
    "DELETE FROM provisioning_members WHERE group_number IN
         (SELECT number FROM provisioning_groups WHERE connection = $1)",
    "DELETE FROM provisioning_emails WHERE user_number IN (SELECT number FROM provisioning_users WHERE connection = $1)",
    "DELETE FROM provisioning_users WHERE connection = $1",
    "DELETE FROM provisioning_groups WHERE connection = $1",
    "UPDATE provisioning_connections SET user_count = 0, group_count = 0 WHERE id = $1",
];

/// Takes a connection's users and groups away.
pub(crate) async fn clear(tx: &mut Tx, connection: ConnectionId) -> Result<(), StoreError> {
    for sql in PUSHED {
        tx.execute(sql, args![connection]).await?;
    }
    Ok(())
}

/// Remembers a connection that is ended.
pub(crate) async fn insert(tx: &mut Tx, connection: &Connection, at: Timestamp, by: &Actor) -> Result<(), StoreError> {
    let sql = "INSERT INTO provisioning_ended
                   (id, organisation, name, tenant_id, user_count, group_count, ended_at, ended_by, person)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        connection.id,
        connection.organisation,
        connection.name.as_str(),
        connection.tenant,
        connection.user_count,
        connection.group_count,
        at,
        by.label(),
        by.person()
    ];
    tx.execute(sql, args).await?;
    Ok(())
}

/// Connections that were ended, of every organisation, oldest first.
pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<EndedConnection>, StoreError> {
    let sql = "SELECT * FROM provisioning_ended ORDER BY ended_at, id";
    tx.all(sql, Vec::new()).await?.iter().map(ended).collect()
}

/// How many of a connection's users are active.
pub(crate) async fn count_active(tx: &mut Tx, connection: ConnectionId) -> Result<u64, StoreError> {
    tx.count("SELECT COUNT(*) AS n FROM provisioning_users WHERE connection = $1 AND active", args![connection]).await
}

/// How many calls of a connection wait for a decision, or to be carried out.
pub(crate) async fn count_held(tx: &mut Tx, connection: ConnectionId) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM provisioning_held WHERE connection = $1 AND state IN ('waiting', 'allowed')";
    tx.count(sql, args![connection]).await
}

fn ended(row: &Row) -> Result<EndedConnection, StoreError> {
    Ok(EndedConnection {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        name: row.get("name")?,
        tenant: row.get("tenant_id")?,
        user_count: row.get("user_count")?,
        group_count: row.get("group_count")?,
        ended_at: row.get("ended_at")?,
        ended_by: row.get("ended_by")?,
        person: row.get("person")?,
    })
}
