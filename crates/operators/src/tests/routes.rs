//! The verbs over HTTP, in all their layers.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use kernel::{Rng, Role};
use serde_json::{Value, json};
use testkit::{Answer, Db, call, get, on_each_database, send};
use utoipa_axum::router::OpenApiRouter;
use web::coverage::operations;
use web::{CsrfKey, Gate, Settings};

use super::{House, PASSWORD};
use crate::permissions::CreateToken;
use crate::{NewToken, routes};

struct Front {
    house: House,
    router: Router,
}

impl Front {
    async fn new(db: Db) -> Self {
        let house = House::new(db).await;
        let gate = Gate::new(Arc::new(house.operators.clone()), CsrfKey::random(Rng::seeded(1)));
        let api = OpenApiRouter::new().nest("/api/v1/operators", routes(house.operators.clone()));
        let router = web::layers(api.into(), Settings::new(house.db.env.clone(), gate));
        Self { house, router }
    }

    async fn token(&self, role: Role) -> String {
        let new = NewToken { label: role.to_string(), role, expires_in_days: 1 };
        let may = self.house.may(&self.house.ada, CreateToken {});
        self.house.operators.create_token(&may, &new).await.unwrap().text.expose().clone()
    }

    /// A call as the console's scripts make it.
    async fn browse(&self, method: &str, path: &str, cookie: &str, csrf: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/operators{path}"))
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie)
            .header("x-csrf-token", csrf)
            .body(Body::from(body.to_string()));
        call(&self.router, request.unwrap()).await
    }
}

fn cookie_of(answer: &Answer) -> String {
    answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_signs_in_looks_changes_the_password_and_signs_out() {
    on_each_database(async |db| {
        let front = Front::new(db).await;
        let sign_in = json!({"user_name": "ada", "password": PASSWORD});
        let answer = front.browse("POST", "/sign_in", "", "", sign_in).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let (cookie, csrf) = (cookie_of(&answer), answer.json()["csrf_token"].as_str().unwrap().to_owned());
        let me = front.browse("GET", "/me", &cookie, "", json!({})).await.json();
        assert_eq!((&me["kind"], &me["name"], &me["role"]), (&json!("operator"), &json!("Ada"), &json!("owner")));
        assert!(!me["csrf_token"].as_str().unwrap().is_empty());

        let change = json!({"current": PASSWORD, "new": "another long password"});
        let forged = front.browse("POST", "/me/password", &cookie, "", change.clone()).await;
        assert_eq!(forged.json()["code"], "web.csrf_token");
        let changed = front.browse("POST", "/me/password", &cookie, &csrf, change).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
        let old = front.browse("GET", "/me", &cookie, "", json!({})).await;
        assert_eq!(old.status, StatusCode::UNAUTHORIZED);
        let (cookie, csrf) = (cookie_of(&changed), changed.json()["csrf_token"].as_str().unwrap().to_owned());
        let out = front.browse("POST", "/sign_out", &cookie, &csrf, json!({})).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(front.browse("GET", "/me", &cookie, "", json!({})).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn refusals_are_problems_and_another_sites_form_is_refused() {
    on_each_database(async |db| {
        let front = Front::new(db).await;
        let wrong = json!({"user_name": "ada", "password": "wrong password"});
        let answer = front.browse("POST", "/sign_in", "", "", wrong.clone()).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (StatusCode::UNAUTHORIZED, &json!("operators.sign_in_refused"))
        );
        let foreign = Request::post("/api/v1/operators/sign_in")
            .header("content-type", "application/json")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from(wrong.to_string()));
        let answer = call(&front.router, foreign.unwrap()).await;
        assert_eq!(answer.json()["code"], "web.cross_site");
    })
    .await;
}

#[tokio::test]
async fn each_role_is_let_in_where_it_may() {
    on_each_database(async |db| {
        let front = Front::new(db).await;
        let cases = [
            ("/api/v1/operators", [200, 200, 403, 200]),
            ("/api/v1/operators/sessions", [200, 403, 403, 200]),
            ("/api/v1/operators/tokens", [200, 403, 403, 200]),
            ("/api/v1/operators/organisations", [200, 403, 403, 403]),
            ("/api/v1/operators/me", [200, 200, 200, 200]),
        ];
        for (index, role) in Role::ALL.into_iter().enumerate() {
            let token = front.token(role).await;
            for (path, expected) in cases {
                let answer = get(&front.router, path, &token).await;
                assert_eq!(answer.status.as_u16(), expected[index], "{role} {path}: {}", answer.text());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_owner_invites_limits_and_removes_somebody() {
    on_each_database(async |db| {
        let front = Front::new(db).await;
        let owner = front.token(Role::Owner).await;
        let call = async |method, path: &str, body: Value| {
            send(&front.router, method, &format!("/api/v1/operators{path}"), &owner, &body).await
        };
        let made = call("POST", "", json!({"user_name": "bob", "role": "administrator"})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let made = made.json();
        let (id, token) = (made["operator"]["id"].as_str().unwrap(), made["link"]["token"].as_str().unwrap());
        assert!(made["link"]["path"].as_str().unwrap().starts_with("/choose-password?token="));
        let chosen = call("POST", "/links/password", json!({"token": token, "password": PASSWORD})).await;
        assert_eq!(chosen.json()["has_password"], true);
        let patched = call("PATCH", &format!("/{id}"), json!({"role": "auditor", "email": "bob@example.org"})).await;
        assert_eq!((&patched.json()["role"], &patched.json()["email"]), (&json!("auditor"), &json!("bob@example.org")));
        assert_eq!(call("POST", &format!("/{id}/disable"), json!({})).await.json()["state"], "disabled");
        assert_eq!(call("DELETE", &format!("/{id}"), json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(call("DELETE", &format!("/{id}"), json!({})).await.status, StatusCode::NOT_FOUND);
        let last = call("POST", &format!("/{}/disable", front.house.ada.id), json!({})).await;
        assert_eq!((last.status, &last.json()["code"]), (StatusCode::CONFLICT, &json!("operators.oneself")));
        let token = call("POST", "/tokens", json!({"label": "ci", "role": "auditor", "expires_in_days": 7})).await;
        assert_eq!(token.json()["code"], "operators.needs_operator");
    })
    .await;
}

#[tokio::test]
async fn every_verb_refuses_a_stranger_unless_it_is_marked_public() {
    on_each_database(async |db| {
        let front = Front::new(db).await;
        let (_, api) = OpenApiRouter::<()>::new()
            .nest("/api/v1/operators", routes(front.house.operators.clone()))
            .split_for_parts();
        let verbs = operations(&api);
        assert_eq!(verbs.len(), 28);
        for verb in verbs {
            let path = verb.path.replace("{operator_id}", &front.house.ada.id.to_string());
            let path = path.split('{').next().unwrap().to_owned()
                + if path.contains('{') { "0195f000-0000-7000-8000-000000000000" } else { "" };
            let request = Request::builder().method(verb.method).uri(&path).header("content-type", "application/json");
            let answer = call(&front.router, request.body(Body::from("{}")).unwrap()).await;
            let refused = answer.status == StatusCode::UNAUTHORIZED;
            assert_eq!(refused, !verb.public, "{} {path}: {}", verb.method, answer.text());
            assert!(!verb.operation_id.is_empty());
        }
    })
    .await;
}
