//! The verbs over HTTP, in all their layers.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use kernel::Rng;
use serde_json::{Value, json};
use testkit::{Answer, get};
use utoipa_axum::router::OpenApiRouter;
use web::{AuthenticateError, Credentials, CsrfKey, Gate, RequestContext, Settings};

use super::*;
use crate::routes;

/// Knows the roles by name.
struct Door(kernel::OrganisationId);

#[async_trait]
impl web::Authenticate for Door {
    async fn authenticate(&self, shown: Credentials, _: &RequestContext) -> Result<Actor, AuthenticateError> {
        let (Credentials::Bearer(shown) | Credentials::Session(shown)) = shown;
        let role = Role::parse(shown.expose()).ok_or(AuthenticateError::Refused)?;
        Ok(operator(self.0, role))
    }
}

pub(super) fn router(house: &House) -> Router {
    let gate = Gate::new(Arc::new(Door(house.db.organisation)), CsrfKey::random(Rng::seeded(1)));
    let api = OpenApiRouter::new().nest("/api/v1/directory", routes(house.directory.clone()));
    web::layers(api.into(), Settings::new(house.db.env.clone(), gate))
}

async fn ask(router: &Router, role: &str, path: &str) -> Answer {
    get(router, &format!("/api/v1/directory{path}"), role).await
}

fn names(body: &Value) -> Vec<&str> {
    body["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_verb_answers_each_role_and_refuses_what_makes_no_sense() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let router = router(&house);
        let (ada, everybody, source) = (house.user(1).await.id, house.group(1).await.id, house.source.id);
        let nobody = Uuid::nil();
        let cases = [
            ("/summary".to_owned(), 200),
            ("/search?q=ada".to_owned(), 200),
            ("/search".to_owned(), 400),
            ("/search?q=ada&limit=51".to_owned(), 400),
            ("/users".to_owned(), 200),
            ("/users?sort=-changed_at&state=active".to_owned(), 200),
            ("/users?sort=height".to_owned(), 400),
            ("/users?state=other".to_owned(), 400),
            ("/users?after=nonsense".to_owned(), 400),
            (format!("/users?group={nobody}"), 404),
            ("/users/export".to_owned(), 200),
            ("/users/export?format=xml".to_owned(), 400),
            (format!("/users/export?group={nobody}"), 404),
            (format!("/users/{ada}"), 200),
            ("/users/ada.lovelace%40contoso.example".to_owned(), 200),
            (format!("/users/{}?source={source}", person(1)), 200),
            (format!("/users/{nobody}"), 404),
            ("/users/nobody%40contoso.example".to_owned(), 404),
            (format!("/users/{ada}/groups?transitive=false"), 200),
            (format!("/users/{nobody}/groups"), 404),
            (format!("/users/{ada}/history"), 200),
            (format!("/users/{nobody}/history"), 404),
            ("/groups?kind=security&dynamic=false".to_owned(), 200),
            ("/groups/export?format=jsonl".to_owned(), 200),
            (format!("/groups/{everybody}"), 200),
            (format!("/groups/{}?source={source}", team(1)), 200),
            (format!("/groups/{nobody}"), 404),
            ("/groups/name".to_owned(), 400),
            (format!("/groups/{everybody}/members?q=ada"), 200),
            (format!("/groups/{nobody}/members"), 404),
            (format!("/groups/{everybody}/history"), 200),
            (format!("/groups/{nobody}/history"), 404),
            ("/cycles".to_owned(), 200),
            (format!("/membership?user={ada}&group={everybody}"), 200),
            (format!("/membership?user={ada}&group={nobody}"), 404),
            (format!("/membership?user={nobody}&group={everybody}"), 404),
            ("/membership".to_owned(), 400),
        ];
        for (path, status) in &cases {
            for role in ["owner", "administrator", "helpdesk", "auditor"] {
                let answer = ask(&router, role, path).await;
                assert_eq!(answer.status.as_u16(), *status, "{role} {path}: {}", answer.text());
            }
            assert_eq!(ask(&router, "stranger", path).await.status.as_u16(), 401, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn answers_hold_what_pages_and_scripts_need() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let router = router(&house);
        let (ada, everybody) = (house.user(1).await.id, house.group(1).await.id);
        let users = ask(&router, "helpdesk", "/users?limit=2").await;
        assert!(users.headers["link"].to_str().unwrap().contains("after="));
        assert_eq!(names(&users.json()), ["Ada Lovelace", "Alan Turing"]);
        let next = users.json()["next"].as_str().unwrap().to_owned();
        assert_eq!(names(&ask(&router, "helpdesk", &format!("/users?after={next}")).await.json()), ["Grace Hopper"]);
        let alan = &users.json()["items"][1];
        assert_eq!(
            (&alan["state"], &alan["cause"], &alan["decision"]),
            (&json!("conflict"), &json!("deleted"), &json!("pending"))
        );
        let user = ask(&router, "helpdesk", &format!("/users/{ada}")).await.json();
        assert_eq!(
            (&user["addresses"]["aliases"], &user["attributes"]["department"]),
            (&json!(["countess@mail.example"]), &json!("Research"))
        );
        let answer = ask(&router, "helpdesk", &format!("/membership?user={ada}&group={everybody}")).await.json();
        assert_eq!((&answer["member"], &answer["path"][0]["name"]), (&json!(true), &json!("Engineers")));
        let summary = ask(&router, "helpdesk", "/summary").await.json();
        assert_eq!((&summary["lag"]["behind"], &summary["index"]["users"]), (&json!(0), &json!(3)));
        assert_eq!(summary["users"].as_array().unwrap().len(), 5);
    })
    .await;
}

#[tokio::test]
async fn an_export_is_safe_to_open_in_a_spreadsheet() {
    on_each_database(async |db| {
        let house = House::new(db);
        let trap = UserAttributes { department: Some("a \"b\", c".to_owned()), ..attributes("=HYPERLINK(1)") };
        house.settle(vec![put(1, trap, State::Active), put_user(2, "@SUM", State::Active)]).await;
        house.settle(vec![put_group(1, "+1", State::Active)]).await;
        let router = router(&house);
        let csv = ask(&router, "auditor", "/users/export").await;
        assert!(csv.headers["content-disposition"].to_str().unwrap().contains("vestibule-users.csv"));
        let text = csv.text();
        assert!(text.starts_with("id,object_id,source,source_id,name,") && text.lines().count() == 3, "{text}");
        assert!(
            text.contains("\"'=HYPERLINK(1)\"") && text.contains("\"'@SUM\"") && text.contains("\"a \"\"b\"\", c\"")
        );
        let groups = ask(&router, "auditor", "/groups/export").await.text();
        assert!(groups.contains("\"'+1\""), "{groups}");
        let lines = ask(&router, "auditor", "/users/export?format=jsonl&q=sum").await.text();
        let user: Value = serde_json::from_str(lines.trim()).unwrap();
        assert_eq!(user["name"], "@SUM");
    })
    .await;
}
