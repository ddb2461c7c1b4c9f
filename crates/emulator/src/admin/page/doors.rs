//! The section on signing in: policies, external methods, the last sign-ins, and what can be done with them by hand.

use serde_json::{Map, Value, json};

use super::actions::{Fields, field};
use super::minute;
use crate::World;
use crate::admin::access::add;
use crate::admin::methods::{self, Order};
use crate::admin::{AdminError, tenant};
use crate::methods::policy_graph::{change, forget};
use crate::world::Tenant;

/// How many sign-ins the page shows.
const SHOWN: usize = 15;

/// One policy.
pub struct PolicyRow {
    pub id: String,
    pub name: String,
    pub state: &'static str,
    pub class: &'static str,
    pub asks: String,
}

/// One external method.
pub struct MethodRow {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub client_id: String,
    pub app_id: String,
    pub discovery_url: String,
    pub registered: usize,
}

/// One sign-in.
pub struct SignInRow {
    pub at: String,
    pub person: String,
    pub application: String,
    pub class: &'static str,
    pub outcome: String,
}

/// The policies of a tenant.
pub fn policy_rows(tenant: &Tenant) -> Vec<PolicyRow> {
    let access = tenant.access();
    let row = |(id, policy): (&uuid::Uuid, &Value)| {
        let (state, class) = match policy["state"].as_str() {
            Some("enabled") => ("on", "good"),
            Some("disabled") => ("off", ""),
            _ => ("report only", "warn"),
        };
        PolicyRow {
            id: id.to_string(),
            name: policy["displayName"].as_str().unwrap_or_default().to_owned(),
            state,
            class,
            asks: crate::access::policy::texts(&policy["grantControls"]["builtInControls"]).join(", "),
        }
    };
    access.policies.iter().map(row).collect()
}

/// The external methods of a tenant.
pub fn method_rows(tenant: &Tenant) -> Vec<MethodRow> {
    let methods = tenant.methods();
    let registered =
        |id| methods.registrations.values().filter(|own| own.iter().any(|one| one.configuration == id)).count();
    let row = |method: &crate::methods::external::Configuration| MethodRow {
        id: method.id.to_string(),
        name: method.name.clone(),
        enabled: method.enabled,
        client_id: method.client_id.clone(),
        app_id: method.app_id.to_string(),
        discovery_url: method.discovery_url.clone(),
        registered: registered(method.id),
    };
    methods.external.values().map(row).collect()
}

/// The last sign-ins of a tenant.
pub fn sign_in_rows(world: &World, tenant: &Tenant) -> Vec<SignInRow> {
    let memory = world.sign_ins.memory();
    let row = |entry: &crate::sign_in::log::Entry| SignInRow {
        at: minute(&entry.at.to_string()),
        person: entry.principal_name.clone(),
        application: entry.app_name.clone(),
        class: if entry.code == 0 { "good" } else { "bad" },
        outcome: if entry.code == 0 { entry.amr.join(", ") } else { format!("AADSTS{}", entry.code) },
    };
    memory.log.of(tenant.id).take(SHOWN).map(row).collect()
}

/// `door-…` of the page's forms.
pub fn act(world: &World, what: &str, fields: &Fields) -> Result<String, AdminError> {
    let tenant = tenant(world, field(fields, "tenant"))?;
    match what {
        "policy" => {
            let mut order = Map::new();
            order.insert("display_name".to_owned(), json!(field(fields, "name")));
            order.insert("state".to_owned(), json!(field(fields, "state")));
            order.insert("grant".to_owned(), json!([field(fields, "grant")]));
            order.insert("groups".to_owned(), json!(field(fields, "group").split_whitespace().collect::<Vec<_>>()));
            add(world, &tenant, order)?;
            Ok("The policy is made.".to_owned())
        }
        "policy-enabled" | "policy-disabled" | "policy-report" | "policy-remove" => with_policy(&tenant, what, fields),
        "method" => {
            let app_id = field(fields, "app_id").trim();
            let order = Order {
                display_name: field(fields, "name").to_owned(),
                client_id: field(fields, "client_id").to_owned(),
                discovery_url: field(fields, "discovery_url").trim().to_owned(),
                app_id: app_id.parse().ok(),
                reply_urls: Vec::new(),
                consented: true,
                enabled: true,
                groups: Vec::new(),
                exclude_groups: Vec::new(),
            };
            methods::add(world, &tenant, &order)?;
            Ok("The method is made, its application registered and consented to.".to_owned())
        }
        _ => with_method(world, &tenant, what, fields),
    }
}

fn with_policy(tenant: &Tenant, what: &str, fields: &Fields) -> Result<String, AdminError> {
    let missing = || AdminError::NotFound("policy".to_owned());
    let id = field(fields, "id").parse().map_err(|_| missing())?;
    let mut access = tenant.access_mut();
    let state = match what {
        "policy-enabled" => "enabled",
        "policy-disabled" => "disabled",
        "policy-report" => "enabledForReportingButNotEnforced",
        _ => {
            access.policies.remove(&id).ok_or_else(missing)?;
            return Ok("The policy is gone.".to_owned());
        }
    };
    access.policies.get_mut(&id).ok_or_else(missing)?["state"] = json!(state);
    Ok("The policy is changed.".to_owned())
}

fn with_method(world: &World, tenant: &Tenant, what: &str, fields: &Fields) -> Result<String, AdminError> {
    let missing = || AdminError::NotFound("external method".to_owned());
    let id = field(fields, "id").parse().map_err(|_| missing())?;
    let mut method = tenant.methods().external.get(&id).cloned().ok_or_else(missing)?;
    let state = match what {
        "method-enable" => "enabled",
        "method-disable" => "disabled",
        "method-remove" => {
            forget(tenant, id);
            return Ok("The method is gone.".to_owned());
        }
        other => return Err(AdminError::NotFound(format!("action {other}"))),
    };
    change(world, tenant, &mut method, &json!({ "state": state }))
        .map_err(|error| AdminError::Invalid(error.message))?;
    tenant.methods_mut().external.insert(id, method);
    Ok("The method is changed.".to_owned())
}
