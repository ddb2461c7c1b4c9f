//! What is sent: the body of a create, and PATCH in both of Entra's dialects.
//!
//! | case | usual | with `aadOptscim062020` in the tenant URL |
//! |---|---|---|
//! | `op` | `Add` `Replace` `Remove` | `add` `replace` `remove` |
//! | `active` | the text `"False"` | `false` |
//! | several attributes | one operation each | one `replace` without path, and one operation per value filter |
//! | remove a member | `Remove` `members` with a value | `remove` `members[value eq "…"]` |

use serde_json::{Map, Value, json};

use super::behaviour::{Behaviour, ManagerShape};
use super::mapping::ENTERPRISE;
use super::path::AttributePath;

const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// Sent when a group is created; no server serves it.
const ADSCIM_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How PATCH is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// What a job speaks by default, and provisioning on demand always.
    Legacy,
    /// What the flag in the tenant URL asks for.
    Compliant,
}

/// One attribute that is to change.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: AttributePath,
    /// What the target holds.
    pub old: Option<Value>,
    /// What it is to hold.
    pub new: String,
}

/// A value with its target type: `active` and `primary` are booleans, all else is text.
pub fn typed(path: &AttributePath, text: &str) -> Value {
    if path.is("active") || path.text.ends_with(".primary") {
        json!(text.eq_ignore_ascii_case("true"))
    } else {
        json!(text)
    }
}

/// The body that creates a user.
pub fn new_user(values: &[(AttributePath, Option<String>)], behaviour: &Behaviour) -> Value {
    let mut body = with_values(values, behaviour);
    body.insert("schemas".to_owned(), json!([CORE_USER, ENTERPRISE]));
    if behaviour.create_with_empties {
        body.insert("roles".to_owned(), json!([]));
        body.insert("meta".to_owned(), json!({ "resourceType": "User" }));
    }
    Value::Object(body)
}

/// The body that creates a group: never with members.
pub fn new_group(values: &[(AttributePath, Option<String>)], behaviour: &Behaviour) -> Value {
    let mut body = with_values(values, behaviour);
    body.insert("schemas".to_owned(), json!([CORE_GROUP, ADSCIM_GROUP]));
    if behaviour.create_with_empties {
        body.insert("meta".to_owned(), json!({ "resourceType": "Group" }));
    }
    Value::Object(body)
}

fn with_values(values: &[(AttributePath, Option<String>)], behaviour: &Behaviour) -> Map<String, Value> {
    let mut body = Map::new();
    for (path, value) in values {
        match value {
            Some(text) => path.write(&mut body, typed(path, text)),
            None if behaviour.create_with_empties && !path.is_filtered() && path.schema().is_none() => {
                path.write(&mut body, Value::Null);
            }
            None => {}
        }
    }
    body
}

/// The PATCH of an object's own attributes.
pub fn attributes(dialect: Dialect, differences: &[Difference], behaviour: &Behaviour) -> Value {
    match dialect {
        Dialect::Legacy => operations(differences.iter().map(|difference| {
            let value = match typed(&difference.path, &difference.new) {
                Value::Bool(_) if behaviour.legacy_active_as_text => json!(difference.new),
                other => other,
            };
            let op = if difference.old.is_some() { "Replace" } else { "Add" };
            json!({ "op": op, "path": difference.path.text, "value": value })
        })),
        Dialect::Compliant => {
            let (filtered, plain): (Vec<_>, Vec<_>) =
                differences.iter().partition(|difference| difference.path.is_filtered());
            let one_by_one = filtered.into_iter().map(|difference| {
                let op = if difference.old.is_some() { "replace" } else { "add" };
                json!({ "op": op, "path": difference.path.text, "value": typed(&difference.path, &difference.new) })
            });
            let together: Map<String, Value> =
                plain.iter().map(|one| (one.path.text.clone(), typed(&one.path, &one.new))).collect();
            let together = (!together.is_empty()).then(|| json!({ "op": "replace", "value": together }));
            operations(one_by_one.chain(together))
        }
    }
}

/// The PATCH that sets a manager, or takes one away when there is none.
pub fn manager(dialect: Dialect, path: &AttributePath, target: Option<&str>, behaviour: &Behaviour) -> Value {
    let word = |legacy: &'static str, compliant: &'static str| match dialect {
        Dialect::Legacy => legacy,
        Dialect::Compliant => compliant,
    };
    let Some(id) = target else {
        return operations([json!({ "op": word("Replace", "replace"), "path": path.text, "value": "" })]);
    };
    let value = match behaviour.manager_shape {
        ManagerShape::Text => json!(id),
        ManagerShape::Object => json!({ "value": id }),
        ManagerShape::Array => json!([{ "$ref": null, "value": id }]),
    };
    operations([json!({ "op": word("Add", "add"), "path": path.text, "value": value })])
}

/// The PATCH that adds members.
pub fn add_members(dialect: Dialect, ids: &[String]) -> Value {
    let value: Vec<Value> = ids.iter().map(|id| json!({ "$ref": null, "value": id })).collect();
    let op = if dialect == Dialect::Legacy { "Add" } else { "add" };
    operations([json!({ "op": op, "path": "members", "value": value })])
}

/// The PATCH that removes members, and only these.
pub fn remove_members(dialect: Dialect, ids: &[String]) -> Value {
    match dialect {
        Dialect::Legacy => {
            let value: Vec<Value> = ids.iter().map(|id| json!({ "$ref": null, "value": id })).collect();
            operations([json!({ "op": "Remove", "path": "members", "value": value })])
        }
        Dialect::Compliant => operations(
            ids.iter().map(|id| json!({ "op": "remove", "path": format!("members[value eq {}]", json!(id)) })),
        ),
    }
}

fn operations(all: impl IntoIterator<Item = Value>) -> Value {
    json!({ "schemas": [PATCH_OP], "Operations": all.into_iter().collect::<Vec<_>>() })
}
