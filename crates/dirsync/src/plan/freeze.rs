//! Nothing is taken away while its source has trouble (NET-05): the part of a change that may go on. Pure.

use directory::{Act, Change, Group, ObjectKind};

use super::Draft;
use crate::sources::Freeze;
use crate::totals::Effect;

/// What may be done of a change now; `None` where nothing may. A frozen object may come, change and return; it may not be
/// lost, purged or noted as missing, and a frozen group loses no members.
pub(super) fn thaw(freeze: Option<&Freeze>, mut change: Change, effect: Effect) -> Option<Change> {
    let frozen = freeze.is_some_and(|freeze| freeze.stops(change.kind));
    if !frozen {
        return Some(change);
    }
    match (&mut change.act, effect) {
        (_, Effect::Lose | Effect::Purge) | (Act::Purge | Act::MarkMissing, _) => None,
        (Act::Members { added, removed }, _) => {
            removed.clear();
            (!added.is_empty()).then_some(change)
        }
        _ => Some(change),
    }
}

impl Draft<'_> {
    /// Whether what was read of a group's members cannot be believed to be all of them: they are hidden from us, or groups
    /// have trouble.
    pub(super) fn sees_no_members(&self, group: Option<&Group>) -> bool {
        let hidden = group.is_some_and(|group| group.attributes.visibility.as_deref() == Some("HiddenMembership"));
        self.work.freeze.as_ref().is_some_and(|freeze| freeze.groups || freeze.hidden_members && hidden)
    }
}

impl Freeze {
    /// Whether what is known of this kind may not be taken away.
    pub fn stops(&self, kind: ObjectKind) -> bool {
        match kind {
            ObjectKind::User => self.users,
            ObjectKind::Group => self.groups,
        }
    }
}
