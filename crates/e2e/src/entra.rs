//! The local Entra of a story, edited as its administrator would: by its admin API.

use std::collections::BTreeMap;

use emulator::{Options, Running};
use kernel::Clock;
use reqwest::Client;
use serde_json::{Value, json};

use crate::http;

/// The mail domain of everybody.
pub const DOMAIN: &str = "contoso.com";

/// A local Entra.
pub struct Entra {
    /// The emulator.
    pub running: Running,
    client: Client,
}

impl Entra {
    /// An Entra with nobody in it, on a clock that others move.
    pub async fn start(clock: Clock) -> Self {
        let options = Options { users: 0, groups: 0, clock, ..Options::default() };
        let running = emulator::start(options).await.expect("the emulator starts");
        Self { running, client: http::client() }
    }

    /// Calls the admin API.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.running.admin_url);
        let body = Some(body).filter(|body| !body.is_null());
        http::good(&url, http::ask(&self.client, method, &url, None, body.as_ref()).await)
    }

    async fn tenant(&self, method: &str, path: &str, body: Value) -> Value {
        self.call(method, &format!("tenants/default/{path}"), body).await
    }

    /// A user whose principal name begins with `name`, with further properties; returns the object id.
    pub async fn hire(&self, name: &str, further: Value) -> String {
        let mut body = json!({ "userPrincipalName": address(name), "displayName": name, "department": "Works" });
        merge(&mut body, further);
        text(&self.tenant("POST", "users", body).await["id"])
    }

    /// Changes properties of a user.
    pub async fn change(&self, name: &str, further: Value) {
        self.tenant("PATCH", &format!("users/{}", key(name)), further).await;
    }

    /// Deletes a user, as an administrator does: it can be restored for 30 days.
    pub async fn delete(&self, name: &str) {
        self.tenant("DELETE", &format!("users/{}", key(name)), Value::Null).await;
    }

    /// Restores a deleted user by its object id.
    pub async fn restore(&self, id: &str) {
        self.tenant("POST", &format!("users/{id}/restore"), Value::Null).await;
    }

    /// The object id of a user.
    pub async fn id(&self, name: &str) -> String {
        text(&self.tenant("GET", &format!("users/{}", key(name)), Value::Null).await["id"])
    }

    /// A security group with members by name; returns the object id.
    pub async fn found(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<_> = members.iter().map(|member| key(member)).collect();
        text(&self.tenant("POST", "groups", json!({ "displayName": name, "members": members })).await["id"])
    }

    /// Changes properties of a group.
    pub async fn change_group(&self, id: &str, further: Value) {
        self.tenant("PATCH", &format!("groups/{id}"), further).await;
    }

    /// Deletes a group.
    pub async fn delete_group(&self, id: &str) {
        self.tenant("DELETE", &format!("groups/{id}"), Value::Null).await;
    }

    /// Puts a user or a group into a group.
    pub async fn join(&self, group: &str, member: &str) {
        self.tenant("PUT", &format!("groups/{group}/members/{}", key(member)), Value::Null).await;
    }

    /// Takes a user or a group out of a group.
    pub async fn leave(&self, group: &str, member: &str) {
        self.tenant("DELETE", &format!("groups/{group}/members/{}", key(member)), Value::Null).await;
    }

    /// Sets switches: behaviours that last.
    pub async fn switch(&self, switches: Value) {
        self.call("PATCH", "switches", switches).await;
    }

    /// Puts every switch back.
    pub async fn switches_back(&self) {
        self.call("DELETE", "switches", Value::Null).await;
    }

    /// Spoils answers of Graph below a path: every one, or the next `count` after `skip` good ones.
    pub async fn spoil(&self, path: &str, fault: Value, count: Option<u32>, skip: u32) {
        let rule = json!({ "fault": fault, "path": path, "count": count, "skip": skip });
        self.call("POST", "faults", rule).await;
    }

    /// No more faults.
    pub async fn heal(&self) {
        self.call("DELETE", "faults", Value::Null).await;
    }

    /// Withdraws the administrator's consent.
    pub async fn withdraw_consent(&self) {
        self.tenant("DELETE", &format!("apps/{}/consent", self.running.client_id), Value::Null).await;
    }

    /// Consents again, to everything.
    pub async fn consent(&self) {
        self.tenant("POST", &format!("apps/{}/consent", self.running.client_id), Value::Null).await;
    }

    /// Switches the application on or off in the tenant.
    pub async fn enable_app(&self, enabled: bool) {
        self.tenant("PATCH", &format!("apps/{}", self.running.client_id), json!({ "enabled": enabled })).await;
    }

    /// Ends every secret of the application now.
    pub async fn expire_secrets(&self) {
        self.call("POST", &format!("apps/{}/secrets/expire", self.running.client_id), Value::Null).await;
    }

    /// Makes a new secret.
    pub async fn new_secret(&self) -> String {
        let made = self.call("POST", &format!("apps/{}/secrets", self.running.client_id), json!({})).await;
        text(&made["secret"])
    }

    /// Every living user by object id, with what administrators see of it.
    pub async fn users(&self) -> BTreeMap<String, Value> {
        by_id(self.tenant("GET", "users?limit=10000", Value::Null).await)
    }

    /// Every living group by object id.
    pub async fn groups(&self) -> BTreeMap<String, Value> {
        by_id(self.tenant("GET", "groups?limit=10000", Value::Null).await)
    }

    /// The object ids of a group's direct members.
    pub async fn members(&self, group: &str) -> Vec<String> {
        by_id(self.tenant("GET", &format!("groups/{group}/members"), Value::Null).await).into_keys().collect()
    }

    /// How many requests for a path Graph has had, whatever it answered; the newest few thousand are remembered.
    pub async fn requests(&self, path: &str) -> usize {
        let seen = self.call("GET", "requests?limit=10000", Value::Null).await;
        let list = seen.as_array().cloned().unwrap_or_default();
        list.iter().filter(|entry| entry["path"].as_str().is_some_and(|at| at.starts_with(path))).count()
    }
}

/// The principal name of a short name.
pub fn address(name: &str) -> String {
    if name.contains('@') { name.to_owned() } else { format!("{}@{DOMAIN}", name.to_lowercase().replace(' ', ".")) }
}

/// An object id as it is; a short name as a principal name.
fn key(name: &str) -> String {
    if name.parse::<uuid::Uuid>().is_ok() { name.to_owned() } else { address(name) }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn by_id(list: Value) -> BTreeMap<String, Value> {
    let list = list.as_array().cloned().unwrap_or_default();
    list.into_iter().map(|object| (text(&object["id"]), object)).collect()
}

fn merge(body: &mut Value, further: Value) {
    if let (Value::Object(body), Value::Object(further)) = (body, further) {
        body.extend(further);
    }
}
