//! Creating, changing, deleting and restoring users, and the side effects that Entra adds by itself.

use std::time::Duration;

use kernel::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::edit::{self, Author, EditError, Edits};
use super::property::{Mask, user};
use super::record::Record;
use super::{Change, Directory, Kind, Life, NONE, Ref, User};

/// What callers may still write on an account that is mastered on premises.
const CLOUD_OWNED: Mask = user::USAGE_LOCATION.bit()
    | user::OTHER_MAILS.bit()
    | user::PREFERRED_DATA_LOCATION.bit()
    | user::PASSWORD_POLICIES.bit()
    | user::AGE_GROUP.bit()
    | user::CONSENT_PROVIDED_FOR_MINOR.bit();

/// How long a deleted object can be restored.
pub(super) const KEPT: Duration = Duration::from_hours(30 * 24);

impl Directory {
    /// Creates a user from a Graph body. The service fills what Entra fills.
    pub fn create_user(
        &mut self,
        body: &Map<String, Value>,
        author: Author,
        now: Timestamp,
    ) -> Result<Uuid, EditError> {
        let mut edits = edit::read(Kind::User, body, author, &["id", "manager"])?;
        self.check_new_user(&edits, author)?;
        let id = match body.get("id").and_then(Value::as_str).filter(|_| author == Author::Service) {
            Some(text) => Uuid::parse_str(text).map_err(|_| EditError::InvalidValue("id".to_owned()))?,
            None => self.draw.id(),
        };
        if self.by_id.contains_key(&id) {
            return Err(EditError::Conflict("id"));
        }
        fill_new_user(&mut edits, id, now);
        edits.retain(|(prop, _)| *prop != user::PASSWORD_PROFILE);
        let record = Record::default().with(&edits).0;
        let ordinal = self.place_user(id, record, now);
        self.note(Ref::user(ordinal), Change::Created, now);
        self.follow_rules(ordinal, now);
        Ok(id)
    }

    fn check_new_user(&self, edits: &Edits, author: Author) -> Result<(), EditError> {
        let required = [
            (user::ACCOUNT_ENABLED, "accountEnabled"),
            (user::DISPLAY_NAME, "displayName"),
            (user::MAIL_NICKNAME, "mailNickname"),
            (user::USER_PRINCIPAL_NAME, "userPrincipalName"),
            (user::PASSWORD_PROFILE, "passwordProfile"),
        ];
        for (prop, name) in required {
            let given = edits.iter().any(|(set, value)| *set == prop && !value.is_null() && value != "");
            if !given && (author == Author::Caller || prop == user::USER_PRINCIPAL_NAME) {
                return Err(EditError::Missing(name));
            }
        }
        self.check_user_values(edits, author, None)
    }

    fn check_user_values(&self, edits: &Edits, author: Author, current: Option<u32>) -> Result<(), EditError> {
        if let Some(name) = edit::text_of(edits, user::USER_PRINCIPAL_NAME) {
            let (local, domain) = name.split_once('@').unwrap_or((name, ""));
            if local.is_empty() || name.contains(char::is_whitespace) {
                return Err(EditError::InvalidValue("userPrincipalName".to_owned()));
            }
            let verified = self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain));
            if author == Author::Caller && !verified {
                return Err(EditError::UnverifiedDomain(name.to_owned()));
            }
            if self.by_name.get(name.to_lowercase().as_str()).is_some_and(|owner| Some(*owner) != current) {
                return Err(EditError::Conflict("userPrincipalName"));
            }
        } else if edits.iter().any(|(prop, _)| *prop == user::USER_PRINCIPAL_NAME) {
            return Err(EditError::InvalidValue("userPrincipalName".to_owned()));
        }
        if edit::text_of(edits, user::EMPLOYEE_ID).is_some_and(|id| id.chars().count() > 16) {
            return Err(EditError::InvalidValue("employeeId".to_owned()));
        }
        Ok(())
    }

    pub(super) fn place_user(&mut self, id: Uuid, record: Record, born: Timestamp) -> u32 {
        let ordinal = u32::try_from(self.users.len()).unwrap_or(NONE);
        if let Some(name) = record.text(user::USER_PRINCIPAL_NAME) {
            self.by_name.insert(name.to_lowercase().into(), ordinal);
        }
        self.by_id.insert(id, Ref::user(ordinal));
        self.live_users.insert(ordinal);
        self.users.push(User {
            id,
            record,
            life: Life::Live,
            born,
            manager: NONE,
            reports: Vec::new(),
            groups: Vec::new(),
            head: NONE,
        });
        ordinal
    }

    /// Changes a live user. Answers whether anything changed.
    pub fn patch_user(
        &mut self,
        ordinal: u32,
        body: &Map<String, Value>,
        author: Author,
        now: Timestamp,
    ) -> Result<bool, EditError> {
        let mut edits = edit::read(Kind::User, body, author, &["id"])?;
        self.check_user_values(&edits, author, Some(ordinal))?;
        let touched = edits.iter().fold(0, |set, (prop, _)| set | prop.bit());
        let slot = &self.users[ordinal as usize];
        if author == Author::Caller
            && slot.record.is_true(user::ON_PREMISES_SYNC_ENABLED)
            && touched & !CLOUD_OWNED != 0
        {
            return Err(EditError::Synced);
        }
        add_side_effects(&mut edits, &slot.record, now);
        let old_name = slot.record.text(user::USER_PRINCIPAL_NAME);
        let (record, changed) = slot.record.with(&edits);
        if changed == 0 {
            return Ok(false);
        }
        if let Some(name) =
            record.text(user::USER_PRINCIPAL_NAME).filter(|_| changed & user::USER_PRINCIPAL_NAME.bit() != 0)
        {
            old_name.map(|old| self.by_name.remove(old.to_lowercase().as_str()));
            self.by_name.insert(name.to_lowercase().into(), ordinal);
        }
        self.users[ordinal as usize].record = record;
        self.note(Ref::user(ordinal), Change::Set(changed), now);
        if changed & user::DEPARTMENT.bit() != 0 {
            self.follow_rules(ordinal, now);
        }
        Ok(true)
    }

    /// Ends every session that the user has: moves the moment from which sign-ins count.
    pub fn revoke_sessions(&mut self, ordinal: u32, now: Timestamp) {
        let edits = vec![(user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, json!(now))];
        let (record, changed) = self.users[ordinal as usize].record.with(&edits);
        self.users[ordinal as usize].record = record;
        if changed != 0 {
            self.note(Ref::user(ordinal), Change::Set(changed), now);
        }
    }

    /// Sets or clears a user's manager.
    pub fn set_manager(&mut self, ordinal: u32, manager: Option<u32>, now: Timestamp) {
        let next = manager.unwrap_or(NONE);
        if self.link_manager(ordinal, next) {
            self.note(Ref::user(ordinal), Change::Manager, now);
        }
    }

    pub(super) fn link_manager(&mut self, ordinal: u32, next: u32) -> bool {
        let old = std::mem::replace(&mut self.users[ordinal as usize].manager, next);
        if old == next {
            return false;
        }
        if old != NONE {
            self.users[old as usize].reports.retain(|report| *report != ordinal);
        }
        if next != NONE {
            self.users[next as usize].reports.push(ordinal);
        }
        true
    }

    /// Marks a user as holding a privileged role, or not.
    pub fn set_admin(&mut self, ordinal: u32, admin: bool) {
        if admin {
            self.admins.insert(ordinal);
        } else {
            self.admins.remove(ordinal);
        }
    }

    /// Soft-deletes a live user. Memberships are kept for a restoration and hidden until then.
    pub fn delete_user(&mut self, ordinal: u32, now: Timestamp) {
        if !self.live_users.remove(ordinal) {
            return;
        }
        self.deleted_users.insert(ordinal);
        self.oldest_deletion.get_or_insert(now);
        let slot = &mut self.users[ordinal as usize];
        slot.life = Life::Deleted(now);
        if let Some(name) = slot.record.text(user::USER_PRINCIPAL_NAME) {
            let parked = format!("{}{name}", slot.id.simple());
            slot.record = slot.record.with(&[(user::USER_PRINCIPAL_NAME, json!(parked))]).0;
            self.by_name.remove(name.to_lowercase().as_str());
        }
        self.note(Ref::user(ordinal), Change::Deleted, now);
        self.shadow_memberships(Ref::user(ordinal), now);
    }

    /// Brings a soft-deleted user back, under `name` when given.
    pub fn restore_user(&mut self, ordinal: u32, name: Option<&str>, now: Timestamp) -> Result<(), EditError> {
        let slot = &self.users[ordinal as usize];
        if !matches!(slot.life, Life::Deleted(_)) {
            return Err(EditError::NotFound(slot.id.to_string()));
        }
        let parked = slot.record.text(user::USER_PRINCIPAL_NAME).unwrap_or_default();
        let own = parked.strip_prefix(&slot.id.simple().to_string()).unwrap_or(&parked);
        let name = name.unwrap_or(own).to_owned();
        if self.by_name.contains_key(name.to_lowercase().as_str()) {
            return Err(EditError::Conflict("userPrincipalName"));
        }
        self.by_name.insert(name.to_lowercase().into(), ordinal);
        let slot = &mut self.users[ordinal as usize];
        slot.record = slot.record.with(&[(user::USER_PRINCIPAL_NAME, json!(name))]).0;
        slot.life = Life::Live;
        self.deleted_users.remove(ordinal);
        self.live_users.insert(ordinal);
        self.note(Ref::user(ordinal), Change::Restored, now);
        self.shadow_memberships(Ref::user(ordinal), now);
        self.follow_rules(ordinal, now);
        Ok(())
    }

    /// Removes a soft-deleted user for good.
    pub fn purge_user(&mut self, ordinal: u32, now: Timestamp) {
        if !self.deleted_users.remove(ordinal) {
            return;
        }
        self.link_manager(ordinal, NONE);
        let slot = &mut self.users[ordinal as usize];
        slot.life = Life::Purged;
        slot.record = Record::default();
        let (reports, groups) = (std::mem::take(&mut slot.reports), std::mem::take(&mut slot.groups));
        for report in reports {
            self.users[report as usize].manager = NONE;
            self.note(Ref::user(report), Change::Manager, now);
        }
        for group in groups {
            self.groups[group as usize].users.remove(ordinal);
        }
        self.note(Ref::user(ordinal), Change::Purged, now);
    }

    /// Whether something was deleted more than 30 days ago and [`Directory::purge_expired`] has work to do.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.oldest_deletion.is_some_and(|oldest| now >= oldest.plus(KEPT))
    }

    /// Purges what was deleted more than 30 days ago.
    pub fn purge_expired(&mut self, now: Timestamp) {
        let mut oldest: Option<Timestamp> = None;
        let deleted: Vec<Ref> =
            (self.deleted_users.iter().map(Ref::user)).chain(self.deleted_groups.iter().map(Ref::group)).collect();
        for object in deleted {
            match self.life(object) {
                Life::Deleted(at) if now < at.plus(KEPT) => oldest = Some(oldest.map_or(at, |other| other.min(at))),
                _ if object.kind == Kind::User => self.purge_user(object.ordinal, now),
                _ => self.purge_group(object.ordinal, now),
            }
        }
        self.oldest_deletion = oldest;
    }
}

fn fill_new_user(edits: &mut Edits, id: Uuid, now: Timestamp) {
    let name = edit::text_of(edits, user::USER_PRINCIPAL_NAME).unwrap_or_default().to_owned();
    let local = name.split('@').next().unwrap_or_default().to_owned();
    edit::default(edits, user::ACCOUNT_ENABLED, json!(true));
    edit::default(edits, user::DISPLAY_NAME, json!(local));
    edit::default(edits, user::MAIL_NICKNAME, json!(local));
    edit::default(edits, user::USER_TYPE, json!("Member"));
    edit::default(edits, user::CREATED_DATE_TIME, json!(whole_seconds(now)));
    edit::default(edits, user::SECURITY_IDENTIFIER, json!(security_identifier(id)));
    edit::default(edits, user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, json!(whole_seconds(now)));
    edit::default(edits, user::IDENTITIES, own_identity(&name));
    if let Some(mail) = edit::text_of(edits, user::MAIL).map(|mail| format!("SMTP:{mail}")) {
        edit::default(edits, user::PROXY_ADDRESSES, json!([mail]));
    }
}

/// The identity that stands for the user principal name.
fn own_identity(name: &str) -> Value {
    let issuer = name.split_once('@').map_or("", |(_, domain)| domain);
    json!([{ "signInType": "userPrincipalName", "issuer": issuer, "issuerAssignedId": name }])
}

fn add_side_effects(edits: &mut Edits, current: &Record, now: Timestamp) {
    if edits.iter().any(|(prop, _)| *prop == user::PASSWORD_PROFILE) {
        edits.retain(|(prop, _)| *prop != user::PASSWORD_PROFILE);
        edit::put(edits, user::LAST_PASSWORD_CHANGE_DATE_TIME, json!(whole_seconds(now)));
        edit::put(edits, user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, json!(whole_seconds(now)));
    }
    if let Some(name) = edit::text_of(edits, user::USER_PRINCIPAL_NAME) {
        let identity = own_identity(name);
        edit::default(edits, user::IDENTITIES, identity);
    }
    if let Some(mail) = edit::text_of(edits, user::MAIL) {
        let primary = format!("SMTP:{mail}");
        let kept = current
            .texts(user::PROXY_ADDRESSES)
            .into_iter()
            .filter(|address| !address.get(5..).is_some_and(|rest| rest.eq_ignore_ascii_case(mail)));
        let demoted = kept.map(|address| address.replacen("SMTP:", "smtp:", 1));
        let all: Vec<String> = std::iter::once(primary).chain(demoted).collect();
        edit::default(edits, user::PROXY_ADDRESSES, json!(all));
    }
}

/// The moment without its fraction, as Entra stores it.
pub(super) fn whole_seconds(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds())
}

/// The cloud SID: the object id's four little-endian words.
pub(super) fn security_identifier(id: Uuid) -> String {
    let (first, second, third, rest) = id.as_fields();
    let second = u32::from(second) | u32::from(third) << 16;
    let word = |at: usize| u32::from_le_bytes([rest[at], rest[at + 1], rest[at + 2], rest[at + 3]]);
    format!("S-1-12-1-{first}-{second}-{}-{}", word(0), word(4))
}
