//! The whole directory of an organisation at once, for the index.

use std::collections::HashMap;

use kernel::OrganisationId;
use store::{Sql, StoreError, Tx};
use uuid::Uuid;

use crate::index::{GroupOrdinal, IndexBuilder, MemberKey, UserOrdinal};
use crate::model::{MemberKind, SourceId};

/// Adds every user that counts.
pub(crate) async fn users(
    tx: &mut Tx,
    organisation: OrganisationId,
    builder: &mut IndexBuilder,
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT ordinal, id, source_id, object_id, state, state_detail FROM directory_users
         WHERE state IN ('active', 'disabled', 'conflict') AND organisation = ",
    );
    tx.for_each(sql.bind(organisation), |row| {
        let state = super::state_of(&row)?;
        let key = MemberKey::new(row.get("source_id")?, row.get("object_id")?);
        builder.add_user(UserOrdinal(row.get("ordinal")?), row.get::<Uuid>("id")?.into(), key, state.usable());
        Ok(())
    })
    .await
}

/// Adds every group that counts, and the memberships of all, known or not.
pub(crate) async fn groups(
    tx: &mut Tx,
    organisation: OrganisationId,
    builder: &mut IndexBuilder,
) -> Result<(), StoreError> {
    let mut sources = HashMap::new();
    let sql = Sql::new(
        "SELECT ordinal, id, source_id, object_id, state, state_detail FROM directory_groups WHERE organisation = ",
    );
    tx.for_each(sql.bind(organisation), |row| {
        let (ordinal, source): (u32, SourceId) = (row.get("ordinal")?, row.get("source_id")?);
        sources.insert(ordinal, source);
        if super::state_of(&row)?.usable() {
            let key = MemberKey::new(source, row.get("object_id")?);
            builder.add_group(GroupOrdinal(ordinal), row.get::<Uuid>("id")?.into(), key);
        }
        Ok(())
    })
    .await?;
    let sql = Sql::new(
        "SELECT m.group_ordinal, m.member_object_id, m.member_kind FROM directory_memberships m
         JOIN directory_groups g ON g.ordinal = m.group_ordinal WHERE g.organisation = ",
    );
    tx.for_each(sql.bind(organisation), |row| {
        let ordinal: u32 = row.get("group_ordinal")?;
        if let Some(source) = sources.get(&ordinal) {
            let key = MemberKey::new(*source, row.get("member_object_id")?);
            builder.add_membership(GroupOrdinal(ordinal), key, MemberKind::from_code(row.get("member_kind")?));
        }
        Ok(())
    })
    .await
}
