//! Members as bytes: 17 each, the kind and the object id, in the order of the object ids.

use store::{Row, StoreError};
use uuid::Uuid;

use crate::model::{Member, MemberKind};

const WIDTH: usize = 17;

pub(super) fn pack(members: &[Member]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(members.len() * WIDTH);
    for member in members {
        bytes.push(member.kind as u8);
        bytes.extend_from_slice(member.object_id.as_bytes());
    }
    bytes
}

/// The members of a row's part.
pub(super) fn unpack(row: &Row) -> Result<Vec<Member>, StoreError> {
    let bytes: Vec<u8> = row.get("members")?;
    let (parts, rest) = bytes.as_chunks::<WIDTH>();
    if !rest.is_empty() {
        return Err(StoreError::Corrupt { column: "directory_members.members".to_owned() });
    }
    Ok(parts.iter().map(of).collect())
}

fn of(part: &[u8; WIDTH]) -> Member {
    let [kind, id @ ..] = part;
    Member { object_id: Uuid::from_bytes(*id), kind: MemberKind::from_code(i64::from(*kind)) }
}
