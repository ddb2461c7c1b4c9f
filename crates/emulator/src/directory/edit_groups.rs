//! Creating, changing, deleting and restoring groups.

use kernel::Timestamp;
use roaring::RoaringBitmap;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::edit::{self, Author, EditError, Edits};
use super::edit_users::{security_identifier, whole_seconds};
use super::property::group;
use super::record::Record;
use super::{Change, Directory, Group, Kind, Life, NONE, Ref};

/// What deleting a security group means: pages of different age disagree (Graph, group: delete).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupDeletion {
    /// Microsoft 365 and security groups can be restored for 30 days.
    Soft,
    /// Only Microsoft 365 groups can.
    HardForSecurity,
}

/// What the bodies of groups may carry beside properties; `graph` handles them.
const RELATIONS: [&str; 4] = ["id", "members@odata.bind", "owners@odata.bind", "members"];

impl Directory {
    /// Creates a group from a Graph body.
    pub fn create_group(
        &mut self,
        body: &Map<String, Value>,
        author: Author,
        now: Timestamp,
    ) -> Result<Uuid, EditError> {
        let mut edits = edit::read(Kind::Group, body, author, &RELATIONS)?;
        check_new_group(&edits, author)?;
        let id = match body.get("id").and_then(Value::as_str).filter(|_| author == Author::Service) {
            Some(text) => Uuid::parse_str(text).map_err(|_| EditError::InvalidValue("id".to_owned()))?,
            None => self.draw.id(),
        };
        if self.by_id.contains_key(&id) {
            return Err(EditError::Conflict("id"));
        }
        self.fill_new_group(&mut edits, id, now);
        let record = Record::default().with(&edits).0;
        let ordinal = self.place_group(id, record, now);
        self.note(Ref::group(ordinal), Change::Created, now);
        self.follow_group_rule(ordinal, now);
        Ok(id)
    }

    fn fill_new_group(&self, edits: &mut Edits, id: Uuid, now: Timestamp) {
        edit::default(edits, group::CREATED_DATE_TIME, json!(whole_seconds(now)));
        edit::default(edits, group::RENEWED_DATE_TIME, json!(whole_seconds(now)));
        edit::default(edits, group::SECURITY_ENABLED, json!(true));
        edit::default(edits, group::MAIL_ENABLED, json!(false));
        edit::default(edits, group::GROUP_TYPES, json!([]));
        edit::default(edits, group::SECURITY_IDENTIFIER, json!(security_identifier(id)));
        let unified = edits.iter().any(|(prop, value)| *prop == group::GROUP_TYPES && has(value, "Unified"));
        if unified {
            let nickname = edit::text_of(edits, group::MAIL_NICKNAME).unwrap_or("group");
            let mail = format!("{nickname}@{}", self.domains.first().map_or("localhost", String::as_str));
            edit::default(edits, group::MAIL, json!(mail));
            edit::default(edits, group::PROXY_ADDRESSES, json!([format!("SMTP:{mail}")]));
            edit::default(edits, group::VISIBILITY, json!("Public"));
        }
    }

    pub(super) fn place_group(&mut self, id: Uuid, record: Record, born: Timestamp) -> u32 {
        let ordinal = u32::try_from(self.groups.len()).unwrap_or(NONE);
        self.by_id.insert(id, Ref::group(ordinal));
        self.live_groups.insert(ordinal);
        let department = rule_department(&record);
        self.groups.push(Group {
            id,
            record,
            life: Life::Live,
            born,
            users: RoaringBitmap::new(),
            groups: RoaringBitmap::new(),
            parents: Vec::new(),
            department,
            head: NONE,
        });
        ordinal
    }

    /// Changes a live group. Answers whether anything changed.
    pub fn patch_group(
        &mut self,
        ordinal: u32,
        body: &Map<String, Value>,
        author: Author,
        now: Timestamp,
    ) -> Result<bool, EditError> {
        let edits = edit::read(Kind::Group, body, author, &RELATIONS)?;
        let slot = &self.groups[ordinal as usize];
        if author == Author::Caller && !edits.is_empty() {
            writable(&slot.record)?;
        }
        let (record, changed) = slot.record.with(&edits);
        if changed == 0 {
            return Ok(false);
        }
        let slot = &mut self.groups[ordinal as usize];
        slot.department = rule_department(&record);
        slot.record = record;
        self.note(Ref::group(ordinal), Change::Set(changed), now);
        if changed & (group::MEMBERSHIP_RULE.bit() | group::GROUP_TYPES.bit()) != 0 {
            self.follow_group_rule(ordinal, now);
        }
        Ok(true)
    }

    /// Deletes a live group: softly where its type can be restored, for good otherwise.
    pub fn delete_group(&mut self, ordinal: u32, policy: GroupDeletion, now: Timestamp) {
        if !self.live_groups.remove(ordinal) {
            return;
        }
        let record = &self.groups[ordinal as usize].record;
        let unified = record.texts(group::GROUP_TYPES).iter().any(|kind| kind == "Unified");
        let soft = unified || (policy == GroupDeletion::Soft && !record.is_true(group::MAIL_ENABLED));
        self.deleted_groups.insert(ordinal);
        self.groups[ordinal as usize].life = Life::Deleted(now);
        self.note(Ref::group(ordinal), Change::Deleted, now);
        self.shadow_memberships(Ref::group(ordinal), now);
        if soft {
            self.oldest_deletion.get_or_insert(now);
        } else {
            self.purge_group(ordinal, now);
        }
    }

    /// Brings a soft-deleted group back with its members.
    pub fn restore_group(&mut self, ordinal: u32, now: Timestamp) -> Result<(), EditError> {
        let slot = &mut self.groups[ordinal as usize];
        if !matches!(slot.life, Life::Deleted(_)) {
            return Err(EditError::NotFound(slot.id.to_string()));
        }
        slot.life = Life::Live;
        self.deleted_groups.remove(ordinal);
        self.live_groups.insert(ordinal);
        self.note(Ref::group(ordinal), Change::Restored, now);
        self.shadow_memberships(Ref::group(ordinal), now);
        self.follow_group_rule(ordinal, now);
        Ok(())
    }

    /// Removes a soft-deleted group for good.
    pub fn purge_group(&mut self, ordinal: u32, now: Timestamp) {
        if !self.deleted_groups.remove(ordinal) {
            return;
        }
        let slot = &mut self.groups[ordinal as usize];
        slot.life = Life::Purged;
        slot.record = Record::default();
        slot.department = None;
        let (users, groups) = (std::mem::take(&mut slot.users), std::mem::take(&mut slot.groups));
        let parents = std::mem::take(&mut slot.parents);
        for member in users {
            self.users[member as usize].groups.retain(|group| *group != ordinal);
        }
        for member in groups {
            self.groups[member as usize].parents.retain(|group| *group != ordinal);
        }
        for parent in parents {
            self.groups[parent as usize].groups.remove(ordinal);
        }
        self.note(Ref::group(ordinal), Change::Purged, now);
    }
}

/// Whether callers of Graph may write a group with these properties.
pub(super) fn writable(record: &Record) -> Result<(), EditError> {
    if record.is_true(group::ON_PREMISES_SYNC_ENABLED) {
        return Err(EditError::Synced);
    }
    let unified = record.texts(group::GROUP_TYPES).iter().any(|kind| kind == "Unified");
    if record.is_true(group::MAIL_ENABLED) && !unified {
        return Err(EditError::MailEnabled);
    }
    Ok(())
}

fn check_new_group(edits: &Edits, author: Author) -> Result<(), EditError> {
    if author == Author::Service {
        return Ok(());
    }
    let required = [
        (group::DISPLAY_NAME, "displayName"),
        (group::MAIL_ENABLED, "mailEnabled"),
        (group::MAIL_NICKNAME, "mailNickname"),
        (group::SECURITY_ENABLED, "securityEnabled"),
    ];
    for (prop, name) in required {
        if !edits.iter().any(|(set, value)| *set == prop && !value.is_null() && value != "") {
            return Err(EditError::Missing(name));
        }
    }
    let flag = |wanted| edits.iter().any(|(prop, value)| *prop == wanted && value == true);
    let unified = edits.iter().any(|(prop, value)| *prop == group::GROUP_TYPES && has(value, "Unified"));
    if flag(group::MAIL_ENABLED) != unified {
        return Err(EditError::MailEnabled);
    }
    Ok(())
}

fn has(list: &Value, wanted: &str) -> bool {
    list.as_array().is_some_and(|items| items.iter().any(|item| item == wanted))
}

/// Reads `user.department -eq "…"`, the one rule that the emulator evaluates.
fn rule_department(record: &Record) -> Option<Box<str>> {
    let dynamic = record.texts(group::GROUP_TYPES).iter().any(|kind| kind == "DynamicMembership");
    let rule = record.text(group::MEMBERSHIP_RULE).filter(|_| dynamic)?;
    let rule = rule.trim().trim_start_matches('(').trim_end_matches(')');
    let value = rule.strip_prefix("user.department -eq ")?.trim();
    Some(value.trim_matches(|quote| quote == '"' || quote == '\'').into())
}
