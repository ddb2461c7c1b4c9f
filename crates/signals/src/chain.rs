//! The hash chain: each entry's hash covers the entry and the hash before it, so that a removed, edited or reordered
//! entry shows. Fields are length-prefixed: no two entries have the same bytes.

use aws_lc_rs::digest::{Context, SHA256};
use kernel::OrganisationId;
use serde::Serialize;
use store::{Store, StoreError};

use crate::store as rows;
use crate::{Logged, Revision};

/// The hash before an organisation's first entry.
pub const GENESIS: [u8; 32] = [0; 32];

/// What a check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ChainVerdict)]
pub struct Verdict {
    /// How many entries were checked.
    pub entries: u64,
    /// The first entry that does not fit, and what is wrong with it.
    pub broken: Option<Break>,
    /// The last entry's hash in hexadecimal; note it elsewhere to prove later that nothing was cut off.
    pub head: String,
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Break {
    /// The entry's number.
    pub revision: Revision,
    /// What is wrong.
    pub what: String,
}

/// The hash of an entry that follows `previous`.
pub fn link(previous: &[u8], entry: &Logged) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    let mut field = |bytes: Option<&[u8]>| {
        let length = bytes.map_or(u64::MAX, |bytes| bytes.len() as u64);
        context.update(&length.to_be_bytes());
        context.update(bytes.unwrap_or_default());
    };
    let object = entry.object.as_ref();
    let cause = entry.cause.as_ref();
    field(Some(previous));
    field(Some(entry.organisation.0.as_bytes()));
    field(Some(&entry.revision.to_be_bytes()));
    field(Some(&entry.at.micros().to_be_bytes()));
    field(Some(entry.stream.as_str().as_bytes()));
    field(Some(entry.name.as_bytes()));
    field(Some(entry.actor_kind.as_bytes()));
    field(entry.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
    field(Some(entry.actor_name.as_bytes()));
    field(object.map(|object| object.kind.as_bytes()));
    field(object.map(|object| object.id.as_bytes().as_slice()));
    field(object.and_then(|object| object.name.as_deref()).map(str::as_bytes));
    field(cause.map(|cause| cause.kind.as_bytes()));
    field(cause.and_then(|cause| cause.id.as_ref()).map(|id| id.as_bytes().as_slice()));
    field(entry.reason.as_deref().map(str::as_bytes));
    field(entry.address.as_deref().map(str::as_bytes));
    field(Some(entry.request_id.0.as_bytes()));
    field(entry.before.as_ref().map(|json| json.get().as_bytes()));
    field(entry.after.as_ref().map(|json| json.get().as_bytes()));
    field(entry.members.as_deref());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Checks an organisation's whole chain, from the first entry to the head.
pub async fn verify(store: &Store, organisation: OrganisationId) -> Result<Verdict, StoreError> {
    let mut tx = store.read().await?;
    let (head_revision, head_hash) = rows::head(&mut tx, organisation).await?.unwrap_or((0, GENESIS.to_vec()));
    let (mut previous, mut revision, mut broken) = (GENESIS.to_vec(), 0, None);
    while broken.is_none() {
        let entries = rows::after(&mut tx, organisation, revision, 2_000).await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            broken = fault(&previous, revision, &entry);
            if broken.is_some() {
                break;
            }
            revision = entry.revision;
            previous = entry.hash;
        }
    }
    if broken.is_none() && (revision, &previous) != (head_revision, &head_hash) {
        broken = Some(Break { revision: revision + 1, what: "the end of the log is missing".to_owned() });
    }
    Ok(Verdict { entries: u64::try_from(revision).unwrap_or(0), broken, head: hex::encode(previous) })
}

fn fault(previous: &[u8], revision: Revision, entry: &Logged) -> Option<Break> {
    let what = if entry.revision != revision + 1 {
        "an entry is missing"
    } else if link(previous, entry).as_slice() != entry.hash {
        "the entry does not fit its hash"
    } else {
        return None;
    };
    Some(Break { revision: revision + 1, what: what.to_owned() })
}
