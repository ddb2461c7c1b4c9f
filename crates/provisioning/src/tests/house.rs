//! The room, its database, and a client that pushes.

use std::sync::Arc;

use directory::{Directory, StateName};
use graph::{HttpSettings, Pace, ProxySetting};
use kernel::Actor;
use scim::etag::Conditions;
use scim::list::{PageLimits, Query, parameters};
use scim::project::Projection;
use scim::{GROUP, Object, ResourceType, USER};
use serde_json::{Value, json};
use signals::{Filter, Logged};
use tenants::Tenants;
use testkit::Db;
use uuid::Uuid;

use crate::error::ProvisioningError;
use crate::model::{Connection, ConnectionId, ConnectionState};
use crate::pusher::Pusher;
use crate::resources::{Answer, Found};
use crate::settings::Settings;
use crate::store::connections;
use crate::{Parts, Provisioning};

/// The room, its database, and a client that pushes.
pub(crate) struct House {
    pub(crate) room: Provisioning,
    pub(crate) directory: Directory,
    pub(crate) db: Db,
    pub(crate) pusher: Pusher,
}

/// What came of a call: the resource, or SCIM's error as status and type.
pub(crate) type Outcome = Result<Answer, (u16, Option<&'static str>)>;

impl House {
    pub(crate) async fn new(db: Db) -> Self {
        Self::with(db, Settings::default()).await
    }

    pub(crate) async fn with(db: Db, settings: Settings) -> Self {
        let tenants = Tenants::new(tenants::Parts {
            store: db.store.clone(),
            env: db.env.clone(),
            sealer: db.sealer.clone(),
            config: tenants::Config::default(),
            http: HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() },
            pace: Pace::virtual_time().0,
        })
        .unwrap();
        let directory = Directory::new(db.store.clone(), db.env.clone());
        let room = Provisioning::new(Parts {
            store: db.store.clone(),
            env: db.env.clone(),
            directory: directory.clone(),
            tenants,
            url: "https://hall.example".to_owned(),
        });
        let pusher = pusher(&room, &db, None, settings).await;
        Self { room, directory, db, pusher }
    }

    /// Another client of the same organisation, bound to a tenant or not.
    pub(crate) async fn other(&self, tenant: Option<Uuid>) -> Pusher {
        pusher(&self.room, &self.db, tenant, Settings::default()).await
    }

    pub(crate) async fn create(&self, kind: &'static ResourceType, body: Value) -> Outcome {
        let shown = Projection::of_everything(kind);
        told(self.room.create_resource(&self.pusher, kind, object(body), &shown).await)
    }

    /// A user of this name; its id.
    pub(crate) async fn user(&self, name: &str) -> String {
        self.create(&USER, json!({ "userName": name })).await.unwrap().id.to_string()
    }

    /// A group of this name with these members; its id.
    pub(crate) async fn group(&self, name: &str, members: &[&String]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "displayName": name, "members": members });
        self.create(&GROUP, body).await.unwrap().id.to_string()
    }

    pub(crate) async fn patch(&self, kind: &'static ResourceType, id: &str, operations: Value) -> Outcome {
        let body = object(json!({ "schemas": [scim::patch::PATCH_URN], "Operations": operations }));
        let (conditions, shown) = (Conditions::default(), Projection::of_everything(kind));
        told(self.room.patch_resource(&self.pusher, kind, id, body, &conditions, &shown).await)
    }

    pub(crate) async fn replace(&self, kind: &'static ResourceType, id: &str, body: Value) -> Outcome {
        let (conditions, shown) = (Conditions::default(), Projection::of_everything(kind));
        told(self.room.replace_resource(&self.pusher, kind, id, object(body), &conditions, &shown).await)
    }

    pub(crate) async fn delete(
        &self,
        kind: &'static ResourceType,
        id: &str,
    ) -> Result<(), (u16, Option<&'static str>)> {
        let deleted = self.room.delete_resource(&self.pusher, kind, id, &Conditions::default()).await;
        deleted.map_err(|error| fault(&error))
    }

    pub(crate) async fn read(
        &self,
        kind: &'static ResourceType,
        id: &str,
    ) -> Result<Value, (u16, Option<&'static str>)> {
        let (conditions, shown) = (Conditions::default(), Projection::of_everything(kind));
        match self.room.read_resource(&self.pusher, kind, id, &conditions, &shown).await {
            Ok(Found::Answer(answer)) => Ok(Value::Object(answer.resource.unwrap())),
            Ok(Found::Unchanged(_)) => panic!("nothing was asked of the version"),
            Err(error) => Err(fault(&error)),
        }
    }

    /// A list as it goes out.
    pub(crate) async fn list(&self, kind: &'static ResourceType, query: &str) -> Value {
        let given = parameters(query).unwrap();
        let given = given.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let query = Query::from_parameters(kind, given, &PageLimits::default()).unwrap();
        let list = self.room.list_resources(&self.pusher, &[(kind, query)]).await.unwrap();
        serde_json::to_value(list).unwrap()
    }

    /// The names of what a list holds, in its order.
    pub(crate) async fn names(&self, kind: &'static ResourceType, query: &str) -> Vec<String> {
        let list = self.list(kind, query).await;
        let name = if std::ptr::eq(kind, &raw const USER) { "userName" } else { "displayName" };
        list["Resources"].as_array().unwrap().iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn log(&self) -> Vec<Logged> {
        let mut tx = self.db.store.read().await.unwrap();
        signals::oldest_first(&mut tx, self.db.organisation, &Filter::default(), 0, 1_000).await.unwrap()
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        self.log().await.into_iter().map(|entry| entry.name).collect()
    }

    /// The directory's users: name and state, in the order of names.
    pub(crate) async fn people(&self) -> Vec<(String, StateName)> {
        let mut tx = self.db.store.read().await.unwrap();
        let source = directory::SourceId(self.pusher.connection.id.0);
        let users = directory::read::users_after(&mut tx, source, None, 1_000).await.unwrap();
        let mut people: Vec<_> = users.iter().map(|user| (user.name(), user.state.name())).collect();
        people.sort();
        people
    }

    /// Whether a user counts in a group, by their SCIM ids: as the directory's index sees it.
    pub(crate) async fn is_in(&self, user: &str, group: &str) -> bool {
        self.directory.catch_up(self.db.organisation).await.unwrap();
        let index = self.directory.index(self.db.organisation).unwrap();
        let object = |id: &str| id.parse::<Uuid>().unwrap();
        let source = directory::SourceId(self.pusher.connection.id.0);
        let mut tx = self.db.store.read().await.unwrap();
        let users = directory::read::users_by_object_ids(&mut tx, source, &[object(user)]).await.unwrap();
        let groups = directory::read::groups_by_object_ids(&mut tx, source, &[object(group)]).await.unwrap();
        match (users.first(), groups.first()) {
            (Some(user), Some(group)) => {
                index.is_member(user.id, group.id) && index.user(user.id).is_some_and(|user| index.is_active(user))
            }
            _ => false,
        }
    }
}

async fn pusher(room: &Provisioning, db: &Db, tenant: Option<Uuid>, settings: Settings) -> Pusher {
    let now = db.env.now();
    let connection = Connection {
        id: db.env.new_id::<ConnectionId>(),
        organisation: db.organisation,
        name: "Entra".to_owned(),
        tenant: tenant.map(Into::into),
        state: ConnectionState::On,
        settings,
        user_count: 0,
        group_count: 0,
        last_call_at: None,
        created_at: now,
        changed_at: now,
        version: 1,
    };
    let mut tx = db.store.begin().await.unwrap();
    connections::insert(&mut tx, &connection).await.unwrap();
    tx.commit().await.unwrap();
    let actor = Actor::source(connection.id, "Entra", db.organisation, db.env.new_id(), None);
    let base: Arc<str> = room.base_of(db.organisation).into();
    Pusher { connection: Arc::new(connection), key: None, actor, base }
}

pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

pub(crate) fn told(outcome: Result<Answer, ProvisioningError>) -> Outcome {
    outcome.map_err(|error| fault(&error))
}

fn fault(error: &ProvisioningError) -> (u16, Option<&'static str>) {
    let error = error.to_scim();
    (error.status, error.scim_type.map(scim::ScimType::as_str))
}
