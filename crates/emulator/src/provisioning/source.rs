//! Reads people and groups of the directory as the provisioning service names their attributes.

use uuid::Uuid;

use super::behaviour::Behaviour;
use super::enterprise::name_of;
use super::mapping::Flow;
use super::path::AttributePath;
use crate::directory::property::{self, user};
use crate::directory::{Directory, Kind, Life, Ref};

/// Source attributes whose name differs from Graph's.
const RENAMED: [(&str, &str); 6] = [
    ("objectId", "id"),
    ("physicalDeliveryOfficeName", "officeLocation"),
    ("telephoneNumber", "businessPhones"),
    ("mobile", "mobilePhone"),
    ("facsimileTelephoneNumber", "faxNumber"),
    ("originalUserPrincipalName", "userPrincipalName"),
];

/// One object as it stands.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The object id.
    pub id: Uuid,
    /// Where it is in the directory.
    pub object: Ref,
    /// Its display name.
    pub name: String,
    /// Its principal name, for logs.
    pub principal_name: Option<String>,
    /// Where it stands in its life.
    pub life: Life,
    /// Whether it is to be provisioned.
    pub in_scope: bool,
    /// What `IsSoftDeleted` computes to: out of scope, deleted or blocked.
    pub is_soft_deleted: bool,
    /// What the mappings make of it, references left out.
    pub values: Vec<(AttributePath, Option<String>)>,
    /// The values to match by, in order of precedence.
    pub matching: Vec<(AttributePath, String)>,
    /// The manager, when there is one; one who is soft-deleted still is: a restoration of theirs changes no report, so
    /// that a reference taken away meanwhile would stay away.
    pub manager: Option<Uuid>,
}

impl Entry {
    /// Reads one object. `flows` are the mappings of its kind.
    pub fn read(directory: &Directory, object: Ref, in_scope: bool, flows: &[Flow], behaviour: &Behaviour) -> Self {
        let record = directory.record(object);
        let life = directory.life(object);
        let blocked = object.kind == Kind::User && !record.is_true(user::ACCOUNT_ENABLED);
        let is_soft_deleted = !in_scope || life != Life::Live || blocked;
        let source = |name: &str| match name {
            "IsSoftDeleted" => Some(truth(is_soft_deleted)),
            _ => attribute(directory, object, name, behaviour),
        };
        let (mut values, mut matching) = (Vec::new(), Vec::new());
        for flow in flows.iter().filter(|flow| !flow.is_reference()) {
            let value = flow.source.value(&source);
            if let Some(value) = value.clone().filter(|_| flow.matching > 0) {
                matching.push((flow.matching, flow.path.clone(), value));
            }
            values.push((flow.path.clone(), value));
        }
        matching.sort_by_key(|(precedence, ..)| *precedence);
        Self {
            id: directory.id(object),
            object,
            name: name_of(directory, object).unwrap_or_default(),
            principal_name: attribute(directory, object, "originalUserPrincipalName", behaviour),
            life,
            in_scope,
            is_soft_deleted,
            values,
            matching: matching.into_iter().map(|(_, path, value)| (path, value)).collect(),
            manager: (object.kind == Kind::User)
                .then(|| directory.manager_link(object.ordinal))
                .flatten()
                .map(|manager| directory.id(Ref::user(manager))),
        }
    }
}

/// One attribute by the name that the provisioning service gives it.
pub fn attribute(directory: &Directory, object: Ref, name: &str, behaviour: &Behaviour) -> Option<String> {
    let graph = RENAMED.iter().find(|(source, _)| *source == name).map_or(name, |(_, graph)| graph);
    if graph == "id" {
        return Some(directory.id(object).to_string());
    }
    let prop = property::find(object.kind.table(), graph)?;
    let json: serde_json::Value = serde_json::from_slice(directory.record(object).get(prop)?).ok()?;
    let text = match json {
        serde_json::Value::String(text) => text,
        serde_json::Value::Bool(value) => truth(value),
        serde_json::Value::Array(items) => items.first()?.as_str()?.to_owned(),
        _ => return None,
    };
    if graph != "userPrincipalName" {
        return Some(text);
    }
    // A deleted user's name is parked behind the object id.
    let own = text.strip_prefix(&directory.id(object).simple().to_string()).unwrap_or(&text);
    let short =
        (name == "userPrincipalName" && behaviour.shorten_guest_names).then(|| own.split_once("#EXT#")).flatten();
    Some(short.map_or(own, |(short, _)| short).to_owned())
}

fn truth(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}
