//! Users as connections push them, by the directory's ids.

use kernel::{OrganisationId, Timestamp};
use store::{Row, StoreError, Tx, args};
use uuid::Uuid;

use crate::model::ConnectionId;

/// A user that was pushed.
#[derive(Debug, Clone)]
pub(crate) struct PushedUser {
    pub(crate) connection: ConnectionId,
    pub(crate) id: Uuid,
    pub(crate) external_id: Option<String>,
    pub(crate) active: bool,
    pub(crate) changed_at: Timestamp,
}

/// The pushed users that are this object of the directory.
pub(crate) async fn users_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    object_id: Uuid,
) -> Result<Vec<PushedUser>, StoreError> {
    let sql = "SELECT connection, id, external_id, active, changed_at FROM provisioning_users
               WHERE organisation = $1 AND object_id = $2 ORDER BY number";
    tx.all(sql, args![organisation, object_id]).await?.iter().map(pushed).collect()
}

fn pushed(row: &Row) -> Result<PushedUser, StoreError> {
    Ok(PushedUser {
        connection: row.get("connection")?,
        id: row.get("id")?,
        external_id: row.get("external_id")?,
        active: row.get("active")?,
        changed_at: row.get("changed_at")?,
    })
}
