//! The verbs over HTTP: who may, what travels, what it is called.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use kernel::{Actor, OrganisationId, Rng, Role};
use serde_json::{Value, json};
use testkit::{get, on_each_database, send};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;
use web::{Authenticate, AuthenticateError, Credentials, CsrfKey, Gate, RequestContext, Settings};

use super::House;
use super::double::{CLIENT, SECOND, SECRET, TENANT};

/// Knows the roles by name.
struct Door(OrganisationId);

#[async_trait]
impl Authenticate for Door {
    async fn authenticate(&self, shown: Credentials, context: &RequestContext) -> Result<Actor, AuthenticateError> {
        let (Credentials::Bearer(shown) | Credentials::Session(shown)) = shown;
        let role = Role::parse(shown.expose()).ok_or(AuthenticateError::Refused)?;
        Ok(Actor { request_id: context.request_id, ..testkit::operator(self.0, role) })
    }
}

impl House {
    pub(super) fn router(&self) -> Router {
        let (router, _) =
            OpenApiRouter::new().nest("/api/v1/tenants", crate::routes(self.tenants.clone())).split_for_parts();
        let gate = Gate::new(Arc::new(Door(self.db.organisation)), CsrfKey::random(Rng::seeded(5)));
        web::layers(router, Settings::new(self.db.env.clone(), gate))
    }

    pub(super) fn new_tenant_json(&self) -> Value {
        json!({
            "tenant": TENANT, "client_id": CLIENT, "credential": { "secret": SECRET },
            "cloud": { "name": "custom", "login": self.entra.base, "graph": self.entra.base },
            "settings": { "name": "Contoso", "proxy_url": null },
        })
    }
}

#[tokio::test]
async fn a_tenant_lives_its_life_over_http() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let router = house.router();
        let made = send(&router, "POST", "/api/v1/tenants", "administrator", &house.new_tenant_json()).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let location = made.headers["location"].to_str().unwrap().to_owned();
        let tenant = get(&router, &location, "helpdesk").await.json();
        assert_eq!((&tenant["health"]["status"], &tenant["version"]), (&json!("granted"), &json!(1)));
        assert_eq!(tenant["health"]["superfluous"], json!(["Organization.Read.All"]));

        let body = json!({ "credential": { "secret": SECOND, "label": "next" } });
        let staged = send(&router, "POST", &format!("{location}/credentials"), "owner", &body).await;
        assert_eq!((staged.status.as_u16(), &staged.json()["slot"]), (201, &json!("staged")));
        let id = staged.json()["id"].as_str().unwrap().to_owned();
        let promoted =
            send(&router, "POST", &format!("{location}/credentials/{id}/promote"), "owner", &json!({})).await;
        assert_eq!(promoted.json()["slot"], "primary");
        let test = send(&router, "POST", &format!("{location}/test"), "helpdesk", &json!({})).await.json();
        assert_eq!(test["lines"][0]["name"], "dns");
        let permissions = get(&router, &format!("{location}/permissions"), "auditor").await.json();
        assert_eq!(permissions["permissions"][0]["granted"], true);
        let gone = send(&router, "DELETE", &format!("{location}?confirmation=Contoso"), "owner", &json!({})).await;
        assert_eq!(gone.status, 204);
        assert_eq!(get(&router, &location, "owner").await.json()["code"], "tenants.no_such_tenant");
    })
    .await;
}

#[tokio::test]
async fn nobody_changes_a_tenant_without_leave() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let router = house.router();
        let base = "/api/v1/tenants";
        let one = format!("{base}/{}", tenant.id);
        let credential = format!("{one}/credentials/{}", Uuid::from_u128(1));
        let new_tenant = house.new_tenant_json();
        for (method, path, body) in [
            ("POST", base.to_owned(), new_tenant.clone()),
            ("POST", format!("{base}/test"), new_tenant),
            ("PATCH", one.clone(), json!({ "version": 1 })),
            ("DELETE", format!("{one}?confirmation=Contoso"), json!({})),
            ("POST", format!("{one}/probe"), json!({})),
            ("POST", format!("{one}/test"), json!({})),
            ("POST", format!("{one}/credentials"), json!({ "credential": { "secret": "x" } })),
            ("POST", format!("{one}/credentials/certificate"), json!({})),
            ("POST", format!("{credential}/promote"), json!({})),
            ("DELETE", credential, json!({})),
            ("POST", format!("{base}/consents"), json!({})),
            ("POST", format!("{base}/consents/answer"), json!({ "query": "" })),
        ] {
            let answer = send(&router, method, &path, "auditor", &body).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            assert_eq!(send(&router, method, &path, "nobody", &body).await.status, 401, "{method} {path}");
        }
        assert_eq!(house.again(&tenant).await, tenant, "nothing changed");
    })
    .await;
}

#[tokio::test]
async fn the_calendar_and_the_list_of_permissions_are_there_before_any_tenant() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let router = house.router();
        let calendar = get(&router, "/api/v1/tenants/credentials.ics", "auditor").await;
        assert!(calendar.headers["content-type"].to_str().unwrap().starts_with("text/calendar"));
        assert!(calendar.text().starts_with("BEGIN:VCALENDAR"));
        let list = get(&router, "/api/v1/tenants/permissions?features=users&cloud=china", "auditor").await.json();
        assert_eq!(list["permissions"].as_array().unwrap().len(), 1);
        assert!(list["scripts"]["az"].as_str().unwrap().contains("AzureChinaCloud"));
        let wrong = get(&router, "/api/v1/tenants/permissions?cloud=mars", "auditor").await;
        assert_eq!((wrong.status.as_u16(), &wrong.json()["code"]), (400, &json!("tenants.invalid")));
    })
    .await;
}

#[tokio::test]
async fn consent_is_begun_answered_and_followed_over_http() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let router = house.router();
        let mut body = json!({
            "client_id": CLIENT, "credential": { "secret": SECRET }, "redirect_uri": "https://v.example/connect/callback",
        });
        body["cloud"] = house.new_tenant_json()["cloud"].clone();
        let begun = send(&router, "POST", "/api/v1/tenants/consents", "owner", &body).await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        let url = url::Url::parse(begun.json()["url"].as_str().unwrap()).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let answer = json!({ "query": format!("admin_consent=True&tenant={TENANT}&state={state}") });
        let done = send(&router, "POST", "/api/v1/tenants/consents/answer", "owner", &answer).await;
        assert_eq!((done.status.as_u16(), &done.json()["state"]), (202, &json!("connected")), "{}", done.text());
        let location = begun.headers["location"].to_str().unwrap();
        assert_eq!(get(&router, location, "auditor").await.json()["tenant"], done.json()["tenant"]);
    })
    .await;
}

#[tokio::test]
async fn every_verb_is_described_with_the_problems_it_may_answer() {
    let db = testkit::Db::new(store::Backend::Sqlite).await.unwrap();
    let house = House::new(db).await;
    let (_, api) = crate::routes(house.tenants.clone()).split_for_parts();
    let api = serde_json::to_value(&api).unwrap();
    let mut ids = Vec::new();
    for verbs in api["paths"].as_object().unwrap().values() {
        for verb in verbs.as_object().unwrap().values() {
            ids.push(verb["operationId"].as_str().unwrap().to_owned());
            assert_eq!(verb["tags"], json!(["tenants"]), "{verb}");
            for status in ["400", "401", "403", "404", "409", "503"] {
                assert!(verb["responses"][status].is_object(), "{status} of {verb}");
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 20, "{ids:?}");
}
