//! Joining and leaving groups, by hand and by rule.

use kernel::Timestamp;
use roaring::RoaringBitmap;

use super::edit::{Author, EditError};
use super::edit_groups::writable;
use super::property::{group, user};
use super::{Change, Directory, Kind, Ref};

impl Directory {
    /// Adds a live object to a live group.
    pub fn add_member(&mut self, group: u32, member: Ref, author: Author, now: Timestamp) -> Result<(), EditError> {
        self.check_addition(group, member, author)?;
        self.link_member(group, member);
        self.note(Ref::group(group), Change::Member { member, shadow: false }, now);
        Ok(())
    }

    /// Whether [`Directory::add_member`] would succeed.
    pub fn check_addition(&self, group: u32, member: Ref, author: Author) -> Result<(), EditError> {
        self.check_membership_edit(group, author)?;
        if !self.is_live(member) {
            return Err(EditError::NotFound(self.id(member).to_string()));
        }
        let unified = self.group_has_type(group, "Unified");
        if member == Ref::group(group) || (unified && member.kind == Kind::Group) {
            return Err(EditError::WrongMemberKind);
        }
        if self.is_member(group, member) { Err(EditError::AlreadyMember) } else { Ok(()) }
    }

    /// Removes a direct member from a live group.
    pub fn remove_member(&mut self, group: u32, member: Ref, author: Author, now: Timestamp) -> Result<(), EditError> {
        self.check_membership_edit(group, author)?;
        if !self.is_member(group, member) {
            return Err(EditError::NotMember);
        }
        self.unlink_member(group, member);
        self.note(Ref::group(group), Change::Member { member, shadow: false }, now);
        Ok(())
    }

    fn check_membership_edit(&self, group: u32, author: Author) -> Result<(), EditError> {
        if author == Author::Service {
            return Ok(());
        }
        if self.group_has_type(group, "DynamicMembership") {
            return Err(EditError::Dynamic);
        }
        writable(&self.group(group).record)
    }

    /// Whether the group's `groupTypes` has the word.
    pub fn group_has_type(&self, group: u32, wanted: &str) -> bool {
        self.group(group).record.texts(group::GROUP_TYPES).iter().any(|kind| kind == wanted)
    }

    pub(super) fn link_member(&mut self, group: u32, member: Ref) {
        let slot = &mut self.groups[group as usize];
        let (fresh, back) = match member.kind {
            Kind::User => (slot.users.insert(member.ordinal), &mut self.users[member.ordinal as usize].groups),
            Kind::Group => (slot.groups.insert(member.ordinal), &mut self.groups[member.ordinal as usize].parents),
        };
        if fresh {
            back.push(group);
        }
    }

    fn unlink_member(&mut self, group: u32, member: Ref) {
        let slot = &mut self.groups[group as usize];
        let back = match member.kind {
            Kind::User => {
                slot.users.remove(member.ordinal);
                &mut self.users[member.ordinal as usize].groups
            }
            Kind::Group => {
                slot.groups.remove(member.ordinal);
                &mut self.groups[member.ordinal as usize].parents
            }
        };
        back.retain(|other| *other != group);
    }

    /// Notes, in every group that holds the object, that it vanished or came back with its own life.
    pub(super) fn shadow_memberships(&mut self, member: Ref, now: Timestamp) {
        for group in self.groups_of(member) {
            self.note(Ref::group(group), Change::Member { member, shadow: true }, now);
        }
    }

    /// Brings the dynamic groups in line with a user's department.
    pub(super) fn follow_rules(&mut self, ordinal: u32, now: Timestamp) {
        let department = self.user(ordinal).record.text(user::DEPARTMENT);
        for group in 0..self.slots(Kind::Group) {
            let Some(rule) = self.group(group).department.as_deref() else { continue };
            let wanted = department.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(rule));
            self.apply_rule(group, ordinal, wanted, now);
        }
    }

    /// Brings one dynamic group in line with everybody's department.
    pub(super) fn follow_group_rule(&mut self, group: u32, now: Timestamp) {
        let Some(rule) = self.group(group).department.clone() else { return };
        let wanted: RoaringBitmap = (self.live_users.iter())
            .filter(|ordinal| {
                let own = self.user(*ordinal).record.text(user::DEPARTMENT);
                own.is_some_and(|own| own.eq_ignore_ascii_case(&rule))
            })
            .collect();
        let touched = &wanted ^ &self.member_users(group);
        for ordinal in touched {
            self.apply_rule(group, ordinal, wanted.contains(ordinal), now);
        }
    }

    fn apply_rule(&mut self, group: u32, ordinal: u32, wanted: bool, now: Timestamp) {
        let member = Ref::user(ordinal);
        if wanted == self.group(group).users.contains(ordinal) || !self.live_groups.contains(group) {
            return;
        }
        if wanted {
            self.link_member(group, member);
        } else {
            self.unlink_member(group, member);
        }
        self.note(Ref::group(group), Change::Member { member, shadow: false }, now);
    }
}
