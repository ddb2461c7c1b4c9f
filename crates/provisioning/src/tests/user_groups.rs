//! User groups: found by whatever they are called, with their names, their namesakes and their drift.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use directory::{
    Act, Cause, Change, GroupAttributes, GroupId, Member, MemberKind, ObjectKind, Origin, Source, SourceId, SourceKind,
    State, UserAttributes,
};
use kernel::{OrganisationId, Role};
use serde_json::{Value, json};
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::{Client, House, user};
use crate::ProvisioningError;
use crate::user_groups::{KnowUse, Use, UsedGroup, sid};

impl House {
    async fn found(&self, query: &str) -> Vec<Value> {
        self.provisioning.parts.directory.ready(self.db.organisation).await.unwrap();
        let answer = self.api("GET", &format!("/groups{query}"), Role::Auditor, &json!(null)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["items"].as_array().unwrap().clone()
    }

    async fn names_found(&self, query: &str) -> Vec<String> {
        self.found(query).await.iter().map(|group| group["name"].as_str().unwrap().to_owned()).collect()
    }

    /// A group that Graph shows, with users of these ids in it.
    async fn shown(&self, source: SourceId, object_id: Uuid, attributes: GroupAttributes, users: &[Uuid]) {
        let source = Source { organisation: self.db.organisation, kind: SourceKind::Graph, id: source };
        let change = |kind, object_id, act| Change {
            kind,
            object_id,
            name: "x".to_owned(),
            act,
            cause: Cause::NewInSource,
            base: None,
        };
        let mut changes: Vec<Change> = users
            .iter()
            .map(|id| {
                let attributes =
                    UserAttributes { display_name: Some(format!("User {id}")), ..UserAttributes::default() };
                change(ObjectKind::User, *id, Act::PutUser { attributes: Box::new(attributes), state: State::Active })
            })
            .collect();
        let put = Act::PutGroup { attributes: Box::new(attributes), state: State::Active };
        changes.push(change(ObjectKind::Group, object_id, put));
        let added = users.iter().map(|id| Member { object_id: *id, kind: MemberKind::User }).collect();
        changes.push(change(ObjectKind::Group, object_id, Act::Members { added, removed: Vec::new() }));
        let actor = operator(self.db.organisation, Role::Owner);
        let mut tx = self.db.store.begin().await.unwrap();
        let origin = Origin { kind: "run", id: None };
        directory::apply(&mut tx, &self.db.env, &actor, source, &changes, origin).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn attributes(name: &str) -> GroupAttributes {
    GroupAttributes { display_name: Some(name.to_owned()), ..GroupAttributes::default() }
}

async fn push_group(client: &Client, name: &str, external_id: Option<Uuid>, members: &[String]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let mut body =
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members });
    if let Some(id) = external_id {
        body["externalId"] = json!(id);
    }
    client.send("POST", "/Groups", &body).await.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_is_found_by_name_and_by_everything_that_is_unique_about_it() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let (entra, shown) = (Uuid::from_u128(0xe1), Uuid::from_u128(0xe2));
        let scim_id = push_group(&client, "Crane operators", Some(entra), &[]).await;
        let on_premises = GroupAttributes {
            on_premises_security_identifier: Some("S-1-5-21-1-2-3-512".to_owned()),
            security_identifier: Some(sid::of_object(shown)),
            ..attributes("Dock workers")
        };
        house.shown(SourceId(Uuid::from_u128(7)), shown, on_premises, &[]).await;

        assert_eq!(house.names_found("").await, ["Crane operators", "Dock workers"]);
        assert_eq!(house.names_found("?sort=-name&limit=1").await, ["Dock workers"]);
        assert_eq!(house.names_found("?q=crane").await, ["Crane operators"]);
        let found = house.found("?q=crane").await.remove(0);
        assert_eq!((&found["source_name"], &found["source"]["kind"]), (&json!("Entra"), &json!("scim")));
        assert_eq!(found["pushes"][0]["scim_id"], scim_id.as_str());
        let ours = found["id"].as_str().unwrap();
        for key in [scim_id.as_str(), &entra.to_string(), ours, found["object_id"].as_str().unwrap()] {
            assert_eq!(house.names_found(&format!("?q={key}")).await, ["Crane operators"], "{key}");
        }
        for key in ["S-1-5-21-1-2-3-512", "s-1-5-21-1-2-3-512", &sid::of_object(shown)] {
            assert_eq!(house.names_found(&format!("?q={key}")).await, ["Dock workers"], "{key}");
        }
        for key in ["S-1-5-21-1-2-3-51", "00000000-0000-0000-0000-0000000000aa"] {
            assert_eq!(house.names_found(&format!("?q={key}")).await, Vec::<String>::new(), "{key}");
        }
        let wrong = house.api("GET", "/groups?sort=colour", Role::Auditor, &json!(null)).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn names_are_remembered_and_a_group_of_the_same_name_is_another_group() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let first = push_group(&client, "Cranes", None, &[]).await;
        let operations = json!([{ "op": "Replace", "path": "displayName", "value": "Lifting" }]);
        let patch = json!({ "schemas": [scim::patch::PATCH_URN], "Operations": operations });
        client.send("PATCH", &format!("/Groups/{first}"), &patch).await;
        let group = house.found("?q=lifting").await.remove(0);
        let details = format!("/groups/{}", group["id"].as_str().unwrap());
        let details = house.api("GET", &details, Role::Auditor, &json!(null)).await.json();
        let names: Vec<&str> =
            details["names"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Lifting", "Cranes"]);
        assert_eq!(details["names"][1]["until"], details["names"][0]["from"]);
        assert_eq!(group.get("namesake"), None);

        assert!(client.ask("DELETE", &format!("/Groups/{first}"), &[], "").await.status.is_success());
        push_group(&client, "Lifting", None, &[]).await;
        let again = house.found("?q=lifting").await.remove(0);
        assert_ne!(again["id"], group["id"]);
        assert_eq!(again["namesake"]["object_id"], group["object_id"]);
        assert!(again["namesake"]["until"].is_string());
        let names = format!("/groups/{}/names", group["id"].as_str().unwrap());
        let names = house.api("GET", &names, Role::Auditor, &json!(null)).await.json();
        assert_eq!(names["items"][0]["name"], "Lifting");
    })
    .await;
}

#[tokio::test]
async fn drift_names_who_is_on_one_side_only() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let group = Uuid::from_u128(0xe1);
        let people: Vec<Uuid> = (1..=3).map(Uuid::from_u128).collect();
        let mut pushed = Vec::new();
        for id in &people[..2] {
            let mut body = user(&format!("u{id}"));
            body["externalId"] = json!(id);
            pushed.push(client.send("POST", "/Users", &body).await.json()["id"].as_str().unwrap().to_owned());
        }
        push_group(&client, "Cranes", Some(group), &pushed).await;
        house.shown(SourceId(Uuid::from_u128(7)), group, attributes("Cranes"), &people[1..]).await;
        let all = house.found("?q=cranes").await;
        let graph = all.iter().find(|one| one["source"]["kind"] == "graph").unwrap();
        assert_eq!(graph["pushes"][0]["connection_name"], "Entra");
        let path = format!("/groups/{}/drift", graph["id"].as_str().unwrap());
        let drift = house.api("GET", &path, Role::Auditor, &json!(null)).await.json();
        let one = &drift["items"][0];
        assert_eq!((&one["pushed"], &one["in_graph"]), (&json!(2), &json!(2)));
        assert_eq!(
            one["only_pushed"]["members"],
            json!([{ "object_id": people[0], "name": format!("u{}", people[0]) }])
        );
        assert_eq!(one["only_in_graph"]["count"], 1);
        assert_eq!(one["only_in_graph"]["members"][0]["object_id"], json!(people[2]));
        let nothing = format!("/groups/{}/drift", Uuid::from_u128(99));
        assert_eq!(house.api("GET", &nothing, Role::Auditor, &json!(null)).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

struct Everything;

#[async_trait]
impl KnowUse for Everything {
    async fn uses(&self, _: OrganisationId, groups: &[UsedGroup]) -> Result<Vec<(GroupId, Use)>, ProvisioningError> {
        let one = Use { kind: "rule".to_owned(), name: "Quay".to_owned(), href: "/rules/1".to_owned() };
        Ok(groups.iter().map(|group| (group.id, one.clone())).collect())
    }
}

#[tokio::test]
async fn a_group_says_what_it_is_used_for() {
    on_each_database(async |db| {
        let mut house = House::new(db);
        house.provisioning = house.provisioning.clone().with_uses(Arc::new(Everything));
        house.router = super::router(&house.db, &house.provisioning);
        let client = house.client("Entra").await;
        push_group(&client, "Cranes", None, &[]).await;
        let group = house.found("").await.remove(0);
        assert_eq!(group["used_by"], json!([{ "kind": "rule", "name": "Quay", "href": "/rules/1" }]));
    })
    .await;
}
