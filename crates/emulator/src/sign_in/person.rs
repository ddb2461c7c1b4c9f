//! Whom a sign-in is about: one user as the directory knows them at this moment.

use std::collections::BTreeSet;

use kernel::Timestamp;
use uuid::Uuid;

use crate::directory::property::user;
use crate::directory::{Directory, Kind, Ref};
use crate::world::Tenant;

/// A live user.
#[derive(Debug, Clone)]
pub struct Person {
    /// The object id.
    pub id: Uuid,
    /// The display name.
    pub name: String,
    /// The user principal name.
    pub principal_name: String,
    /// The given name.
    pub given_name: Option<String>,
    /// The surname.
    pub family_name: Option<String>,
    /// The mail address.
    pub mail: Option<String>,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// A guest of this tenant.
    pub guest: bool,
    /// Holds a privileged role.
    pub admin: bool,
    /// Sessions from before are not valid.
    pub sessions_from: Timestamp,
    /// Every group the person is in, at any depth.
    pub groups: BTreeSet<Uuid>,
}

impl Person {
    /// The live user of that object id.
    pub fn of(tenant: &Tenant, id: Uuid) -> Option<Self> {
        let directory = tenant.directory();
        let ordinal = directory.find_user(&id.to_string())?;
        Some(Self::read(&directory, ordinal))
    }

    /// The live user who signs in by that name: a principal name, or a guest's address at home.
    pub fn named(tenant: &Tenant, name: &str) -> Option<Self> {
        let directory = tenant.directory();
        let name = name.trim();
        let found = directory.find_user(name).filter(|_| name.contains('@'));
        found.or_else(|| guest_of(&directory, name)).map(|ordinal| Self::read(&directory, ordinal))
    }

    fn read(directory: &Directory, ordinal: u32) -> Self {
        let slot = directory.user(ordinal);
        let text = |prop| slot.record.text(prop);
        let from = text(user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME);
        let groups = directory.transitive_groups_of(Ref::user(ordinal));
        Self {
            id: slot.id,
            name: text(user::DISPLAY_NAME).unwrap_or_default(),
            principal_name: text(user::USER_PRINCIPAL_NAME).unwrap_or_default(),
            given_name: text(user::GIVEN_NAME),
            family_name: text(user::SURNAME),
            mail: text(user::MAIL),
            enabled: slot.record.is_true(user::ACCOUNT_ENABLED),
            guest: text(user::USER_TYPE).as_deref() == Some("Guest"),
            admin: directory.is_admin(ordinal),
            sessions_from: from.and_then(|from| Timestamp::parse(&from).ok()).unwrap_or_default(),
            groups: groups.iter().map(|group| directory.group(group).id).collect(),
        }
    }

    /// What tokens show as the name: a guest's is the address at home.
    pub fn preferred_username(&self) -> String {
        let home = self.mail.clone().filter(|_| self.guest);
        home.unwrap_or_else(|| self.principal_name.clone())
    }
}

fn guest_of(directory: &Directory, address: &str) -> Option<u32> {
    let same = |ordinal: &u32| {
        let record = &directory.user(*ordinal).record;
        record.text(user::USER_TYPE).as_deref() == Some("Guest")
            && record.text(user::MAIL).is_some_and(|mail| mail.eq_ignore_ascii_case(address))
    };
    directory.live(Kind::User).iter().find(same)
}
