//! What a push means for the directory: typed changes, each with its cause. Pure.
//!
//! | the directory's object | what a push may do |
//! |---|---|
//! | not there, or pushed | everything: the push is its authority |
//! | read from Graph | take away at once; give back only what Graph itself says (NET-14) |
//!
//! Attributes get Graph's names, by Entra's default mapping read backwards (scim.md §9.6).

use directory::{
    Act, Cause, Change, Group, GroupAttributes, Member, ObjectKind, SourceKind, State, User, UserAttributes,
};
use kernel::Timestamp;
use scim::Object;
use scim::schema::ENTERPRISE_SCHEMA;
use serde_json::Value;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// What is to become of a user or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It may be used.
    Active,
    /// It may not be used; what belongs to it stays.
    Disabled,
    /// It is deleted; it can be restored until then.
    Deleted {
        /// When it is purged.
        purge_at: Timestamp,
    },
}

impl Fate {
    fn state(self, now: Timestamp) -> State {
        match self {
            Self::Active => State::Active,
            Self::Disabled => State::Disabled,
            Self::Deleted { purge_at } => State::Deleted { since: now, purge_at },
        }
    }
}

/// The change of a user that a push asks for.
pub(crate) fn user(
    before: Option<&User>,
    id: Uuid,
    wanted: UserAttributes,
    fate: Fate,
    now: Timestamp,
) -> Option<Change> {
    let name = [&wanted.display_name, &wanted.user_principal_name].into_iter().flatten().next().cloned();
    let make = |act, cause| Change {
        kind: ObjectKind::User,
        object_id: id,
        name: name.clone().unwrap_or_else(|| id.to_string()),
        act,
        cause,
        base: before.map(|user| user.revision),
    };
    if let Some(read) = before.filter(|user| user.source.kind == SourceKind::Graph) {
        let enabled_there = read.attributes.account_enabled != Some(false);
        return match (&read.state, fate) {
            (State::Active, Fate::Disabled) => {
                Some(make(Act::SetState { state: State::Disabled }, Cause::DisabledInSource))
            }
            (State::Active, Fate::Deleted { .. }) => {
                Some(make(Act::SetState { state: State::Disabled }, Cause::DeletedInSource))
            }
            (State::Disabled, Fate::Active) if enabled_there => {
                Some(make(Act::SetState { state: State::Active }, Cause::EnabledInSource))
            }
            _ => None,
        };
    }
    let cause = cause(before.map(|user| &user.state), fate)?;
    if let Fate::Deleted { .. } = fate {
        return Some(make(Act::SetState { state: fate.state(now) }, cause));
    }
    let state = fate.state(now);
    let same = before.is_some_and(|user| user.state == state && user.attributes == wanted);
    (!same).then(|| make(Act::PutUser { attributes: Box::new(wanted.clone()), state }, cause))
}

/// The change of a group that a push asks for.
pub(crate) fn group(
    before: Option<&Group>,
    id: Uuid,
    wanted: GroupAttributes,
    fate: Fate,
    now: Timestamp,
) -> Option<Change> {
    if before.is_some_and(|group| group.source.kind == SourceKind::Graph) {
        return None;
    }
    let cause = cause(before.map(|group| &group.state), fate)?;
    let state = fate.state(now);
    let same = before.is_some_and(|group| group.state == state && group.attributes == wanted);
    let name = wanted.display_name.clone().unwrap_or_else(|| id.to_string());
    let act = match fate {
        Fate::Deleted { .. } => Act::SetState { state },
        Fate::Active | Fate::Disabled => Act::PutGroup { attributes: Box::new(wanted), state },
    };
    (!same).then(|| Change {
        kind: ObjectKind::Group,
        object_id: id,
        name,
        act,
        cause,
        base: before.map(|group| group.revision),
    })
}

/// The change of a group's members that a push asks for: of a group that Graph reads, only who leaves.
pub(crate) fn members(
    before: Option<&Group>,
    id: Uuid,
    name: &str,
    mut added: Vec<Member>,
    removed: Vec<Member>,
) -> Vec<Change> {
    if before.is_some_and(|group| group.source.kind == SourceKind::Graph) {
        added.clear();
    }
    let change = |added: &[Member], removed: &[Member]| Change {
        kind: ObjectKind::Group,
        object_id: id,
        name: name.to_owned(),
        act: Act::Members { added: added.to_vec(), removed: removed.to_vec() },
        cause: Cause::MembersChanged,
        base: before.map(|group| group.revision),
    };
    let most = signals::members::MOST;
    let losses = removed.chunks(most).map(|part| change(&[], part));
    losses.chain(added.chunks(most).map(|part| change(part, &[]))).collect()
}

/// Why; `None` where there is nothing to do.
fn cause(before: Option<&State>, fate: Fate) -> Option<Cause> {
    Some(match (before, fate) {
        (None | Some(State::Deleted { .. }), Fate::Deleted { .. }) => return None,
        (None, _) => Cause::NewInSource,
        (_, Fate::Deleted { .. }) => Cause::DeletedInSource,
        (Some(State::Deleted { .. }), _) => Cause::RestoredInSource,
        (Some(State::Active), Fate::Disabled) => Cause::DisabledInSource,
        (Some(State::Disabled), Fate::Active) => Cause::EnabledInSource,
        _ => Cause::ChangedInSource,
    })
}

// === From SCIM to Graph's names ===

/// What a pushed user is in the directory's words. `manager` is the manager's object id.
pub(crate) fn user_attributes(resource: &Object, manager: Option<Uuid>) -> UserAttributes {
    let work = element(resource, "addresses", "work");
    let place = |name: &str| work.and_then(|address| text_of(address.get(name)));
    let mail = element(resource, "emails", "work").or_else(|| first(resource, "emails"));
    let mail = mail.and_then(|email| text_of(email.get("value")));
    let others = elements(resource, "emails").filter_map(|email| text_of(email.get("value")));
    UserAttributes {
        user_principal_name: text(resource, "userName"),
        display_name: text(resource, "displayName").or_else(|| part(resource, "name", "formatted")),
        given_name: part(resource, "name", "givenName"),
        surname: part(resource, "name", "familyName"),
        other_mails: others.filter(|other| mail.as_ref() != Some(other)).collect(),
        mail,
        user_type: text(resource, "userType"),
        job_title: text(resource, "title"),
        department: part(resource, ENTERPRISE_SCHEMA.urn, "department"),
        company_name: part(resource, ENTERPRISE_SCHEMA.urn, "organization"),
        employee_id: part(resource, ENTERPRISE_SCHEMA.urn, "employeeNumber"),
        office_location: place("formatted"),
        street_address: place("streetAddress"),
        city: place("locality"),
        state: place("region"),
        postal_code: place("postalCode"),
        country: place("country"),
        mobile_phone: phone(resource, "mobile"),
        fax_number: phone(resource, "fax"),
        business_phones: phone(resource, "work").into_iter().collect(),
        preferred_language: text(resource, "preferredLanguage"),
        account_enabled: Some(resource.get("active") != Some(&Value::Bool(false))),
        manager,
        external_id: text(resource, "externalId"),
        ..UserAttributes::default()
    }
}

/// What a pushed group is in the directory's words: a security group.
pub(crate) fn group_attributes(resource: &Object) -> GroupAttributes {
    GroupAttributes {
        display_name: text(resource, "displayName"),
        security_enabled: Some(true),
        mail_enabled: Some(false),
        external_id: text(resource, "externalId"),
        ..GroupAttributes::default()
    }
}

/// The SCIM id of a user's manager.
pub(crate) fn manager(resource: &Object) -> Option<&str> {
    resource.get(ENTERPRISE_SCHEMA.urn)?.get("manager")?.get("value")?.as_str()
}

fn text_of(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

fn text(resource: &Object, name: &str) -> Option<String> {
    text_of(resource.get(name))
}

fn part(resource: &Object, name: &str, part: &str) -> Option<String> {
    text_of(resource.get(name)?.get(part))
}

fn elements<'r>(resource: &'r Object, name: &str) -> impl Iterator<Item = &'r Value> {
    resource.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The element of a type.
fn element<'r>(resource: &'r Object, name: &str, kind: &str) -> Option<&'r Value> {
    elements(resource, name)
        .find(|element| element.get("type").and_then(Value::as_str).is_some_and(|of| of.eq_ignore_ascii_case(kind)))
}

/// The primary element, else the first.
fn first<'r>(resource: &'r Object, name: &str) -> Option<&'r Value> {
    let primary = elements(resource, name).find(|element| element.get("primary") == Some(&Value::Bool(true)));
    primary.or_else(|| elements(resource, name).next())
}

fn phone(resource: &Object, kind: &str) -> Option<String> {
    element(resource, "phoneNumbers", kind).and_then(|phone| text_of(phone.get("value")))
}
