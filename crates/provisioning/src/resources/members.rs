//! Who joins and leaves a group, in rows: what was asked, against who is in it.

use std::collections::{BTreeSet, HashMap};

use directory::{Member, MemberKind};
use scim::bulk::Method;
use scim::patch::{self, MemberOps, Patch, take_members};
use scim::{GROUP, ScimError, ScimType, USER};
use store::Tx;
use uuid::Uuid;

use crate::error::ProvisioningError;
use crate::guard::Asked;
use crate::pusher::Pusher;
use crate::store::members::{self as rows, Place};
use crate::store::resources;

/// Who really joined and left, by the directory's ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved {
    pub(super) added: Vec<Member>,
    pub(super) removed: Vec<Member>,
    /// Who was to join, in already or not.
    pub(super) asked_to_join: Vec<Place>,
    /// Who left, by their rows.
    pub(super) left: Vec<Place>,
}

/// Whom a call takes out of its group.
#[derive(Debug)]
pub(crate) enum Leaving {
    /// These.
    These(BTreeSet<Place>),
    /// Everybody but these.
    AllBut(BTreeSet<Place>),
}

impl Leaving {
    /// Whether one of these members goes.
    pub(crate) fn takes_any(&self, members: &[Place]) -> bool {
        members.iter().any(|member| match self {
            Self::These(these) => these.contains(member),
            Self::AllBut(these) => !these.contains(member),
        })
    }
}

/// Whom a call as it was sent takes out of its group. Of one that looks at the members first, nobody can be named.
pub(crate) async fn leaving(tx: &mut Tx, pusher: &Pusher, call: &Asked) -> Result<Leaving, ProvisioningError> {
    let body = call.body.clone().unwrap_or_default();
    let ops = match call.method {
        Method::Patch => Patch::parse(call.kind, body, &pusher.rules())?.split_members().members,
        Method::Delete => MemberOps { replace_all: Some(Vec::new()), ..MemberOps::default() },
        _ => {
            let mut group = scim::resource::read(call.kind, body, &pusher.rules())?;
            MemberOps { replace_all: Some(take_members(&mut group)), ..MemberOps::default() }
        }
    };
    let places = |found: HashMap<String, (Place, Uuid)>| found.into_values().map(|(place, _)| place).collect();
    Ok(match &ops.replace_all {
        Some(stay) => Leaving::AllBut(places(located(tx, pusher, stay.iter().map(|one| one.id.as_str())).await?)),
        None => Leaving::These(places(located(tx, pusher, ops.remove.iter().map(String::as_str)).await?)),
    })
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
    let mut known: HashMap<Place, Uuid> = joining.into_values().collect();
    let joining: BTreeSet<Place> = known.keys().copied().collect();
    let leaving: Vec<Place> = if ops.replace_all.is_some() {
        rows::of_group(tx, group).await?.into_iter().filter(|place| !joining.contains(place)).collect()
    } else {
        let leaving: Vec<_> = located(tx, pusher, ops.remove.iter().map(String::as_str)).await?.into_values().collect();
        known.extend(leaving.iter().copied());
        leaving.into_iter().map(|(place, _)| place).collect()
    };
    // Loss first, as everywhere.
    let removed = if leaving.is_empty() { Vec::new() } else { rows::remove(tx, group, &leaving).await? };
    let joining: Vec<Place> = joining.into_iter().collect();
    let added = if joining.is_empty() { Vec::new() } else { rows::add(tx, group, &joining).await? };
    let (added, gone) = (in_directory(tx, &added, &known).await?, in_directory(tx, &removed, &known).await?);
    Ok(Moved { added, removed: gone, asked_to_join: joining, left: removed })
}

/// The directory's members at these places; only those whose ids there are not known are looked up.
pub(super) async fn in_directory(
    tx: &mut Tx,
    places: &[Place],
    known: &HashMap<Place, Uuid>,
) -> Result<Vec<Member>, ProvisioningError> {
    let unknown: Vec<Place> = places.iter().filter(|place| !known.contains_key(place)).copied().collect();
    let mut found: Vec<(Place, Uuid)> = places.iter().filter_map(|place| Some((*place, *known.get(place)?))).collect();
    if !unknown.is_empty() {
        found.extend(rows::object_ids(tx, &unknown).await?);
    }
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
