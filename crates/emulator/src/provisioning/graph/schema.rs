//! `…/jobs/{job}/schema`: the mappings as Graph's `synchronizationSchema`, read and written.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::{READ, WRITE, job, refused};
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::provisioning::expression::Expression;
use crate::provisioning::filter::Filter;
use crate::provisioning::mapping::{AttributeMapping, ObjectMapping, Schema};

const SOURCE: &str = "Azure Active Directory";
const USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// `GET …/schema`.
pub async fn read(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(path): Path<(String, String)>,
) -> Result<Response, GraphError> {
    let job = job(&world, &token, &path, &READ)?;
    let (schema, template) = job.with(|state| (state.schema.clone(), state.template.clone()));
    asked.entity("servicePrincipals('')/synchronization/jobs('')/schema", shown(&job.id, &template, &schema))
}

/// `PUT …/schema`: a new initial cycle follows.
pub async fn replace(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(path): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Result<StatusCode, GraphError> {
    let job = job(&world, &token, &path, &WRITE)?;
    let mappings = body["synchronizationRules"][0]["objectMappings"].as_array().cloned().unwrap_or_default();
    let mut schema = job.with(|state| state.schema.clone());
    for mapping in &mappings {
        match mapping["sourceObjectName"].as_str() {
            Some("User") => schema.users = taken(mapping)?,
            Some("Group") => schema.groups = taken(mapping)?,
            other => return Err(refused(format!("'{}' is not an object of the source.", other.unwrap_or_default()))),
        }
    }
    job.with(|state| state.set_schema(schema));
    Ok(StatusCode::NO_CONTENT)
}

/// The schema as Graph shows it.
pub fn shown(job: &str, template: &str, schema: &Schema) -> Value {
    json!({
        "id": job, "version": "v1.0", "directories": [],
        "synchronizationRules": [{
            "id": RULE, "name": "USER_OUTBOUND_USER", "priority": 1, "editable": true,
            "sourceDirectoryName": SOURCE, "targetDirectoryName": template, "metadata": [],
            "objectMappings": [
                object("Provision Microsoft Entra ID Groups", "Group", GROUP, &schema.groups),
                object("Provision Microsoft Entra ID Users", "User", USER, &schema.users),
            ],
        }],
    })
}

/// The one rule's id; provisioning on demand names it.
const RULE: &str = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8";

fn object(name: &str, source: &str, target: &str, mapping: &ObjectMapping) -> Value {
    let flows = [("Add", mapping.create), ("Update", mapping.update), ("Delete", mapping.delete)];
    let flows: Vec<&str> = flows.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    json!({
        "enabled": mapping.enabled, "flowTypes": flows.join(", "), "name": name, "scope": scope(&mapping.filter), "metadata": [],
        "sourceObjectName": source, "targetObjectName": target,
        "attributeMappings": mapping.attributes.iter().map(attribute).collect::<Vec<_>>(),
    })
}

fn scope(filter: &Filter) -> Value {
    if filter.is_open() {
        return Value::Null;
    }
    let mut shown = json!(filter);
    shown["categoryFilterGroups"] = json!([]);
    shown
}

fn taken_scope(body: &Value) -> Result<Filter, GraphError> {
    if body.is_null() {
        return Ok(Filter::default());
    }
    if body["categoryFilterGroups"].as_array().is_some_and(|groups| !groups.is_empty()) {
        return Err(refused("categoryFilterGroups are not supported."));
    }
    serde_json::from_value(body.clone()).map_err(|error| refused(format!("The scope cannot be used: {error}.")))
}

fn attribute(mapping: &AttributeMapping) -> Value {
    let parsed = Expression::parse(&mapping.expression).ok();
    let (kind, name) = match &parsed {
        Some(Expression::Attribute(name)) => ("Attribute", name.clone()),
        Some(Expression::Text(text)) => ("Constant", text.clone()),
        Some(call) => ("Function", call.function_name().unwrap_or_default().to_owned()),
        None => ("Function", String::new()),
    };
    json!({
        "targetAttributeName": mapping.target, "matchingPriority": mapping.matching,
        "defaultValue": null, "exportMissingReferences": false, "flowBehavior": "FlowWhenChanged",
        "flowType": if mapping.only_on_create { "ObjectAddOnly" } else { "Always" },
        "source": { "expression": mapping.expression, "name": name, "type": kind, "parameters": [] },
    })
}

fn taken(body: &Value) -> Result<ObjectMapping, GraphError> {
    let flows = body["flowTypes"].as_str().unwrap_or("Add, Update, Delete");
    let has = |name: &str| flows.split(',').any(|flow| flow.trim().eq_ignore_ascii_case(name));
    let attributes = body["attributeMappings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mapping = ObjectMapping {
        enabled: body["enabled"].as_bool().unwrap_or(true),
        create: has("Add"),
        update: has("Update"),
        delete: has("Delete"),
        filter: taken_scope(&body["scope"])?,
        attributes: attributes.iter().map(taken_attribute).collect(),
    };
    mapping.compile().map_err(|reason| refused(format!("The schema cannot be used: {reason}.")))?;
    Ok(mapping)
}

fn taken_attribute(body: &Value) -> AttributeMapping {
    let source = &body["source"];
    let named = source["name"].as_str().map(|name| format!("[{name}]"));
    AttributeMapping {
        target: body["targetAttributeName"].as_str().unwrap_or_default().to_owned(),
        expression: source["expression"].as_str().map(str::to_owned).or(named).unwrap_or_default(),
        matching: body["matchingPriority"].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0),
        only_on_create: body["flowType"] == "ObjectAddOnly",
    }
}
