//! What reading users and reading groups have in common.

use directory::{ObjectKind, UserAttributes};
use uuid::Uuid;

use crate::sources::{Looked, SeenGroup, SeenUser};
use crate::store::staged::{Staged, Told};

/// What was read of one kind of object.
pub(super) trait Kind: Sized + Send + Sync {
    const KIND: ObjectKind;
    /// What is known after `newer` arrived.
    fn overlaid(self, newer: Self) -> Self;
    /// Whether this tells everything there is to tell.
    fn whole(&self) -> bool;
    /// Whether this is enough to plan a user whom nobody knows.
    fn suffices(&self) -> bool;
    /// The row that keeps it.
    fn stage(&self, object_id: Uuid) -> Staged;
    /// Reads the row back; nothing where the object is gone.
    fn unstage(staged: Staged) -> Option<Self>;
    /// The attributes of a user who can be planned at once.
    fn into_early(self) -> Option<UserAttributes>;
    /// What was read of a user who was planned at once.
    fn from_early(attributes: UserAttributes) -> Option<Self>;
}

impl Kind for SeenUser {
    const KIND: ObjectKind = ObjectKind::User;
    fn overlaid(self, newer: Self) -> Self {
        let manager = if newer.manager_told { newer.attributes.manager } else { self.attributes.manager };
        let mut attributes = if newer.attributes_told { newer.attributes } else { self.attributes };
        attributes.manager = manager;
        Self {
            attributes,
            manager_told: newer.manager_told || self.manager_told,
            attributes_told: newer.attributes_told || self.attributes_told,
        }
    }
    fn whole(&self) -> bool {
        self.attributes_told && self.manager_told
    }
    fn suffices(&self) -> bool {
        self.attributes_told
    }
    fn stage(&self, object_id: Uuid) -> Staged {
        let told = Told { attributes: self.attributes_told, manager: self.manager_told };
        Staged { object_id, body: Some(body(&self.attributes)), told, removed: None }
    }
    fn unstage(staged: Staged) -> Option<Self> {
        let attributes = serde_json::from_str(&staged.body?).ok()?;
        Some(Self { attributes, manager_told: staged.told.manager, attributes_told: staged.told.attributes })
    }
    fn into_early(self) -> Option<UserAttributes> {
        Some(self.attributes)
    }
    fn from_early(attributes: UserAttributes) -> Option<Self> {
        Some(Self { attributes, manager_told: true, attributes_told: true })
    }
}

impl Kind for SeenGroup {
    const KIND: ObjectKind = ObjectKind::Group;
    fn overlaid(self, newer: Self) -> Self {
        if newer.attributes_told { newer } else { self }
    }
    fn whole(&self) -> bool {
        self.attributes_told
    }
    fn suffices(&self) -> bool {
        false
    }
    fn stage(&self, object_id: Uuid) -> Staged {
        let told = Told { attributes: self.attributes_told, manager: false };
        Staged { object_id, body: Some(body(&self.attributes)), told, removed: None }
    }
    fn unstage(staged: Staged) -> Option<Self> {
        let attributes = serde_json::from_str(&staged.body?).ok()?;
        Some(Self { attributes, attributes_told: staged.told.attributes })
    }
    fn into_early(self) -> Option<UserAttributes> {
        None
    }
    fn from_early(_: UserAttributes) -> Option<Self> {
        None
    }
}

/// The row that keeps what a look found.
pub(super) fn stage_looked(object_id: Uuid, looked: &Looked) -> Staged {
    match looked {
        Looked::User(user) => user.stage(object_id),
        Looked::Group(group) => group.stage(object_id),
    }
}

fn body(attributes: &impl serde::Serialize) -> String {
    serde_json::to_string(attributes).expect("invariant: what was read is plain data")
}
