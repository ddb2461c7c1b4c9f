//! `$select`, and what a reply carries without it.

use super::error::GraphError;
use super::options::bad;
use crate::directory::Kind;
use crate::directory::property::{self, Home, Mask, Prop, group, user};

/// What a user carries without `$select` (Graph, user resource).
const USER_DEFAULT: &[Prop] = &[
    user::ID,
    user::BUSINESS_PHONES,
    user::DISPLAY_NAME,
    user::GIVEN_NAME,
    user::JOB_TITLE,
    user::MAIL,
    user::MOBILE_PHONE,
    user::OFFICE_LOCATION,
    user::PREFERRED_LANGUAGE,
    user::SURNAME,
    user::USER_PRINCIPAL_NAME,
];

/// What a group does not carry without `$select`; it carries most.
const GROUP_HIDDEN: Mask = group::HAS_MEMBERS_WITH_LICENSE_ERRORS.bit()
    | group::ASSIGNED_LICENSES.bit()
    | group::ASSIGNED_LABELS.bit()
    | group::LICENSE_PROCESSING_STATE.bit()
    | group::IS_MANAGEMENT_RESTRICTED.bit()
    | group::INFO_CATALOGS.bit();

/// The relations of a kind, which `$select` may name.
pub(crate) fn relations(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => &[
            "manager",
            "directReports",
            "memberOf",
            "transitiveMemberOf",
            "sponsors",
            "ownedObjects",
            "registeredDevices",
        ],
        Kind::Group => &["members", "owners", "memberOf", "transitiveMembers", "transitiveMemberOf"],
    }
}

/// What one kind of object shows.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// The properties in order.
    pub props: Vec<Prop>,
    /// The same as a set.
    pub mask: Mask,
    /// The relations that `$select` named.
    pub relations: Vec<String>,
}

impl Columns {
    fn new(mut props: Vec<Prop>, relations: Vec<String>) -> Self {
        props.sort_unstable();
        props.dedup();
        let mask = props.iter().fold(0, |set, prop| set | prop.bit());
        Self { props, mask, relations }
    }

    /// What is shown without `$select`.
    pub fn default_of(kind: Kind) -> Self {
        let props = match kind {
            Kind::User => USER_DEFAULT.to_vec(),
            Kind::Group => (0_u8..)
                .map(Prop)
                .zip(group::TABLE)
                .filter(|(prop, property)| property.home != Home::Elsewhere && prop.bit() & GROUP_HIDDEN == 0)
                .map(|(prop, _)| prop)
                .collect(),
        };
        Self::new(props, Vec::new())
    }

    /// What `$select` asks for. `id` comes along only when `with_id` says so.
    pub fn of(kind: Kind, select: Option<&[String]>) -> Result<Self, GraphError> {
        let Some(names) = select else { return Ok(Self::default_of(kind)) };
        let (columns, unknown) = Self::known(kind, names);
        match unknown {
            Some(name) => Err(unknown_property(&name, kind_name(kind))),
            None => Ok(columns),
        }
    }

    /// The same for lists of mixed kinds: names of the other kind are left out.
    pub fn of_mixed(select: Option<&[String]>) -> Result<[Self; 2], GraphError> {
        let Some(names) = select else {
            return Ok([Self::default_of(Kind::User), Self::default_of(Kind::Group)]);
        };
        let strange = |name: &&String| !is_known(Kind::User, name) && !is_known(Kind::Group, name);
        match names.iter().find(strange) {
            Some(name) => Err(unknown_property(name, "microsoft.graph.directoryObject")),
            None => Ok([Self::known(Kind::User, names).0, Self::known(Kind::Group, names).0]),
        }
    }

    fn known(kind: Kind, names: &[String]) -> (Self, Option<String>) {
        let (mut props, mut linked, mut unknown) = (Vec::new(), Vec::new(), None);
        for name in names {
            match property::find(kind.table(), name) {
                Some(prop) => props.push(prop),
                None if name == "*" => props.extend(Self::default_of(kind).props),
                None if relations(kind).contains(&name.as_str()) => linked.push(name.clone()),
                None if is_open(name) => {}
                None => unknown = unknown.or_else(|| Some(name.clone())),
            }
        }
        (Self::new(props, linked), unknown)
    }

    /// Whether a property is among them that collections cannot show.
    pub fn has_elsewhere(&self, kind: Kind) -> bool {
        self.props.iter().any(|prop| kind.table()[usize::from(prop.0)].home == Home::Elsewhere)
    }

    /// Adds the object id.
    #[must_use]
    pub fn with_id(self) -> Self {
        let mut props = self.props;
        props.push(user::ID);
        Self::new(props, self.relations)
    }
}

fn is_known(kind: Kind, name: &str) -> bool {
    name == "*" || property::find(kind.table(), name).is_some() || relations(kind).contains(&name) || is_open(name)
}

/// Directory extensions and custom attributes: open types may have them, ours has none.
fn is_open(name: &str) -> bool {
    name.starts_with("extension_")
        || name == "customSecurityAttributes"
        || name.contains('/')
        || name.starts_with("microsoft.graph.")
}

/// A type's full lower-case name from a path: `graph.user` is short for `microsoft.graph.user`. `None`: no type.
pub(crate) fn cast_name(segment: &str) -> Option<String> {
    let name = segment.to_ascii_lowercase();
    let name = name.strip_prefix("microsoft.").unwrap_or(&name);
    name.starts_with("graph.").then(|| format!("microsoft.{name}"))
}

/// The OData name of a kind.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "microsoft.graph.user",
        Kind::Group => "microsoft.graph.group",
    }
}

pub(crate) fn unknown_property(name: &str, on: &str) -> GraphError {
    bad(format!("Could not find a property named '{name}' on type '{on}'."))
}
