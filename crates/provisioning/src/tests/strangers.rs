//! Whoever has not shown who they are is told the same, whatever is wrong.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use testkit::{Answer, on_each_database};
use web::coverage::operations;

use super::{House, fault, room, router};
use crate::permissions::{RevokeKey, UpdateConnection};
use crate::{ConnectionState, ConnectionUpdate};

/// The whole answer apart from the request's id.
fn face(answer: &Answer) -> (StatusCode, String, String) {
    (answer.status, answer.headers["www-authenticate"].to_str().unwrap().to_owned(), answer.text())
}

#[tokio::test]
async fn everything_that_is_wrong_is_the_same_refusal() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let (key, secret) = (client.key.key.key.clone(), client.key.secret.expose().clone());
        let organisation = house.db.organisation.to_string();
        let other = "00000000-0000-0000-0000-00000000000f";
        let bearer = client.bearer();
        let right = client.path("/Users");
        assert_eq!(client.get("/Users").await.status, StatusCode::OK);

        let nothing = client.knock("GET", &right, &[], "").await;
        assert_eq!(fault(&nothing).0, 401);
        assert_eq!(nothing.headers["www-authenticate"], "Bearer realm=\"scim\"");
        let shown = [
            ("basic instead of bearer", format!("Basic {key}:{secret}")),
            ("no scheme", format!("{key}:{secret}")),
            ("nothing behind the scheme", "Bearer ".to_owned()),
            ("the key alone", format!("Bearer {key}")),
            ("another secret", format!("Bearer {key}:{secret}x")),
            ("no secret", format!("Bearer {key}:")),
            ("a shorter secret", format!("Bearer {key}:{}", &secret[1..])),
            ("another key", format!("Bearer vk_{}:{secret}", "0".repeat(32))),
            ("a key in capitals", format!("Bearer {}:{secret}", key.to_uppercase())),
            ("a key with hyphens", format!("Bearer vk_{}:{secret}", client.key.key.id)),
            ("an access token that was made up", format!("Bearer vt_{secret}")),
            ("something like an Entra token", "Bearer a.b.c".to_owned()),
            ("an operator's token", "Bearer owner".to_owned()),
        ];
        for (what, shown) in shown {
            let answer = client.knock("GET", &right, &[("authorization", &shown)], "").await;
            assert_eq!(face(&answer), face(&nothing), "{what}");
        }
        let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
        assert_eq!(face(&client.knock("GET", &right, &twice, "").await), face(&nothing));
        let paths = [
            format!("/scim/orgs/{other}/Users"),
            format!("/scim/orgs/{}/Users", organisation.to_uppercase()),
            format!("/scim/orgs/{}/Users", organisation.replace('-', "")),
            format!("/scim/orgs/{organisation}%20/Users"),
            "/scim/orgs/1/Users".to_owned(),
            "/scim/orgs/".to_owned(),
        ];
        for path in paths.iter().filter(|path| **path != right) {
            let answer = client.knock("GET", path, &[("authorization", &bearer)], "").await;
            assert_eq!(face(&answer), face(&nothing), "{path}");
        }
        let unknown = client.knock("GET", &client.path("/Nothing"), &[], "").await;
        assert_eq!(face(&unknown), face(&nothing), "a stranger does not learn which addresses there are");
        for lower in ["bearer", "BEARER"] {
            let shown = format!("{lower} {key}:{secret}");
            let answer = client.knock("GET", &right, &[("authorization", &shown)], "").await;
            assert_eq!(answer.status, StatusCode::OK, "the scheme's case does not matter");
        }
    })
    .await;
}

#[tokio::test]
async fn every_verb_refuses_a_stranger() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let verbs = operations(&crate::scim_routes(house.provisioning.clone()).into_openapi());
        assert_eq!(verbs.len(), 27);
        for verb in verbs.iter().filter(|verb| !verb.public) {
            let path = verb.path.replace("{organisation}", &house.db.organisation.to_string()).replace(['{', '}'], "");
            let answer = client.knock(verb.method, &path, &[], "{}").await;
            assert_eq!(fault(&answer).0, 401, "{} {path}", verb.method);
        }
        let open: Vec<&str> = verbs.iter().filter(|verb| verb.public).map(|verb| verb.operation_id.as_str()).collect();
        assert_eq!(open, ["scim_issue_token"]);
    })
    .await;
}

#[tokio::test]
async fn a_key_ends_where_it_is_limited() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let short = house.key(&client.connection, |new| new.expires_in_days = Some(1)).await;
        let near = house.key(&client.connection, |new| new.addresses = vec!["198.51.100.0/24".parse().unwrap()]).await;
        let shown = |key: &crate::IssuedKey| format!("Bearer {}", key.token().expose());

        assert_eq!(client.from("198.51.100.7", &shown(&near)).await.status, StatusCode::OK);
        assert_eq!(fault(&client.from("203.0.113.7", &shown(&near)).await).0, 401);
        assert_eq!(client.from("203.0.113.7", &shown(&short)).await.status, StatusCode::OK);
        house.db.hand.advance(Duration::from_hours(24));
        assert_eq!(fault(&client.from("203.0.113.7", &shown(&short)).await).0, 401, "it has expired");
        assert_eq!(client.get("/Users").await.status, StatusCode::OK, "the others go on");
    })
    .await;
}

#[tokio::test]
async fn revoking_acts_at_once_here_and_within_two_seconds_elsewhere() {
    on_each_database(async |db| {
        let house = House::new(db);
        let mut client = house.client("Entra").await;
        let (here, elsewhere) = (house.router.clone(), router(&house.db, &room(&house.db)));
        let mut ask = async |node: &axum::Router| {
            client.router = node.clone();
            client.get("/Users").await.status.as_u16()
        };
        assert_eq!((ask(&here).await, ask(&elsewhere).await), (200, 200));
        let key = client_key(&house).await;
        house.provisioning.revoke_key(&house.may(RevokeKey { key })).await.unwrap();
        assert_eq!(ask(&here).await, 401);
        house.db.hand.advance(crate::door::REMEMBERED);
        assert_eq!(ask(&elsewhere).await, 401);
    })
    .await;
}

/// The only key of the only connection.
async fn client_key(house: &House) -> crate::KeyId {
    let may = house.may(crate::permissions::ReadProvisioning {});
    let connection = house.provisioning.list_connections(&may).await.unwrap()[0].id;
    house.provisioning.list_keys(&may, connection).await.unwrap()[0].id
}

#[tokio::test]
async fn a_paused_connection_asks_to_come_again() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let may = house.may(UpdateConnection { connection: client.connection.id });
        let set = |version, state| ConnectionUpdate { state: Some(state), ..update(version) };
        assert_eq!(client.get("/Users").await.status, StatusCode::OK);
        house.provisioning.update_connection(&may, set(1, ConnectionState::Paused)).await.unwrap();
        for answer in [client.get("/Users").await, client.send("POST", "/Users", &super::user("mia")).await] {
            assert_eq!(fault(&answer).0, 503);
            assert_eq!(answer.headers["retry-after"], "300");
        }
        house.provisioning.update_connection(&may, set(2, ConnectionState::On)).await.unwrap();
        assert_eq!(client.get("/Users").await.json()["totalResults"], json!(0), "nothing was done meanwhile");
    })
    .await;
}

fn update(version: i64) -> ConnectionUpdate {
    serde_json::from_value(json!({ "version": version })).unwrap()
}

#[tokio::test]
async fn who_fails_too_often_is_told_to_slow_down_and_who_is_known_goes_on() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let mut statuses = Vec::new();
        // The limit fills up by the machine's clock, so that more may be needed than it says.
        while statuses.last() != Some(&429) && statuses.len() < 5_000 {
            let answer = client.from("203.0.113.7", "Bearer made:up").await;
            statuses.push(fault(&answer).0);
            assert_eq!(answer.headers.contains_key("retry-after"), statuses.last() == Some(&429));
        }
        assert!(statuses.len() > 120 && statuses.len() < 5_000, "{}", statuses.len());
        assert_eq!(client.from("203.0.113.7", &client.bearer()).await.status, StatusCode::OK);
        assert_eq!(fault(&client.from("203.0.113.8", "Bearer made:up").await).0, 401, "another address is another");
    })
    .await;
}
