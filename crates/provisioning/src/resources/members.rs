//! Who joins and leaves a group, in rows: what was asked, against who is in it.

use std::collections::{BTreeSet, HashMap};

use directory::{Member, MemberKind};
use scim::patch::{self, MemberOps};
use scim::{GROUP, ScimError, ScimType, USER};
use store::Tx;
use uuid::Uuid;

use crate::error::ProvisioningError;
use crate::pusher::Pusher;
use crate::store::members::{self as rows, Place};
use crate::store::resources;

/// Who really joined and left, by the directory's ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved {
    pub(super) added: Vec<Member>,
    pub(super) removed: Vec<Member>,
    /// Whether somebody was to join, in or not.
    pub(super) asked_to_join: bool,
}

impl Moved {
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Moves members as asked; those who are in already, or not in, are no change.
pub(super) async fn carry_out(
    tx: &mut Tx,
    pusher: &Pusher,
    group: i64,
    ops: &MemberOps,
) -> Result<Moved, ProvisioningError> {
    let wanted = ops.replace_all.as_ref().unwrap_or(&ops.add);
    let joining = located(tx, pusher, wanted.iter().map(|member| member.id.as_str())).await?;
    if let Some(stranger) = wanted.iter().find(|member| !joining.contains_key(member.id.as_str())) {
        return Err(unknown(stranger).into());
    }
    let joining: BTreeSet<Place> = joining.into_values().map(|(place, _)| place).collect();
    let leaving: Vec<Place> = if ops.replace_all.is_some() {
        rows::of_group(tx, group).await?.into_iter().filter(|place| !joining.contains(place)).collect()
    } else {
        let leaving = located(tx, pusher, ops.remove.iter().map(String::as_str)).await?;
        leaving.into_values().map(|(place, _)| place).collect()
    };
    // Loss first, as everywhere.
    let removed = if leaving.is_empty() { Vec::new() } else { rows::remove(tx, group, &leaving).await? };
    let joining: Vec<Place> = joining.into_iter().collect();
    let added = if joining.is_empty() { Vec::new() } else { rows::add(tx, group, &joining).await? };
    let asked_to_join = !joining.is_empty();
    Ok(Moved { added: in_directory(tx, &added).await?, removed: in_directory(tx, &removed).await?, asked_to_join })
}

/// The directory's members at these places.
pub(super) async fn in_directory(tx: &mut Tx, places: &[Place]) -> Result<Vec<Member>, ProvisioningError> {
    let found = rows::object_ids(tx, places).await?;
    let member = |((kind, _), object_id)| {
        let kind = if kind == 0 { MemberKind::User } else { MemberKind::Group };
        Member { object_id, kind }
    };
    Ok(found.into_iter().map(member).collect())
}

/// Where these ids stand; those unknown here are left out. Users first: nearly all are.
async fn located<'m>(
    tx: &mut Tx,
    pusher: &Pusher,
    ids: impl Iterator<Item = &'m str>,
) -> Result<HashMap<String, (Place, Uuid)>, ProvisioningError> {
    let mut open: BTreeSet<Uuid> = ids.filter_map(resources::canonical).collect();
    let mut found = HashMap::with_capacity(open.len());
    for (code, kind) in [(0, &USER), (1, &GROUP)] {
        let ids: Vec<Uuid> = open.iter().copied().collect();
        if ids.is_empty() {
            break;
        }
        for (id, number, object_id) in resources::locate(tx, kind, pusher.connection.id, &ids).await? {
            open.remove(&id);
            found.insert(id.to_string(), ((code, number), object_id));
        }
    }
    Ok(found)
}

fn unknown(member: &patch::Member) -> ScimError {
    let id: String = member.id.chars().take(80).collect();
    ScimError::new(ScimType::InvalidValue, format!("`members`: there is no user or group with the id {id:?}"))
}
