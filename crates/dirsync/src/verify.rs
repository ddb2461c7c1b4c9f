//! Verify: what was applied is read back, from our directory and, in a sample, from the source (NET-24).
//!
//! What it finds is written down and shown. It takes nothing back: a difference is usually the next change on its way.

use directory::{Act, ObjectKind};
use kernel::PageRequest;
use serde::{Deserialize, Serialize};

use crate::error::DirsyncError;
use crate::sources::{Look, Looked, Source};
use crate::store::changes::{self, ChangeFilter};
use crate::totals::Effect;
use crate::work::Work;

/// How many changed users are looked at again in the source.
const SAMPLE: usize = 20;

/// What reading back found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verified {
    /// Changed users of the sample that are in the directory as planned.
    pub in_directory: u64,
    /// Changed users of the sample that are not: something changed them in between.
    pub differ_in_directory: u64,
    /// Changed users of the sample that the source still shows as planned.
    pub in_source: u64,
    /// Changed users of the sample that the source shows otherwise by now.
    pub differ_in_source: u64,
    /// Whether the source could not be asked.
    pub source_unreachable: bool,
}

/// Reads back a sample of what was applied.
pub(crate) async fn verify(work: &Work, source: Option<&dyn Source>) -> Result<Verified, DirsyncError> {
    let mut verified = Verified::default();
    let mut tx = work.store.read().await?;
    let mut sample = Vec::new();
    for effect in [Effect::Create, Effect::Update] {
        let filter = ChangeFilter { effect: Some(effect), ..ChangeFilter::default() };
        let page = changes::list(&mut tx, work.run.id, &filter, &PageRequest::first(SAMPLE)).await?;
        sample.extend(
            page.items.into_iter().filter(|item| item.applied_at.is_some() && item.change.kind == ObjectKind::User),
        );
    }
    sample.truncate(SAMPLE);
    let ids: Vec<_> = sample.iter().map(|item| item.change.object_id).collect();
    let users = directory::read::users_by_object_ids(&mut tx, work.run.source_id, &ids).await?;
    drop(tx);
    for item in &sample {
        let Act::PutUser { attributes, state } = &item.change.act else { continue };
        let user = users.iter().find(|user| user.object_id == item.change.object_id);
        let same = user.is_some_and(|user| user.attributes == **attributes && user.state == *state);
        *(if same { &mut verified.in_directory } else { &mut verified.differ_in_directory }) += 1;
    }
    let Some(source) = source.filter(|_| !ids.is_empty()) else { return Ok(verified) };
    let Ok(looks) = source.look(ObjectKind::User, &ids).await else {
        return Ok(Verified { source_unreachable: true, ..verified });
    };
    for (item, look) in sample.iter().zip(looks) {
        let Act::PutUser { attributes, .. } = &item.change.act else { continue };
        let same = match look {
            Look::There(looked) => match looked {
                // The manager is another request; what a look tells is compared.
                Looked::User(seen) => {
                    directory::UserAttributes { manager: attributes.manager, ..seen.attributes } == **attributes
                }
                Looked::Group(_) => false,
            },
            Look::Gone => false,
        };
        *(if same { &mut verified.in_source } else { &mut verified.differ_in_source }) += 1;
    }
    Ok(verified)
}
