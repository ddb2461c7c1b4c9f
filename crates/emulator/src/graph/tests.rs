//! Graph as a caller sees it: requests against the emulator's router, in process.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod batch;
mod delta;
mod delta_rounds;
mod filter;
mod members;
mod permissions;
mod queries;
mod round_trips;
mod schema;
mod subscriptions;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request};
use jsonwebtoken::{Algorithm, Header};
use kernel::{Clock, ManualClock, Timestamp};
use serde_json::{Value, json};

use crate::apps::ServicePrincipal;
use crate::directory::property::{group, user};
use crate::directory::{Directory, Kind, Spec, generate_from};
use crate::switches::Switches;
use crate::world::{Tenant, World};

/// Every permission that a test of something else needs.
pub(super) const EVERYTHING: &[&str] = &[
    "User.Read.All",
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "AuditLog.Read.All",
];

/// What test paths may hold for readability.
const SPACES: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b' ').add(b'"');

/// A world with one tenant and one caller.
pub(super) struct Rig {
    pub world: Arc<World>,
    pub tenant: Arc<Tenant>,
    pub hand: ManualClock,
    router: Router,
    principal: ServicePrincipal,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// A property of every item.
    pub fn each(&self, name: &str) -> Vec<String> {
        let body = self.json();
        let items = body["value"].as_array().unwrap_or_else(|| panic!("no list: {body}"));
        items.iter().map(|item| item[name].as_str().unwrap_or_default().to_owned()).collect()
    }
}

pub(super) fn moment() -> Timestamp {
    Timestamp::parse("2026-03-01T12:00:00Z").unwrap()
}

impl Rig {
    /// An organisation of some size; a caller with some permissions.
    pub fn new(users: usize, groups: usize, roles: &[&str]) -> Self {
        let (clock, hand) = Clock::manual(moment());
        let world = World::new(11, clock).unwrap();
        let domains = vec!["contoso.com".to_owned(), "contoso.onmicrosoft.com".to_owned()];
        let tenant = Tenant::new(world.guid(), "Contoso", domains.clone(), moment());
        *tenant.directory_mut() =
            generate_from(&Spec { seed: 3, users, groups, domains, cyclic: false, now: moment() });
        let principal = ServicePrincipal {
            id: world.guid(),
            app_id: world.guid(),
            display_name: "Connector".to_owned(),
            enabled: true,
            owner_tenant: tenant.id,
            created: moment(),
            effective: moment(),
        };
        tenant.apps_mut().service_principals.insert(principal.id, principal.clone());
        let tenant = world.add_tenant(tenant);
        let world = Arc::new(world);
        let router = crate::serve::router(&world);
        let mut rig = Self { world, tenant, hand, router, principal, token: String::new() };
        rig.allow(roles);
        rig
    }

    /// Calls with these permissions from now on.
    pub fn allow(&mut self, roles: &[&str]) {
        let keys = self.world.keys();
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(keys.current().kid.clone());
        let now = self.world.clock.now().seconds();
        let claims = json!({
            "aud": "https://graph.microsoft.com", "tid": self.tenant.id, "appid": self.principal.app_id,
            "oid": self.principal.id, "roles": roles, "nbf": now - 300, "exp": now + 400 * 86_400,
        });
        self.token = jsonwebtoken::encode(&header, &claims, &keys.current().encoding).unwrap();
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Reply {
        let path = path.strip_prefix("http://graph.test").unwrap_or(path);
        let path = percent_encoding::utf8_percent_encode(path, SPACES).to_string();
        let path = if path.starts_with("/v1.0") || path.starts_with("/beta") { path } else { format!("/v1.0{path}") };
        let mut request = Request::builder().method(method).uri(path).header("host", "graph.test");
        request = request.header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = crate::serve::answer(&self.world, self.router.clone(), request.body(body).unwrap()).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    /// With `ConsistencyLevel: eventual`.
    pub async fn eventually(&self, path: &str) -> Reply {
        self.send("GET", path, &[("ConsistencyLevel", "eventual")], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, &[], Some(body)).await
    }

    /// Changes some switches.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        let mut switches = self.world.switches();
        change(&mut switches);
        self.world.set_switches(switches);
    }

    pub fn advance(&self, seconds: u64) {
        self.hand.advance(Duration::from_secs(seconds));
    }

    /// Follows next links to the end.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let reply = self.get(&next).await;
            assert_eq!(reply.status, 200, "{next}: {}", reply.text);
            let body = reply.json();
            items.extend(body["value"].as_array().unwrap().iter().cloned());
            match body["@odata.nextLink"].as_str() {
                Some(link) => link.clone_into(&mut next),
                None => return items,
            }
        }
    }

    /// The id of the first user that passes.
    pub fn user(&self, wanted: impl Fn(&Directory, u32) -> bool) -> String {
        let directory = self.tenant.directory();
        let found = directory.live(Kind::User).iter().find(|ordinal| wanted(&directory, *ordinal));
        directory.user(found.unwrap()).id.to_string()
    }

    /// The id of a user who is neither synced nor privileged nor a guest; `index` tells several apart.
    pub fn plain_user(&self, index: usize) -> String {
        let directory = self.tenant.directory();
        let plain = |ordinal: &u32| {
            let record = &directory.user(*ordinal).record;
            let member = record.get(user::USER_TYPE) == Some(b"\"Member\"");
            member && !record.is_true(user::ON_PREMISES_SYNC_ENABLED) && !directory.is_admin(*ordinal)
        };
        let found = directory.live(Kind::User).iter().skip(20).filter(plain).nth(index);
        directory.user(found.unwrap()).id.to_string()
    }

    /// The id of the group of that name.
    pub fn group(&self, name: &str) -> String {
        let directory = self.tenant.directory();
        let named = |ordinal: &u32| directory.group(*ordinal).record.text(group::DISPLAY_NAME).as_deref() == Some(name);
        let found = directory.live(Kind::Group).iter().find(named);
        directory.group(found.unwrap_or_else(|| panic!("no group {name}"))).id.to_string()
    }
}
