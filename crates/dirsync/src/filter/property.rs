//! The properties a filter may read, their types, and what Graph itself can do with them.
//!
//! Types follow Graph v1.0's `user`; what Graph can filter by follows "Advanced query capabilities on Microsoft Entra
//! ID objects" and the property table of the `user` resource. Only what the directory keeps is here: a filter on what
//! nobody has stored would silently be false for everyone.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text in single quotes.
    Text,
    /// `true` or `false`.
    Flag,
    /// A moment.
    Time,
    /// A GUID, written without quotes.
    Guid,
    /// A GUID that Graph declares as text, written in quotes.
    Key,
}

impl Kind {
    /// What a literal of this kind is called.
    pub(super) const fn literal(self) -> &'static str {
        match self {
            Self::Text => "a text in single quotes",
            Self::Flag => "true or false",
            Self::Time => "a date or a time such as 2026-01-31T00:00:00Z",
            Self::Guid | Self::Key => "a GUID",
        }
    }
}

/// Whether a property holds one value or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    One(Kind),
    /// Several; each item is a value itself, or has the one field that is kept.
    Many {
        field: Option<&'static str>,
        kind: Kind,
    },
}

/// What Graph needs for an operator on a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// Nothing: the default query.
    Plain,
    /// `ConsistencyLevel: eventual` and `$count=true`.
    Advanced,
    /// Graph cannot do it.
    Impossible,
}

/// What Graph can do with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Support {
    /// `eq` and `in`; `ne` is always advanced.
    pub(super) equal: Need,
    pub(super) begins: Need,
    pub(super) ends: Need,
    /// `ge` and `le`.
    pub(super) range: Need,
    /// `eq null`.
    pub(super) null: Need,
}

/// A property that a filter may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its path: `department`, `employeeOrgData/costCenter`.
    pub path: &'static str,
    pub(super) shape: Shape,
    pub(super) graph: Support,
}

impl Property {
    /// What its values, or its items, are.
    pub(super) const fn kind(&self) -> Kind {
        match self.shape {
            Shape::One(kind) | Shape::Many { kind, .. } => kind,
        }
    }

    pub(super) const fn is_many(&self) -> bool {
        matches!(self.shape, Shape::Many { .. })
    }
}

use Need::{Advanced as A, Impossible as X, Plain as P};

const fn one(path: &'static str, kind: Kind, needs: [Need; 5]) -> Property {
    Property { path, shape: Shape::One(kind), graph: support(needs) }
}

const fn many(path: &'static str, field: Option<&'static str>, kind: Kind, needs: [Need; 5]) -> Property {
    Property { path, shape: Shape::Many { field, kind }, graph: support(needs) }
}

/// In the order of the table's columns: equal, begins, ends, range, null.
const fn support([equal, begins, ends, range, null]: [Need; 5]) -> Support {
    Support { equal, begins, ends, range, null }
}

const fn extension(path: &'static str) -> Property {
    one(path, Kind::Text, [A, X, X, X, A])
}

#[rustfmt::skip]
static PROPERTIES: &[Property] = &[
    //   path                             kind        eq begins ends range null
    one("accountEnabled",                 Kind::Flag, [P, X, X, X, X]),
    one("ageGroup",                       Kind::Text, [P, X, X, X, X]),
    many("assignedLicenses", Some("skuId"), Kind::Guid, [P, X, X, X, X]),
    many("businessPhones", None,          Kind::Text, [A, A, X, X, X]),
    one("city",                           Kind::Text, [P, P, X, X, A]),
    one("companyName",                    Kind::Text, [A, A, X, X, A]),
    one("country",                        Kind::Text, [P, P, X, X, A]),
    one("createdDateTime",                Kind::Time, [P, X, X, P, A]),
    one("creationType",                   Kind::Text, [P, X, X, X, X]),
    one("department",                     Kind::Text, [P, P, X, X, A]),
    one("displayName",                    Kind::Text, [P, P, X, X, A]),
    one("employeeHireDate",               Kind::Time, [A, X, X, A, X]),
    one("employeeId",                     Kind::Text, [P, P, X, X, X]),
    one("employeeOrgData/costCenter",     Kind::Text, [A, X, X, X, X]),
    one("employeeOrgData/division",       Kind::Text, [A, X, X, X, X]),
    one("employeeType",                   Kind::Text, [A, X, X, X, X]),
    one("externalUserState",              Kind::Text, [P, X, X, X, X]),
    one("faxNumber",                      Kind::Text, [A, A, X, X, A]),
    one("givenName",                      Kind::Text, [P, P, X, X, A]),
    many("imAddresses", None,             Kind::Text, [P, P, A, X, X]),
    one("jobTitle",                       Kind::Text, [P, P, X, X, A]),
    one("mail",                           Kind::Text, [P, P, A, X, A]),
    one("mailNickname",                   Kind::Text, [P, P, X, X, A]),
    one("manager/id",                     Kind::Key,  [P, X, X, X, X]),
    one("mobilePhone",                    Kind::Text, [A, A, X, X, A]),
    one("officeLocation",                 Kind::Text, [A, A, X, X, A]),
    one("onPremisesDistinguishedName",    Kind::Text, [X, X, X, X, X]),
    one("onPremisesDomainName",           Kind::Text, [X, X, X, X, X]),
    extension("onPremisesExtensionAttributes/extensionAttribute1"),
    extension("onPremisesExtensionAttributes/extensionAttribute2"),
    extension("onPremisesExtensionAttributes/extensionAttribute3"),
    extension("onPremisesExtensionAttributes/extensionAttribute4"),
    extension("onPremisesExtensionAttributes/extensionAttribute5"),
    extension("onPremisesExtensionAttributes/extensionAttribute6"),
    extension("onPremisesExtensionAttributes/extensionAttribute7"),
    extension("onPremisesExtensionAttributes/extensionAttribute8"),
    extension("onPremisesExtensionAttributes/extensionAttribute9"),
    extension("onPremisesExtensionAttributes/extensionAttribute10"),
    extension("onPremisesExtensionAttributes/extensionAttribute11"),
    extension("onPremisesExtensionAttributes/extensionAttribute12"),
    extension("onPremisesExtensionAttributes/extensionAttribute13"),
    extension("onPremisesExtensionAttributes/extensionAttribute14"),
    extension("onPremisesExtensionAttributes/extensionAttribute15"),
    one("onPremisesImmutableId",          Kind::Text, [P, X, X, X, X]),
    one("onPremisesLastSyncDateTime",     Kind::Time, [P, X, X, P, X]),
    one("onPremisesSamAccountName",       Kind::Text, [A, A, X, X, X]),
    one("onPremisesSecurityIdentifier",   Kind::Text, [P, X, X, X, A]),
    one("onPremisesSyncEnabled",          Kind::Flag, [P, X, X, X, A]),
    one("onPremisesUserPrincipalName",    Kind::Text, [P, P, X, X, X]),
    many("otherMails", None,              Kind::Text, [P, P, A, X, X]),
    one("postalCode",                     Kind::Text, [A, A, X, X, A]),
    one("preferredLanguage",              Kind::Text, [A, A, X, X, A]),
    many("proxyAddresses", None,          Kind::Text, [P, P, A, X, X]),
    one("securityIdentifier",             Kind::Text, [X, X, X, X, X]),
    one("showInAddressList",              Kind::Flag, [A, X, X, X, X]),
    one("state",                          Kind::Text, [P, P, X, X, A]),
    one("streetAddress",                  Kind::Text, [A, A, X, X, A]),
    one("surname",                        Kind::Text, [P, P, X, X, A]),
    one("usageLocation",                  Kind::Text, [P, P, X, X, A]),
    one("userPrincipalName",              Kind::Text, [P, P, A, X, X]),
    one("userType",                       Kind::Text, [P, X, X, X, A]),
];

/// Graph's properties and relations of a user that are not kept, so that the answer can say that instead of "unknown".
const NOT_KEPT: [(&str, &str); 16] = [
    ("assignedPlans", "filter by assignedLicenses instead"),
    ("authorizationInfo", "it is not read from Entra"),
    ("customSecurityAttributes", "it needs a permission of its own and is not read from Entra"),
    ("deletedDateTime", "deleted users are never let in"),
    ("employeeLeaveDateTime", "it needs a permission of its own and is not read from Entra"),
    ("id", "to name single users, use exceptions and additions"),
    ("identities", "it is not read from Entra"),
    ("lastPasswordChangeDateTime", "it is not read from Entra"),
    ("licenseAssignmentStates", "filter by assignedLicenses instead"),
    ("memberOf", "to let in members of groups, choose the groups in the settings"),
    ("transitiveMemberOf", "to let in members of groups, choose the groups in the settings"),
    ("passwordPolicies", "it is not read from Entra"),
    ("passwordProfile", "it is not read from Entra"),
    ("preferredDataLocation", "it is not read from Entra"),
    ("provisionedPlans", "filter by assignedLicenses instead"),
    ("signInActivity", "it needs a permission of its own and is not read from Entra"),
];

/// Every property that a filter may read.
pub fn properties() -> &'static [Property] {
    PROPERTIES
}

/// The property of this path; the case of letters does not matter.
pub(super) fn find(path: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|property| property.path.eq_ignore_ascii_case(path))
}

/// What to say about a path that is none of ours.
pub(super) fn advice(path: &str) -> Option<String> {
    let head = path.split('/').next().unwrap_or(path);
    if let Some((name, why)) = NOT_KEPT.iter().find(|(name, _)| name.eq_ignore_ascii_case(head)) {
        return Some(format!("{name} is not kept here: {why}"));
    }
    if let Some(below) = PROPERTIES.iter().find(|property| begins_with(property.path, head)) {
        return Some(format!("name one of its fields, such as {}", below.path));
    }
    let nearest = PROPERTIES.iter().min_by_key(|property| distance_to(property, path))?;
    (distance_to(nearest, path) <= 1 + path.len() / 4).then(|| format!("did you mean {}?", nearest.path))
}

fn begins_with(path: &str, head: &str) -> bool {
    path.split_once('/').is_some_and(|(own, _)| own.eq_ignore_ascii_case(head))
}

/// How far a written path is from a property's path, or from its last part alone.
fn distance_to(property: &Property, path: &str) -> usize {
    let last = property.path.rsplit('/').next().unwrap_or(property.path);
    distance(property.path, path).min(distance(last, path))
}

/// How many letters have to be changed, added or taken away (Levenshtein), case aside.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<u8> = right.bytes().take(80).map(|byte| byte.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
