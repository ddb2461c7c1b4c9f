//! The provisioning service against a small hand-written target.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod credentials;
mod double;
mod filters;
mod graph;
mod groups;
mod mishaps;
mod page;
mod pure;
mod scale;
mod trouble;
mod users;

use std::time::Duration;

use double::{Call, Double};
use http::StatusCode;
use serde_json::{Value, json};

use super::clockwork;
use super::job::Execution;
use crate::probe::Probe;

const MINUTES: u64 = 60;
const HOURS: u64 = 3_600;
const DAYS: u64 = 86_400;

/// An emulator without generated people, an application that is provisioned, and its target.
struct Rig {
    probe: Probe,
    target: Double,
    job: String,
}

impl Rig {
    async fn start() -> Self {
        Self::with("", json!({})).await
    }

    async fn with(flag: &str, behaviour: Value) -> Self {
        Self::ordered(flag, json!({ "token": "key:secret", "behaviour": behaviour }), 0).await
    }

    /// With what an order says, and so many generated people.
    async fn ordered(flag: &str, more: Value, users: usize) -> Self {
        // Another test may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let probe = Probe::with(|options| {
            (options.users, options.groups) = (users, users / 30);
            options.permissions.extend(["Synchronization.ReadWrite.All", "AuditLog.Read.All"].map(str::to_owned));
        });
        let (target, url) = Double::start().await;
        let mut order =
            json!({ "display_name": "Harbor", "target_url": format!("{url}{flag}"), "external_id": "objectId" });
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if !order["oauth"].is_null() {
            order["oauth"]["token_url"] = json!(format!("{url}/oauth2/token"));
        }
        let made = probe.admin("POST", "/tenants/default/provisioning", order).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let job = made.json()["job_id"].as_str().unwrap().to_owned();
        Self { probe, target, job }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let body = if body.is_null() { json!({}) } else { body };
        let answer = self.probe.admin("POST", &format!("/provisioning/{}{path}", self.job), body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        if answer.text.is_empty() { Value::Null } else { answer.json() }
    }

    /// One cycle now.
    async fn cycle(&self) -> Execution {
        serde_json::from_value(self.post("/cycle", Value::Null).await).unwrap()
    }

    async fn state(&self) -> Value {
        self.probe.admin("GET", &format!("/provisioning/{}?links=true", self.job), Value::Null).await.json()
    }

    async fn log(&self) -> Vec<Value> {
        let path = format!("/provisioning/{}/log", self.job);
        serde_json::from_str(&self.probe.admin("GET", &path, Value::Null).await.text).unwrap()
    }

    /// Lets time pass and runs what is due.
    async fn pass(&self, seconds: u64) {
        self.probe.hand.advance(Duration::from_secs(seconds));
        clockwork::run_due(&self.probe.world).await;
    }

    // === the directory ===

    async fn edit(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.probe.admin(method, &format!("/tenants/default{path}"), body).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
        if answer.text.is_empty() { Value::Null } else { answer.json() }
    }

    /// A person; more properties go on top.
    async fn person(&self, name: &str, more: Value) -> String {
        let upn = format!("{name}@contoso.com");
        let mut body = json!({
            "userPrincipalName": upn, "displayName": name, "givenName": name, "surname": "Okafor", "mail": upn,
            "department": "Docks", "employeeId": "4471", "businessPhones": ["+46 40 1"],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.edit("POST", "/users", body).await["id"].as_str().unwrap().to_owned()
    }

    async fn group(&self, name: &str, members: &[&str]) -> String {
        let body = json!({
            "displayName": name, "mailEnabled": false, "securityEnabled": true,
            "mailNickname": name.replace(' ', ""), "members": members,
        });
        self.edit("POST", "/groups", body).await["id"].as_str().unwrap().to_owned()
    }

    async fn assign(&self, who: &[&str]) {
        self.post("/assignments", json!(who)).await;
    }

    async fn unassign(&self, who: &str) {
        let path = format!("/provisioning/{}/assignments/{who}", self.job);
        assert_eq!(self.probe.admin("DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    }

    /// The user of that name in the target.
    fn user(&self, name: &str) -> Value {
        let upn = format!("{name}@contoso.com");
        self.target.find("Users", "userName", &upn).unwrap_or_else(|| panic!("no {upn} in the target"))
    }

    /// The members of a group in the target, by user name.
    fn members(&self, group: &str) -> Vec<String> {
        let group = self.target.find("Groups", "displayName", group).unwrap();
        let ids = group["members"].as_array().cloned().unwrap_or_default();
        let name = |id: &Value| {
            let user = self.target.find("Users", "id", id["value"].as_str().unwrap());
            user.unwrap()["displayName"].as_str().unwrap().to_owned()
        };
        let mut names: Vec<String> = ids.iter().map(name).collect();
        names.sort();
        names
    }
}

/// The operations of a PATCH.
fn operations(call: &Call) -> &Vec<Value> {
    call.body["Operations"].as_array().unwrap()
}
