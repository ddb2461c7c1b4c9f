//! Where what was pushed and what Graph shows differ.
//!
//! Both are lists of Entra's object ids: of who was pushed, `externalId` is it. Groups within groups are not compared,
//! because Entra does not push them (scim.md §9.1).

use std::collections::BTreeMap;

use directory::{Group, GroupId, MemberKind, ReadDirectory, SourceId, SourceKind};
use kernel::May;
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Sources, meets, rows};
use crate::error::ProvisioningError;
use crate::model::ConnectionId;
use crate::service::Provisioning;
use crate::store::resources;

/// How many are named on each side.
const MOST_NAMED: usize = 200;

/// What one connection pushed of a group, against what Graph shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupDrift)]
pub struct Drift {
    /// Which connection.
    pub connection_id: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The group as Graph shows it.
    pub group_id: GroupId,
    /// How many users were pushed into it.
    pub pushed: u64,
    /// How many users Graph shows directly in it.
    pub in_graph: u64,
    /// Groups that Graph shows directly in it: their users are not pushed.
    pub nested_groups: u64,
    /// Who was pushed and is not in it by Graph.
    pub only_pushed: DriftSide,
    /// Who is in it by Graph and was not pushed.
    pub only_in_graph: DriftSide,
}

/// Who is on one side only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupDriftSide)]
pub struct DriftSide {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub members: Vec<DriftMember>,
}

/// Somebody who is on one side only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupDriftMember)]
pub struct DriftMember {
    /// The object id in Entra.
    pub object_id: Uuid,
    /// What people call it, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Provisioning {
    /// Where what was pushed into a group and what Graph shows differ, connection by connection. Empty where one of the two
    /// does not know it.
    pub async fn get_group_drift(
        &self,
        may: &May<ReadDirectory>,
        id: GroupId,
    ) -> Result<Vec<Drift>, ProvisioningError> {
        let organisation = may.actor().organisation;
        let sources = self.sources_of(organisation).await?;
        let mut tx = self.store().read().await?;
        let asked = directory::read::group(&mut tx, organisation, id).await?;
        let asked = asked.ok_or(ProvisioningError::NotFound("group"))?;
        let Some(group) = shown_by_graph(&mut tx, &sources, asked).await? else { return Ok(Vec::new()) };
        let members = directory::read::members_of(&mut tx, &group).await?;
        let of_kind = |kind| members.iter().filter(move |member| member.kind == kind).map(|member| member.object_id);
        let shown: Vec<Uuid> = of_kind(MemberKind::User).collect();
        let nested_groups = of_kind(MemberKind::Group).count() as u64;
        let mut drifts = Vec::new();
        for pushed in rows::pushed(&mut tx, organisation, &sources.ids(), &[group.object_id]).await? {
            let Some(push) = sources.push(&pushed).filter(|_| meets(&pushed, &group)) else { continue };
            let wanted: BTreeMap<Uuid, i64> =
                rows::members(&mut tx, pushed.number).await?.into_iter().map(|(number, id)| (id, number)).collect();
            drifts.push(Drift {
                connection_id: push.connection_id,
                connection_name: push.connection_name,
                group_id: group.id,
                pushed: wanted.len() as u64,
                in_graph: shown.len() as u64,
                nested_groups,
                only_pushed: only_pushed(&mut tx, pushed.connection, &wanted, &shown).await?,
                only_in_graph: only_in_graph(&mut tx, group.source.id, &wanted, &shown).await?,
            });
        }
        Ok(drifts)
    }
}

/// The group as Graph shows it: itself, or the one that the client means by `externalId`.
async fn shown_by_graph(tx: &mut Tx, sources: &Sources, asked: Group) -> Result<Option<Group>, ProvisioningError> {
    if asked.source.kind == SourceKind::Graph {
        return Ok(Some(asked));
    }
    let pushed = rows::pushed(tx, asked.source.organisation, &sources.ids(), &[asked.object_id]).await?;
    let named = pushed.iter().filter(|one| meets(one, &asked)).filter_map(|one| one.external_id.as_deref());
    for id in named.filter_map(|id| Uuid::try_parse(id).ok()).collect::<Vec<_>>() {
        for source in sources.all() {
            let found = directory::read::groups_by_object_ids(tx, source, &[id]).await?;
            if let Some(group) = found.into_iter().find(|group| group.source.kind == SourceKind::Graph) {
                return Ok(Some(group));
            }
        }
    }
    Ok(None)
}

async fn only_pushed(
    tx: &mut Tx,
    connection: ConnectionId,
    wanted: &BTreeMap<Uuid, i64>,
    shown: &[Uuid],
) -> Result<DriftSide, ProvisioningError> {
    // `shown` comes in the order of its ids.
    let missing: Vec<(Uuid, i64)> =
        wanted.iter().filter(|(id, _)| shown.binary_search(id).is_err()).map(|(id, number)| (*id, *number)).collect();
    let numbers: Vec<i64> = missing.iter().take(MOST_NAMED).map(|(_, number)| *number).collect();
    let known = resources::by_numbers(tx, &scim::USER, connection, &numbers).await?;
    let name = |number: i64| known.iter().find(|one| one.number == number).map(resources::Stored::name);
    let members = missing.iter().take(MOST_NAMED);
    let members = members.map(|(id, number)| DriftMember { object_id: *id, name: name(*number) }).collect();
    Ok(DriftSide { count: missing.len() as u64, members })
}

async fn only_in_graph(
    tx: &mut Tx,
    source: SourceId,
    wanted: &BTreeMap<Uuid, i64>,
    shown: &[Uuid],
) -> Result<DriftSide, ProvisioningError> {
    let missing: Vec<Uuid> = shown.iter().filter(|id| !wanted.contains_key(id)).copied().collect();
    let first: Vec<Uuid> = missing.iter().take(MOST_NAMED).copied().collect();
    let known = directory::read::users_by_object_ids(tx, source, &first).await?;
    let name = |id: Uuid| known.iter().find(|user| user.object_id == id).map(directory::User::name);
    let members = first.iter().map(|id| DriftMember { object_id: *id, name: name(*id) }).collect();
    Ok(DriftSide { count: missing.len() as u64, members })
}
