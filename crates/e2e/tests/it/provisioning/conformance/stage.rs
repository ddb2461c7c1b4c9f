//! A server with nothing in it, and connections of applications that push to it.

use std::net::SocketAddr;

use e2e::world::Ground;
use e2e::{Node, http};
use kernel::{Actor, ActorKind, RequestId, Role, Secret};
use operators::NewToken;
use operators::permissions::{CreateOperator, CreateToken};
use serde_json::{Value, json};
use testkit::Db;
use uuid::Uuid;

use super::raw::{Answer, Request, send};

/// The server.
pub struct Stage {
    pub node: Node,
    pub address: SocketAddr,
    /// The organisation's id, as it stands in addresses.
    pub organisation: String,
    token: String,
    client: reqwest::Client,
}

/// A connection with a key.
#[derive(Debug, Clone)]
pub struct Pushing {
    /// `key:secret`.
    pub token: String,
}

impl Stage {
    /// Starts it over a test's database.
    pub async fn new(db: &Db) -> Self {
        let node = Node::start(&Ground::of(db)).await.expect("the node starts");
        let organisation = node.app.operators.ensure_organisation().await.expect("an organisation").id;
        let system = Actor::system("conformance", organisation, RequestId(Uuid::from_u128(1)));
        let may = system.may(CreateOperator {}).expect("the system may");
        let password = Secret::from("correct horse battery");
        let owner = node.app.operators.create_owner(&may, "ada", &password).await.expect("an owner");
        let kind = ActorKind::Operator { id: owner.id, name: owner.user_name };
        let may = Actor { kind, ..system.clone() }.may(CreateToken {}).expect("an owner may");
        let new = NewToken { label: "conformance".to_owned(), role: Role::Owner, expires_in_days: 365 };
        let token = node.app.operators.create_token(&may, &new).await.expect("a token").text.expose().clone();
        let address = node.url.trim_start_matches("http://").parse().expect("an address");
        Self { node, address, organisation: organisation.to_string(), token, client: http::client() }
    }

    /// Asks the API as its owner; the answer must be good.
    pub async fn api(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/api/v1/{path}", self.node.url);
        let body = Some(body).filter(|body| !body.is_null());
        http::good(path, http::ask(&self.client, method, &url, Some(&self.token), body.as_ref()).await)
    }

    /// A new connection: nothing is in it, and no other sees what is put there.
    pub async fn connect(&self, name: &str) -> Pushing {
        let connection = self.api("POST", "provisioning/connections", json!({ "name": name })).await;
        let id = connection["id"].as_str().expect("a connection has an id");
        let key = self.api("POST", &format!("provisioning/connections/{id}/keys"), json!({ "label": "first" })).await;
        Pushing { token: key["token"].as_str().expect("a key has a token").to_owned() }
    }

    /// Asks as an application that pushes.
    pub async fn ask(&self, pushing: &Pushing, method: &str, target: &str, body: Option<&Value>) -> Answer {
        let mut headers = vec![
            ("host".to_owned(), self.address.to_string()),
            ("authorization".to_owned(), format!("Bearer {}", pushing.token)),
        ];
        let body = body.map(Value::to_string).unwrap_or_default().into_bytes();
        if !body.is_empty() {
            headers.push(("content-type".to_owned(), "application/scim+json".to_owned()));
            headers.push(("content-length".to_owned(), body.len().to_string()));
        }
        send(self.address, &Request { method: method.to_owned(), target: target.to_owned(), headers, body }).await
    }

    /// Deletes everything in a connection.
    pub async fn empty(&self, pushing: &Pushing) {
        for kind in ["Groups", "Users"] {
            let list = format!("{}/{kind}", self.path());
            let all = self.ask(pushing, "GET", &format!("{list}?count=500&attributes=id"), None).await.json();
            for resource in all["Resources"].as_array().into_iter().flatten() {
                let id = resource["id"].as_str().unwrap_or_default();
                let answer = self.ask(pushing, "DELETE", &format!("{list}/{id}"), None).await;
                assert_eq!(answer.status, 204, "{}", answer.text);
            }
        }
    }

    /// Where SCIM answers.
    pub fn path(&self) -> String {
        format!("/scim/orgs/{}", self.organisation)
    }

    /// The same as an address.
    pub fn base(&self) -> String {
        format!("{}{}", self.node.url, self.path())
    }
}
