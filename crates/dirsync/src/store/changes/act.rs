//! What a change does, in columns: attributes and states as JSON, members packed.

use directory::{Act, Member, ObjectKind, State};
use serde::Serialize;
use store::{Row, StoreError};

use crate::store::staged::{self, StagedMember};

/// The columns of an act.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) name: &'static str,
    pub(super) state: Option<String>,
    pub(super) attributes: Option<String>,
    pub(super) members: Option<Vec<u8>>,
}

impl Columns {
    /// The columns of `act`; without the attributes where they are as staged.
    pub(super) fn of(act: &Act, as_staged: bool) -> Self {
        match act {
            Act::PutUser { attributes, state } => Self::put(attributes.as_ref(), state, as_staged),
            Act::PutGroup { attributes, state } => Self::put(attributes.as_ref(), state, as_staged),
            Act::SetState { state } => Self { name: "state", state: Some(text(state)), ..Self::default() },
            Act::Members { added, removed } => {
                let of = |members: &[Member], removed| -> Vec<StagedMember> {
                    members.iter().map(|member| StagedMember { member: *member, removed }).collect()
                };
                let members = [of(added, false), of(removed, true)].concat();
                Self { name: "members", members: Some(staged::pack(&members)), ..Self::default() }
            }
            Act::MarkMissing => Self { name: "missing", ..Self::default() },
            Act::Purge => Self { name: "purge", ..Self::default() },
        }
    }

    fn put(attributes: &impl Serialize, state: &State, as_staged: bool) -> Self {
        let attributes = (!as_staged).then(|| text(attributes));
        Self { name: "put", state: Some(text(state)), attributes, members: None }
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("invariant: attributes and states are plain data")
}

/// Reads an act back; `packed` finds attributes that are kept elsewhere.
pub(super) fn act_of<'a>(
    row: &Row,
    kind: ObjectKind,
    packed: impl FnOnce() -> Option<&'a [u8]>,
) -> Result<Act, StoreError> {
    let name: String = row.get("act")?;
    Ok(match (name.as_str(), kind) {
        ("put", _) if row.get::<Option<String>>("attributes")?.is_none() => {
            let state = row.json("state")?;
            match packed() {
                Some(body) => Act::PutUser { attributes: parse(body)?, state },
                // What was applied and cleared away is in the log, not here.
                None => Act::SetState { state },
            }
        }
        ("put", ObjectKind::User) => Act::PutUser { attributes: row.json("attributes")?, state: row.json("state")? },
        ("put", ObjectKind::Group) => Act::PutGroup { attributes: row.json("attributes")?, state: row.json("state")? },
        ("state", _) => Act::SetState { state: row.json("state")? },
        ("members", _) => {
            let mut all = Vec::new();
            staged::unpack(&row.get::<Vec<u8>>("members")?, &mut all);
            let of = |removed| all.iter().filter(|one| one.removed == removed).map(|one| one.member).collect();
            Act::Members { added: of(false), removed: of(true) }
        }
        ("missing", _) => Act::MarkMissing,
        ("purge", _) => Act::Purge,
        _ => return Err(StoreError::Corrupt { column: "dirsync_changes.act".to_owned() }),
    })
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|_| StoreError::Corrupt { column: "dirsync_packs.bodies".to_owned() })
}
