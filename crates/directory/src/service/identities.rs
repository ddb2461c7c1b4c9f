//! Tells the log's readers where users and groups come from: the log holds our ids, the directory knows the source's.

use async_trait::async_trait;
use kernel::OrganisationId;
use signals::members::{self, MemberChange};
use signals::{Identities, Identity, KnowObjects, Known, Logged};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::{Directory, rows};
use crate::model::{MemberKind, SourceId};

#[async_trait]
impl KnowObjects for Directory {
    async fn identities(&self, organisation: OrganisationId, entries: &[Logged]) -> Result<Identities, StoreError> {
        let mut found = Identities::default();
        let mut tx = self.store.read().await?;
        for (kind, groups) in [("user", false), ("group", true)] {
            let ids = ids_of(entries, kind);
            for (id, source, source_id, object_id) in
                rows::snapshot::origins(&mut tx, organisation, &ids, groups).await?
            {
                found.objects.insert(id, Identity { source, source_id: source_id.0, object_id });
            }
        }
        for entry in entries {
            let source = entry.object.as_ref().and_then(|object| found.objects.get(&object.id));
            if let Some((source, packed)) = source.map(|known| known.source_id).zip(entry.members.as_deref()) {
                name_members(&mut tx, &mut found, SourceId(source), &members::unpack(packed)).await?;
            }
        }
        Ok(found)
    }
}

fn ids_of(entries: &[Logged], kind: &str) -> Vec<Uuid> {
    let objects = entries.iter().filter_map(|entry| entry.object.as_ref());
    let mut ids: Vec<Uuid> = objects.filter(|object| object.kind == kind).map(|object| object.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

async fn name_members(
    tx: &mut Tx,
    found: &mut Identities,
    source: SourceId,
    changes: &[MemberChange],
) -> Result<(), StoreError> {
    for (kind, groups) in [(MemberKind::User, false), (MemberKind::Group, true)] {
        let of_kind = changes.iter().filter(|change| change.kind == kind as u8).map(|change| change.object_id);
        // One who left and joined again in other entries was looked up already.
        let ids: Vec<Uuid> = of_kind.filter(|id| !found.members.contains_key(&(source.0, *id))).collect();
        for (object_id, id, name) in rows::snapshot::names(tx, source, &ids, groups).await? {
            found.members.insert((source.0, object_id), Known { id, name });
        }
    }
    Ok(())
}
