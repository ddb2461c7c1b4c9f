//! A story's stage: an application of the local Entra that pushes into a connection of the server.

use std::collections::{BTreeMap, BTreeSet};

use directory::{SourceId, read};
use e2e::http::{self, Answer};
use e2e::world::text;
use e2e::{Entra, Picture, World};
use kernel::OrganisationId;
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

/// The flag of the compliant dialect.
pub const COMPLIANT: &str = "?aadOptscim062020";
/// Both dialects, as what follows the tenant URL.
pub const DIALECTS: [&str; 2] = ["", COMPLIANT];

/// An application that pushes, and the connection it pushes into.
pub struct Push<'w> {
    pub world: &'w World,
    /// The connection.
    pub connection: Uuid,
    /// The tenant that it is bound to.
    pub tenant: Option<Uuid>,
    /// The tenant URL, with a slash at its end.
    pub base: String,
    /// Its first key.
    pub key: Key,
    /// The job in the local Entra.
    pub job: String,
    pub client: Client,
}

/// A key of a connection.
#[derive(Debug, Clone)]
pub struct Key {
    pub id: String,
    pub token: String,
    /// The client id and the secret, for OAuth.
    pub halves: (String, String),
}

/// What is out of the ordinary.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    /// Follows the tenant URL.
    pub flag: &'static str,
    /// Laid over the order for the application.
    pub order: Value,
    /// Laid over the connection.
    pub connection: Value,
}

impl<'w> Push<'w> {
    /// Pushes the group `Everyone` with its members; nothing is pushed yet.
    pub async fn start(world: &'w World) -> Self {
        Self::with(world, Plot::default()).await
    }

    /// The same, out of the ordinary.
    pub async fn with(world: &'w World, plot: Plot) -> Self {
        let mut new = json!({ "name": "Entra ID" });
        lay(&mut new, plot.connection);
        let made = world.post("provisioning/connections", new).await;
        let tenant = made["tenant_id"].as_str().map(|id| id.parse().unwrap());
        let (connection, base) = (text(&made["id"]), format!("{}/", text(&made["base_url"]).trim_end_matches('/')));
        assert!(base.starts_with(&world.node.url), "{base}");
        let key = make_key(world, &connection, "first").await;
        let everyone = everyone(&world.entra).await;
        let mut order = json!({
            "display_name": "Vestibule", "target_url": format!("{base}{}", plot.flag), "token": key.token,
            "external_id": "objectId", "assign": everyone,
        });
        lay(&mut order, plot.order);
        let made = world.entra.call("POST", "tenants/default/provisioning", order).await;
        let job = text(&made["job_id"]);
        Self { world, connection: connection.parse().unwrap(), tenant, base, key, job, client: http::client() }
    }

    // === the application in Entra ===

    /// Tells the job something.
    pub async fn tell(&self, method: &str, what: &str, body: Value) -> Value {
        self.world.entra.call(method, &format!("provisioning/{}{what}", self.job), body).await
    }

    /// One cycle now, however it ends.
    pub async fn cycle(&self) -> Value {
        self.tell("POST", "/cycle", Value::Null).await
    }

    /// One cycle now, which must do everything; answers its counts.
    pub async fn pushed(&self) -> Value {
        let cycle = self.cycle().await;
        let why = self.failures().await;
        assert_eq!(cycle["state"], "Succeeded", "{cycle:#}\n{why:#?}");
        cycle["counts"].clone()
    }

    /// How the job stands.
    pub async fn state(&self) -> Value {
        self.tell("GET", "", Value::Null).await
    }

    /// What failed lately, as the provisioning log tells it.
    pub async fn failures(&self) -> Vec<String> {
        let log = self.tell("GET", "/log?limit=500", Value::Null).await;
        let failed =
            log.as_array().unwrap().iter().filter(|line| line["provisioningStatusInfo"]["status"] == "failure");
        let told = |line: &Value| {
            let error = &line["provisioningStatusInfo"]["errorInformation"];
            format!("{}: {} {}", line["sourceIdentity"]["displayName"], error["errorCode"], error["reason"])
        };
        failed.map(told).take(10).collect()
    }

    /// Pushes with another token from the next cycle on.
    pub async fn use_token(&self, token: &str) {
        self.tell("PATCH", "", json!({ "token": token })).await;
    }

    // === the connection here ===

    /// Another key.
    pub async fn key(&self, label: &str) -> Key {
        make_key(self.world, &self.connection.to_string(), label).await
    }

    /// Revokes a key.
    pub async fn revoke(&self, key: &Key) {
        let path = format!("provisioning/keys/{}", key.id);
        http::good(&path, self.world.ask("DELETE", &path, Value::Null).await);
    }

    /// The connection.
    pub async fn view(&self) -> Value {
        self.world.get(&format!("provisioning/connections/{}", self.connection)).await
    }

    /// Changes the settings of the connection.
    pub async fn set(&self, change: impl FnOnce(&mut Value)) {
        let view = self.view().await;
        let mut settings = view["settings"].clone();
        change(&mut settings);
        let path = format!("provisioning/connections/{}", self.connection);
        let body = json!({ "version": view["version"], "settings": settings });
        http::good(&path, self.world.ask("PATCH", &path, body).await);
    }

    /// The one event of a type about an object, which must be told as the push's own doing.
    pub async fn event(&self, after: i64, kind: &str, name: &str) -> Value {
        let event = self.world.event(after, kind, name).await;
        let id = self.connection.to_string();
        assert_eq!((&event["actor"]["kind"], &event["actor"]["id"]), (&json!("source"), &json!(id)), "{event:#}");
        event
    }

    /// What this connection's clients were answered, newest first: the operation with its status.
    pub async fn calls(&self, query: &str) -> Vec<(String, u64)> {
        self.world.node.app.provisioning.write_down().await.unwrap();
        let path = format!("provisioning/calls?connection={}&limit=500&{query}", self.connection);
        let found = self.world.get(&path).await["items"].as_array().cloned().unwrap_or_default();
        found.iter().map(|call| (text(&call["operation"]), call["status"].as_u64().unwrap())).collect()
    }

    /// Where its users and groups are in the directory.
    pub fn source(&self) -> SourceId {
        SourceId(self.tenant.unwrap_or(self.connection))
    }

    // === SCIM ===

    /// A call as the application makes it.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.base);
        let body = Some(body).filter(|body| !body.is_null());
        http::ask(&self.client, method, &url, Some(&self.key.token), body.as_ref()).await
    }

    /// Every resource of a kind, page by page.
    pub async fn all(&self, kind: &str) -> Vec<Value> {
        let mut found = Vec::new();
        loop {
            let path = format!("{kind}?startIndex={}&count=500", found.len() + 1);
            let page = http::good(&path, self.call("GET", &path, Value::Null).await);
            found.extend(page["Resources"].as_array().cloned().unwrap_or_default());
            if found.len() as u64 >= page["totalResults"].as_u64().unwrap() {
                return found;
            }
        }
    }

    /// The one resource that a filter finds.
    pub async fn find(&self, kind: &str, filter: &str) -> Option<Value> {
        let encoded: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let path = format!("{kind}?filter={encoded}");
        let page = http::good(&path, self.call("GET", &path, Value::Null).await);
        let mut found = page["Resources"].as_array().cloned().unwrap_or_default();
        assert!(found.len() < 2, "{filter} finds one: {page:#}");
        found.pop()
    }

    /// The user of a short name.
    pub async fn user(&self, name: &str) -> Value {
        let filter = format!("userName eq \"{}\"", e2e::entra::address(name));
        self.find("Users", &filter).await.unwrap_or_else(|| panic!("{name} is not here"))
    }

    /// The group of a name.
    pub async fn group(&self, name: &str) -> Value {
        let filter = format!("displayName eq \"{name}\"");
        self.find("Groups", &filter).await.unwrap_or_else(|| panic!("{name} is not here"))
    }

    /// Who is in a group, by user name without the domain, in order.
    pub async fn members(&self, name: &str) -> Vec<String> {
        let group = self.group(name).await;
        let ids: BTreeSet<_> =
            group["members"].as_array().into_iter().flatten().map(|member| text(&member["value"])).collect();
        let users = self.all("Users").await.into_iter().filter(|user| ids.contains(&text(&user["id"])));
        let mut names: Vec<_> =
            users.map(|user| text(&user["userName"]).split('@').next().unwrap_or_default().to_owned()).collect();
        names.sort();
        names
    }

    // === both sides ===

    /// What SCIM shows and what the directory has must both be what Entra assigned; answers what that is.
    pub async fn must_mirror_entra(&self, when: &str) -> Picture {
        let expected = self.expected().await;
        let shown = self.shown().await;
        shown.must_equal(&expected, &format!("{when}, over SCIM"));
        self.stored().await.must_equal(&expected, &format!("{when}, in the directory"));
        expected
    }

    /// Whom Entra has assigned, by object id: everybody who is enabled.
    async fn expected(&self) -> Picture {
        let entra = &self.world.entra;
        let state = self.state().await;
        let assigned: BTreeSet<String> = state["assigned"].as_array().unwrap().iter().map(text).collect();
        let everybody = state["behaviour"]["scope"] == "everyone";
        let (users, groups) = (entra.users().await, entra.groups().await);
        let mut scope: BTreeSet<String> = assigned.clone();
        let mut picture = Picture::default();
        for (id, group) in groups.iter().filter(|(id, _)| everybody || assigned.contains(*id)) {
            let members: BTreeSet<_> =
                entra.members(id).await.into_iter().filter(|id| users.contains_key(id)).collect();
            scope.extend(members.iter().cloned());
            picture.groups.insert(id.clone(), (text(&group["displayName"]), members));
        }
        let enabled = users
            .iter()
            .filter(|(id, user)| user["accountEnabled"] != Value::Bool(false) && (everybody || scope.contains(*id)));
        picture.users = enabled.map(|(id, user)| (id.clone(), properties(|name| user[name].as_str()))).collect();
        settled(picture)
    }

    /// What SCIM shows, by external id.
    async fn shown(&self) -> Picture {
        const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let users = self.all("Users").await;
        let ids: BTreeMap<_, _> = users.iter().map(|user| (text(&user["id"]), text(&user["externalId"]))).collect();
        assert_eq!(ids.len(), users.len(), "pages do not overlap");
        let mut picture = Picture::default();
        for user in users.iter().filter(|user| user["active"] == true) {
            let value = |name: &str| match name {
                "userPrincipalName" => user["userName"].as_str(),
                "jobTitle" => user["title"].as_str(),
                "department" => user[ENTERPRISE]["department"].as_str(),
                "manager" => {
                    user[ENTERPRISE]["manager"]["value"].as_str().and_then(|id| ids.get(id)).map(String::as_str)
                }
                other => user[other].as_str(),
            };
            picture.users.insert(text(&user["externalId"]), properties(value));
        }
        for group in self.all("Groups").await {
            let members = group["members"].as_array().into_iter().flatten();
            let members = members.filter_map(|member| ids.get(member["value"].as_str()?).cloned()).collect();
            picture.groups.insert(text(&group["externalId"]), (text(&group["displayName"]), members));
        }
        settled(picture)
    }

    /// What the directory has, by external id.
    async fn stored(&self) -> Picture {
        let store = &self.world.node.store;
        let raw = Picture::of_directory(store, self.source()).await;
        let mut tx = store.read().await.unwrap();
        let users = read::users_after(&mut tx, self.source(), None, 100_000).await.unwrap();
        let groups = read::groups_after(&mut tx, self.source(), None, 100_000).await.unwrap();
        let external = |id: Uuid, external: Option<&String>| (id.to_string(), external.cloned().unwrap_or_default());
        let mut ids: BTreeMap<String, String> =
            users.iter().map(|user| external(user.object_id, user.attributes.external_id.as_ref())).collect();
        ids.extend(groups.iter().map(|group| external(group.object_id, group.attributes.external_id.as_ref())));
        let mut picture = Picture::default();
        for (id, mut user) in raw.users {
            if let Some(manager) = user.get_mut("manager") {
                *manager = ids.get(manager.as_str()).cloned().unwrap_or_default();
            }
            picture.users.insert(ids[&id].clone(), user);
        }
        for (id, (name, members)) in raw.groups {
            picture.groups.insert(ids[&id].clone(), (name, members.iter().map(|id| ids[id].clone()).collect()));
        }
        settled(picture)
    }

    /// The organisation.
    pub fn organisation(&self) -> OrganisationId {
        let id = self.base.trim_end_matches('/').rsplit('/').next().unwrap();
        OrganisationId(id.parse().unwrap())
    }
}

/// The object id of the group that everybody is in.
pub async fn everyone(entra: &Entra) -> Vec<String> {
    let groups = entra.groups().await;
    groups.into_iter().filter(|(_, group)| group["displayName"] == "Everyone").map(|(id, _)| id).collect()
}

async fn make_key(world: &World, connection: &str, label: &str) -> Key {
    let made = world.post(&format!("provisioning/connections/{connection}/keys"), json!({ "label": label })).await;
    let token = text(&made["token"]);
    let (client, secret) = token.split_once(':').unwrap();
    Key { id: text(&made["id"]), halves: (client.to_owned(), secret.to_owned()), token }
}

fn properties<'a>(value: impl Fn(&str) -> Option<&'a str>) -> BTreeMap<&'static str, String> {
    let names = ["userPrincipalName", "displayName", "jobTitle", "department", "manager"];
    names.into_iter().map(|name| (name, value(name).unwrap_or_default().to_owned())).collect()
}

/// Only what every side can know: members and managers who are in the picture, guests by the name that Entra gives on.
fn settled(mut picture: Picture) -> Picture {
    let users: BTreeSet<_> = picture.users.keys().cloned().collect();
    for (_, members) in picture.groups.values_mut() {
        members.retain(|member| users.contains(member));
    }
    for user in picture.users.values_mut() {
        for (name, value) in user.iter_mut() {
            match *name {
                "manager" if !users.contains(value) => value.clear(),
                "userPrincipalName" => *value = value.split("#EXT#").next().unwrap_or_default().to_owned(),
                _ => {}
            }
        }
    }
    picture
}

fn lay(body: &mut Value, over: Value) {
    if let (Value::Object(body), Value::Object(over)) = (body, over) {
        body.extend(over);
    }
}
