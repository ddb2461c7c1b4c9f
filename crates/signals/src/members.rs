//! Membership changes of one entry, packed: 18 bytes each, so that a group of 100,000 fits in a few entries.
//!
//! Layout per member: operation (0 added, 1 removed), kind of the member, its object id (16 bytes).

use serde::Serialize;
use uuid::Uuid;

/// The most membership changes one entry carries.
pub const MOST: usize = 1_000;

const WIDTH: usize = 18;

/// One membership change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MemberChange {
    /// Removed, not added.
    pub removed: bool,
    /// The member's kind: 0 user, 1 group, 2 device, 3 service principal, 4 other.
    pub kind: u8,
    /// The member's object id in its source.
    pub object_id: Uuid,
}

/// Packs membership changes.
pub fn pack(changes: &[MemberChange]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(changes.len() * WIDTH);
    for change in changes {
        bytes.push(u8::from(change.removed));
        bytes.push(change.kind);
        bytes.extend_from_slice(change.object_id.as_bytes());
    }
    bytes
}

/// Unpacks membership changes; a damaged tail is left out.
pub fn unpack(bytes: &[u8]) -> Vec<MemberChange> {
    bytes
        .chunks_exact(WIDTH)
        .filter_map(|part| {
            let object_id = Uuid::from_slice(&part[2..]).ok()?;
            Some(MemberChange { removed: part[0] == 1, kind: part[1], object_id })
        })
        .collect()
}
