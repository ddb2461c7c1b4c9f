//! A policy as Graph takes and shows it (Graph: conditionalAccessPolicy): what was left out is there, empty.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::graph::error::GraphError;

const USERS: [&str; 6] =
    ["includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles"];
const APPLICATIONS: [&str; 4] =
    ["includeApplications", "excludeApplications", "includeUserActions", "includeAuthenticationContextClassReferences"];
const LEVELS: [&str; 3] = ["userRiskLevels", "signInRiskLevels", "servicePrincipalRiskLevels"];
const OBJECTS: [&str; 8] = [
    "platforms",
    "locations",
    "devices",
    "clientApplications",
    "authenticationFlows",
    "insiderRiskLevels",
    "users",
    "applications",
];
const CONTROLS: [&str; 8] = [
    "block",
    "mfa",
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
    "riskRemediation",
];
const STATES: [&str; 3] = ["enabled", "disabled", "enabledForReportingButNotEnforced"];

/// A policy out of a body, or why it is none.
pub fn normal(body: &Map<String, Value>) -> Result<Value, GraphError> {
    let known = ["displayName", "description", "state", "conditions", "grantControls", "sessionControls", "templateId"];
    let stray = body.keys().find(|name| !name.starts_with('@') && !known.contains(&name.as_str()));
    if stray
        .is_some_and(|name| !["id", "createdDateTime", "modifiedDateTime", "deletedDateTime"].contains(&name.as_str()))
    {
        return Err(malformed());
    }
    let conditions = conditions(&body.get("conditions").cloned().unwrap_or_default())?;
    let name = body.get("displayName").and_then(Value::as_str).filter(|name| !name.is_empty()).ok_or_else(malformed)?;
    let state =
        body.get("state").and_then(Value::as_str).filter(|state| STATES.contains(state)).ok_or_else(malformed)?;
    let grant = body.get("grantControls").filter(|grant| grant.is_object()).map(grant);
    let session = body.get("sessionControls").filter(|session| session.is_object()).map(session);
    let (grant, session) = (grant.unwrap_or_default(), session.unwrap_or_default());
    if grant.is_null() && session.is_null() {
        return Err(refused("1032", "ConditionalActionPolicy validation failed due to InvalidControls."));
    }
    check_controls(&grant, &conditions)?;
    check_session(&session)?;
    Ok(json!({
        "displayName": name, "description": body.get("description"), "state": state, "conditions": conditions,
        "grantControls": grant, "sessionControls": session, "templateId": body.get("templateId"),
    }))
}

/// Lays a change over a policy: its members are replaced, those of `conditions` one by one.
pub fn patched(current: &Value, patch: &Map<String, Value>) -> Result<Value, GraphError> {
    let mut whole = current.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        match (name.as_str(), value.as_object(), whole.get_mut("conditions").and_then(Value::as_object_mut)) {
            ("conditions", Some(changes), Some(conditions)) => conditions.extend(changes.clone()),
            _ => {
                whole.insert(name.clone(), value.clone());
            }
        }
    }
    normal(&whole)
}

fn conditions(given: &Value) -> Result<Value, GraphError> {
    let of_workloads = given["clientApplications"].is_object();
    if !given["applications"].is_object() || (!given["users"].is_object() && !of_workloads) {
        return Err(malformed());
    }
    let types = given["clientAppTypes"].as_array().filter(|types| !types.is_empty()).ok_or_else(malformed)?;
    let mut whole = json!({ "clientAppTypes": types });
    for name in OBJECTS {
        whole[name] = given[name].clone();
    }
    for name in LEVELS {
        whole[name] = list(&given[name]);
    }
    whole["users"] = filled(&given["users"], &USERS, &["includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers"]);
    whole["applications"] = filled(&given["applications"], &APPLICATIONS, &["applicationFilter"]);
    if whole["locations"].is_object() {
        whole["locations"] = filled(&given["locations"], &["includeLocations", "excludeLocations"], &[]);
    }
    let some = |name: &str| whole["applications"][name].as_array().is_some_and(|all| !all.is_empty());
    if some("includeApplications") && some("includeUserActions") {
        return Err(refused(
            "1012",
            "'applications' condition cannot include both 'includeApplications' and 'includeUserActions'/'includeProtectionLevels'. Please remove one of the conditions.",
        ));
    }
    Ok(whole)
}

fn grant(given: &Value) -> Value {
    let mut whole =
        filled(given, &["builtInControls", "customAuthenticationFactors", "termsOfUse"], &["authenticationStrength"]);
    whole["operator"] = json!(given["operator"].as_str().unwrap_or("OR"));
    whole
}

fn session(given: &Value) -> Value {
    let names = [
        "disableResilienceDefaults",
        "applicationEnforcedRestrictions",
        "cloudAppSecurity",
        "signInFrequency",
        "persistentBrowser",
        "secureSignInSession",
    ];
    if names.iter().all(|name| given[name].is_null()) { Value::Null } else { filled(given, &[], &names) }
}

/// A sign-in frequency that is on says how long, unless it is every time.
fn check_session(session: &Value) -> Result<(), GraphError> {
    let frequency = &session["signInFrequency"];
    if frequency["isEnabled"] != true || frequency["frequencyInterval"] == "everyTime" {
        return Ok(());
    }
    let long = frequency["value"].as_u64().is_some_and(|value| value > 0);
    let unit = matches!(frequency["type"].as_str(), Some("hours" | "days"));
    if long && unit { Ok(()) } else { Err(malformed()) }
}

fn check_controls(grant: &Value, conditions: &Value) -> Result<(), GraphError> {
    let controls = texts(&grant["builtInControls"]);
    if controls.iter().any(|control| !CONTROLS.contains(&control.as_str())) {
        return Err(malformed());
    }
    let has = |wanted: &str| controls.iter().any(|control| control == wanted);
    if has("block") && controls.len() > 1 {
        return Err(refused("1032", "ConditionalActionPolicy validation failed due to InvalidControls."));
    }
    let everything = texts(&conditions["applications"]["includeApplications"]) == ["All"]
        && texts(&conditions["clientAppTypes"]) == ["all"];
    let risky = !texts(&conditions["userRiskLevels"]).is_empty();
    let with_mfa = has("mfa") && grant["operator"] == "AND";
    if has("passwordChange") && !(everything && risky && with_mfa) {
        return Err(refused("1032", "ConditionalActionPolicy validation failed due to InvalidPasswordResetControl."));
    }
    Ok(())
}

/// The named collections, `[]` when left out, and the named objects, `null` when left out.
fn filled(given: &Value, lists: &[&str], objects: &[&str]) -> Value {
    let mut whole = json!({});
    for name in lists {
        whole[*name] = list(&given[*name]);
    }
    for name in objects {
        whole[*name] = given[*name].clone();
    }
    whole
}

fn list(given: &Value) -> Value {
    if given.is_array() { given.clone() } else { json!([]) }
}

/// A collection of texts.
pub fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn malformed() -> GraphError {
    refused(
        "1007",
        "Incoming ConditionalAccessPolicy object is null or does not match the schema of ConditionalAccessPolicy type. For examples, please see API documentation at https://docs.microsoft.com/en-us/graph/api/conditionalaccessroot-post-policies?view=graph-rest-1.0",
    )
}

fn refused(number: &str, text: &str) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", format!("{number}: {text}"))
}
