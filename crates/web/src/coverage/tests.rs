//! The list and the completed description.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::operations;
use crate::{Caller, Json, PageBody, PageQuery, Problem, Problems, Public, describe};

#[derive(utoipa::OpenApi)]
struct Api;

/// Lists runs.
#[utoipa::path(get, path = "/runs", operation_id = "list_runs", params(PageQuery),
    responses((status = 200, body = PageBody<String>), Problems))]
async fn list_runs(_: Caller, _: PageQuery) -> PageBody<String> {
    PageBody { items: Vec::new(), next: None }
}

/// Starts a run.
#[utoipa::path(post, path = "/runs", operation_id = "start_run", responses((status = 200, body = String), Problems))]
async fn start_run(_: Caller, Json(source): Json<String>) -> Result<Json<String>, Problem> {
    Ok(Json(source))
}

/// Says hello.
#[utoipa::path(get, path = "/hello", operation_id = "say_hello", security(()), responses((status = 200)))]
async fn say_hello(_: Public) {}

fn described() -> utoipa::openapi::OpenApi {
    let routes = OpenApiRouter::new().routes(routes!(list_runs, start_run)).routes(routes!(say_hello));
    let (_, mut api) = OpenApiRouter::<()>::with_openapi(Api::openapi()).nest("/api/v1", routes).split_for_parts();
    describe(&mut api);
    api
}

#[test]
fn every_verb_is_listed_with_its_operation_and_openness() {
    let found = operations(&described());
    let found: Vec<_> =
        found.iter().map(|it| (it.method, it.path.as_str(), it.operation_id.as_str(), it.public)).collect();
    let expected = [
        ("GET", "/api/v1/hello", "say_hello", true),
        ("GET", "/api/v1/runs", "list_runs", false),
        ("POST", "/api/v1/runs", "start_run", false),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_description_names_both_ways_to_sign_in_and_every_schema_it_refers_to() {
    let api = serde_json::to_value(described()).unwrap();
    let schemes = &api["components"]["securitySchemes"];
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    assert_eq!(
        (&schemes["session"]["in"], &schemes["session"]["name"]),
        (&"cookie".into(), &"__Host-vestibule".into())
    );
    assert_eq!(api["security"], serde_json::json!([{"bearer": []}, {"session": []}]));
    let problem = &api["components"]["schemas"]["Problem"]["properties"];
    assert!(problem["code"].is_object() && problem["type"].is_object(), "{problem}");
    let text = api.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(api["components"]["schemas"][name].is_object(), "{name} is referred to but missing");
    }
    let limit = &api["paths"]["/api/v1/runs"]["get"]["parameters"][0];
    assert_eq!((&limit["in"], &limit["schema"]["maximum"]), (&"query".into(), &500.into()), "{limit}");
}
