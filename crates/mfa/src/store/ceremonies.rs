//! `mfa_ceremonies`.

use kernel::{Timestamp, text_enum};
use store::seal::{Place, SealedColumn};
use store::{StoreError, Tx, args};
use uuid::Uuid;

use crate::model::AccountId;

pub(crate) const SEALED: SealedColumn = SealedColumn { table: "mfa_ceremonies", column: "state" };

/// Where a ceremony's state lives, sealed.
pub(crate) fn place(id: Uuid) -> Place<'static> {
    Place { table: SEALED.table, row: id, column: SEALED.column }
}

text_enum!(
    /// What a ceremony is for.
    pub enum CeremonyKind {
        /// A passkey is registered.
        Register = "register",
        /// A passkey proves.
        Prove = "prove",
        /// A remembered browser shows its key.
        Device = "device",
    }
);

/// Who begins a ceremony, what for and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) id: Uuid,
    pub(crate) account: AccountId,
    /// The sign-in or the portal's session.
    pub(crate) holder: Uuid,
    pub(crate) kind: CeremonyKind,
    pub(crate) expires_at: Timestamp,
}

pub(crate) async fn insert(tx: &mut Tx, begun: &Begun, sealed: Vec<u8>) -> Result<(), StoreError> {
    // One of a kind at a time: what was begun before is given up.
    tx.execute(
        "DELETE FROM mfa_ceremonies WHERE account = $1 AND holder = $2 AND kind = $3",
        args![begun.account, begun.holder, begun.kind],
    )
    .await?;
    tx.execute(
        "INSERT INTO mfa_ceremonies (id, account, holder, kind, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![begun.id, begun.account, begun.holder, begun.kind, sealed, begun.expires_at],
    )
    .await?;
    Ok(())
}

/// Ends a ceremony and hands out its state: once, to whom began it, in time.
pub(crate) async fn take(
    tx: &mut Tx,
    (id, account, holder): (Uuid, AccountId, Uuid),
    kind: CeremonyKind,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx
        .one(
            "DELETE FROM mfa_ceremonies WHERE id = $1 AND account = $2 AND holder = $3 AND kind = $4 AND expires_at > $5
             RETURNING state",
            args![id, account, holder, kind, now],
        )
        .await?;
    row.map(|row| row.get("state")).transpose()
}

/// Drops what has expired.
pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_ceremonies WHERE expires_at <= $1", args![now]).await
}
