//! The room through its router, against a real database of each kind.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod bulk;
mod connections;
mod discovery;
mod holds;
mod house;
mod journal;
mod keys;
mod lists;
mod media;
mod meeting;
mod noted;
mod notices;
mod oauth;
mod resources;
mod strangers;
mod user_groups;

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use directory::Directory;
use graph::{HttpSettings, Pace, ProxySetting};
use kernel::{Actor, OrganisationId, Permission, Rng, Role};
use serde_json::{Value, json};
use tenants::Tenants;
use testkit::{Answer, Db, call, operator, send};
use utoipa_axum::router::OpenApiRouter;
use web::{Authenticate, AuthenticateError, Credentials, CsrfKey, Gate, Peer, Protocol, RequestContext, Settings};

use crate::permissions::{CreateConnection, CreateKey};
use crate::{ConnectionView, IssuedKey, NewConnection, NewKey, Parts, Provisioning};

/// The room with a router around it. `…/api/…` knows operators by the name of their role.
pub struct House {
    pub db: Db,
    pub provisioning: Provisioning,
    pub router: Router,
}

/// A connection with a key.
pub struct Client {
    pub connection: ConnectionView,
    pub key: IssuedKey,
    pub router: Router,
}

struct Roles(OrganisationId);

#[async_trait]
impl Authenticate for Roles {
    async fn authenticate(&self, shown: Credentials, context: &RequestContext) -> Result<Actor, AuthenticateError> {
        let (Credentials::Bearer(shown) | Credentials::Session(shown)) = shown;
        let role = Role::parse(shown.expose()).ok_or(AuthenticateError::Refused)?;
        Ok(Actor { request_id: context.request_id, ..operator(self.0, role) })
    }
}

impl House {
    pub fn new(db: Db) -> Self {
        let provisioning = room(&db);
        let router = router(&db, &provisioning);
        Self { db, provisioning, router }
    }

    pub fn actor(&self) -> Actor {
        operator(self.db.organisation, Role::Owner)
    }

    pub fn may<P: Permission>(&self, subject: P) -> kernel::May<P> {
        self.actor().may(subject).unwrap()
    }

    pub async fn connect(&self, name: &str) -> ConnectionView {
        let new = NewConnection { name: name.to_owned(), ..NewConnection::default() };
        self.provisioning.create_connection(&self.may(CreateConnection {}), new).await.unwrap()
    }

    pub async fn key(&self, connection: &ConnectionView, change: impl FnOnce(&mut NewKey)) -> IssuedKey {
        let mut new = NewKey { label: "Entra".to_owned(), ..NewKey::default() };
        change(&mut new);
        self.provisioning.create_key(&self.may(CreateKey { connection: connection.id }), new).await.unwrap()
    }

    /// A client of a new connection.
    pub async fn client(&self, name: &str) -> Client {
        let connection = self.connect(name).await;
        let key = self.key(&connection, |_| {}).await;
        Client { connection, key, router: self.router.clone() }
    }

    /// A call of the API.
    pub async fn api(&self, method: &str, path: &str, role: Role, body: &Value) -> Answer {
        send(&self.router, method, &format!("/api/v1/provisioning{path}"), role.as_str(), body).await
    }

    /// The names of the log's entries, oldest first.
    pub async fn log(&self) -> Vec<String> {
        let mut tx = self.db.store.read().await.unwrap();
        let all = signals::Filter::default();
        let entries = signals::oldest_first(&mut tx, self.db.organisation, &all, 0, 1_000).await.unwrap();
        entries.into_iter().map(|entry| entry.name).collect()
    }
}

/// A room over a database; two of them are two nodes.
pub fn room(db: &Db) -> Provisioning {
    let tenants = Tenants::new(tenants::Parts {
        store: db.store.clone(),
        env: db.env.clone(),
        sealer: db.sealer.clone(),
        config: tenants::Config::default(),
        http: HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() },
        pace: Pace::virtual_time().0,
    });
    Provisioning::new(Parts {
        store: db.store.clone(),
        env: db.env.clone(),
        directory: Directory::new(db.store.clone(), db.env.clone()),
        tenants: tenants.unwrap(),
        url: "https://vestibule.example".to_owned(),
    })
}

/// Every route of the room in the server's layers.
pub fn router(db: &Db, provisioning: &Provisioning) -> Router {
    let api = OpenApiRouter::new()
        .nest("/api/v1/provisioning", crate::routes(provisioning.clone()))
        .merge(crate::scim_routes(provisioning.clone()));
    let gate = Gate::new(Arc::new(Roles(db.organisation)), CsrfKey::random(Rng::seeded(1)));
    let protocols = vec![Protocol { prefix: crate::door::PREFIX, problem: crate::problem }];
    web::layers(api.into(), Settings { protocols, ..Settings::new(db.env.clone(), gate) })
}

impl Client {
    /// The path of an address below the organisation.
    pub fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.connection.base_url.strip_prefix("https://vestibule.example").unwrap())
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.key.token().expose())
    }

    pub async fn get(&self, rest: &str) -> Answer {
        self.ask("GET", rest, &[], "").await
    }

    pub async fn send(&self, method: &str, rest: &str, body: &Value) -> Answer {
        self.ask(method, rest, &[("content-type", "application/scim+json")], &body.to_string()).await
    }

    /// A call with the key.
    pub async fn ask(&self, method: &str, rest: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let bearer = self.bearer();
        let headers: Vec<_> = headers.iter().copied().chain([("authorization", bearer.as_str())]).collect();
        self.knock(method, &self.path(rest), &headers, body).await
    }

    /// A call with whatever is shown.
    pub async fn knock(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        call(&self.router, request(method, path, headers, body)).await
    }

    /// A call from an address.
    pub async fn from(&self, address: &str, shown: &str) -> Answer {
        let mut request = request("GET", &self.path("/Users"), &[("authorization", shown)], "");
        let address: SocketAddr = format!("{address}:1").parse().unwrap();
        request.extensions_mut().insert(Peer { address, tls: true, exposed: false });
        call(&self.router, request).await
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

/// A user to be created.
pub fn user(name: &str) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name })
}

/// Status and detail of a SCIM error; panics when the answer is none.
pub fn fault(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.headers["content-type"], "application/scim+json", "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], answer.status.as_u16().to_string());
    (answer.status.as_u16(), body["detail"].as_str().unwrap().to_owned())
}
