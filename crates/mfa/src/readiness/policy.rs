//! Conditional Access policies as far as they say whom they hit and what they ask (Graph: conditionalAccessPolicy). Pure.
//!
//! What it deliberately does not do: weigh applications, places, risk, devices. Whom a policy may hit counts as hit: it is
//! those who would be locked out.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

kernel::text_enum!(
    /// Whether a policy is in force.
    pub enum PolicyState {
        /// It is.
        Enabled = "enabled",
        /// It is not.
        Disabled = "disabled",
        /// It only says what it would do.
        ReportOnly = "report_only",
    }
);

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its id in Entra.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is in force.
    pub state: PolicyState,
    /// Whether it asks for *Require multifactor authentication*.
    pub asks_mfa: bool,
    /// The custom controls that it asks for.
    pub custom_controls: Vec<String>,
    /// The name of the authentication strength that it asks for.
    pub strength: Option<String>,
    whom: Whom,
}

/// Whom a policy, or a method, is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    everybody: bool,
    guests: bool,
    users: Vec<Uuid>,
    groups: Vec<Uuid>,
    no_guests: bool,
    no_users: Vec<Uuid>,
    no_groups: Vec<Uuid>,
    /// Whether directory roles are named, which nobody here knows the members of.
    roles: bool,
    no_roles: bool,
}

/// A person as far as policies look at them.
pub struct Person<'a> {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// Whether they are a guest.
    pub guest: bool,
    /// Whether they are in a group, directly or through another.
    pub is_in: &'a dyn Fn(Uuid) -> bool,
}

/// A person of whom not everything is known.
pub(crate) struct Sketch<'a> {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// Whether they are a guest, where that is known.
    pub guest: Option<bool>,
    /// Whether they are in a group, where that is known.
    pub is_in: &'a dyn Fn(Uuid) -> Option<bool>,
}

/// What could not be weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MfaPolicyGap)]
pub enum Gap {
    /// People named by directory roles are not counted.
    Roles,
    /// People left out by directory roles are counted.
    LeftOutRoles,
    /// A group that the directory does not hold: its members are not counted.
    Groups,
}

fn ids(value: &Value) -> Vec<Uuid> {
    texts(value).iter().filter_map(|text| text.parse().ok()).collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn names(value: &Value, word: &str) -> bool {
    texts(value).iter().any(|text| text.eq_ignore_ascii_case(word))
}

impl Policy {
    /// Reads a policy as Graph shows it; nothing where it is none.
    pub fn read(value: &Value) -> Option<Self> {
        let state = match value["state"].as_str()? {
            "enabled" => PolicyState::Enabled,
            "enabledForReportingButNotEnforced" => PolicyState::ReportOnly,
            _ => PolicyState::Disabled,
        };
        let grant = &value["grantControls"];
        let strength = &grant["authenticationStrength"];
        let strength = strength.is_object().then(|| strength["displayName"].as_str().unwrap_or("unnamed").to_owned());
        Some(Self {
            id: value["id"].as_str()?.to_owned(),
            name: value["displayName"].as_str().unwrap_or_default().to_owned(),
            state,
            asks_mfa: names(&grant["builtInControls"], "mfa"),
            custom_controls: texts(&grant["customAuthenticationFactors"]),
            strength,
            whom: Whom::of_policy(&value["conditions"]["users"]),
        })
    }

    /// Whether it is in force.
    pub fn is_on(&self) -> bool {
        self.state == PolicyState::Enabled
    }

    /// Whether it asks for a proof of any kind beside the password.
    pub fn asks(&self) -> bool {
        self.asks_mfa || self.strength.is_some() || !self.custom_controls.is_empty()
    }

    /// Whom it is for.
    pub fn whom(&self) -> &Whom {
        &self.whom
    }

    /// Whether it hits a person.
    pub fn hits(&self, person: &Person<'_>) -> bool {
        self.whom.holds(person)
    }
}

impl Whom {
    fn of_policy(users: &Value) -> Self {
        let guests = |one: &str, list: &str| users[one].is_object() || names(&users[list], "GuestsOrExternalUsers");
        let some = |name: &str| users[name].as_array().is_some_and(|all| !all.is_empty());
        Self {
            everybody: names(&users["includeUsers"], "All"),
            guests: guests("includeGuestsOrExternalUsers", "includeUsers"),
            users: ids(&users["includeUsers"]),
            groups: ids(&users["includeGroups"]),
            no_guests: guests("excludeGuestsOrExternalUsers", "excludeUsers"),
            no_users: ids(&users["excludeUsers"]),
            no_groups: ids(&users["excludeGroups"]),
            roles: some("includeRoles"),
            no_roles: some("excludeRoles"),
        }
    }

    /// The targets of an authentication method.
    pub fn of_method(include: &Value, exclude: &Value) -> Self {
        let targets = |list: &Value| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).map(str::to_owned).collect()
        };
        let groups = |list: &[String]| list.iter().filter_map(|id| id.parse().ok()).collect();
        let (include, exclude) = (targets(include), targets(exclude));
        Self {
            everybody: include.iter().any(|id| id == "all_users"),
            groups: groups(&include),
            no_groups: groups(&exclude),
            ..Self::default()
        }
    }

    /// Whether a person is among them.
    pub fn holds(&self, person: &Person<'_>) -> bool {
        let of = |users: &[Uuid], groups: &[Uuid]| {
            users.contains(&person.object_id) || groups.iter().any(|group| (person.is_in)(*group))
        };
        let named = self.everybody || (self.guests && person.guest) || of(&self.users, &self.groups);
        named && !(self.no_guests && person.guest) && !of(&self.no_users, &self.no_groups)
    }

    /// Whether somebody is among them; nothing where what is not known of them, or the members of directory roles, decides.
    pub(crate) fn may_hold(&self, person: &Sketch<'_>) -> Option<bool> {
        let guest = |named: bool| if named { person.guest } else { Some(false) };
        let role = |named: bool| if named { None } else { Some(false) };
        let of = |users: &[Uuid], groups: &[Uuid]| {
            let in_groups = any(groups.iter().map(|group| (person.is_in)(*group)));
            any([Some(users.contains(&person.object_id)), in_groups])
        };
        let named = any([Some(self.everybody), guest(self.guests), role(self.roles), of(&self.users, &self.groups)]);
        let left_out = any([guest(self.no_guests), role(self.no_roles), of(&self.no_users, &self.no_groups)]);
        match (named, left_out) {
            (Some(false), _) | (_, Some(true)) => Some(false),
            (Some(true), Some(false)) => Some(true),
            _ => None,
        }
    }

    /// Whether nobody at all is named.
    pub fn is_nobody(&self) -> bool {
        !self.everybody && !self.guests && self.users.is_empty() && self.groups.is_empty() && !self.roles
    }

    /// Whether everybody is named and nobody is left out.
    pub fn spares_nobody(&self) -> bool {
        self.everybody && self.no_users.is_empty() && self.no_groups.is_empty() && !self.no_roles
    }

    /// Every group that is named, in or out.
    pub fn all_groups(&self) -> impl Iterator<Item = Uuid> {
        self.groups.iter().chain(&self.no_groups).copied()
    }

    /// What cannot be weighed, where these groups are known.
    pub fn gaps(&self, known: &dyn Fn(Uuid) -> bool) -> Vec<Gap> {
        let gaps = [
            (self.roles && !self.everybody, Gap::Roles),
            (self.no_roles, Gap::LeftOutRoles),
            (self.all_groups().any(|group| !known(group)), Gap::Groups),
        ];
        gaps.into_iter().filter(|(is, _)| *is).map(|(_, gap)| gap).collect()
    }
}

/// Whether any of these is so; nothing where what is not known decides.
fn any(all: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut sure = true;
    for one in all {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sure = false,
        }
    }
    sure.then_some(false)
}

#[cfg(test)]
mod tests;
