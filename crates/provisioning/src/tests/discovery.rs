//! What a client is told about the server, and addresses that do not answer.

use axum::http::StatusCode;
use serde_json::json;
use testkit::on_each_database;
use utoipa::openapi::OpenApi;

use super::{House, fault};

#[tokio::test]
async fn discovery_tells_what_there_is() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let base = client.connection.base_url.clone();
        assert_eq!(base, format!("https://vestibule.example/scim/orgs/{}", house.db.organisation));

        let config = client.get("/ServiceProviderConfig").await;
        assert_eq!(config.headers["content-type"], "application/scim+json");
        let config = config.json();
        assert_eq!(config["bulk"], json!({"supported": true, "maxOperations": 1000, "maxPayloadSize": 10_485_760}));
        assert_eq!(config["meta"]["location"], format!("{base}/ServiceProviderConfig"));
        assert_eq!(config["authenticationSchemes"][0]["type"], "oauthbearertoken");

        let kinds = client.get("/v2/ResourceTypes/").await.json();
        assert_eq!((&kinds["totalResults"], &kinds["Resources"][1]["name"]), (&json!(2), &json!("Group")));
        assert_eq!(client.get("/ResourceTypes/User").await.json()["endpoint"], "/Users");
        let urn = "urn:ietf:params:scim:schemas:core:2.0:User";
        let schemas = client.get("//Schemas?startIndex=5&count=1").await.json();
        assert_eq!(schemas["Resources"].as_array().unwrap().len(), 6, "paging means nothing here");
        let one = client.get(&format!("/Schemas/{}", urn.replace(':', "%3A"))).await.json();
        assert_eq!((&one["id"], &one["meta"]["location"]), (&json!(urn), &json!(format!("{base}/Schemas/{urn}"))));
        for nothing in ["/Schemas/urn:nothing", "/ResourceTypes/Device", "/ResourceTypes/user"] {
            assert_eq!(fault(&client.get(nothing).await).0, 404, "{nothing}");
        }
        for list in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
            assert_eq!(fault(&client.get(&format!("{list}?filter=id+eq+%22x%22")).await).0, 403, "{list}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_answered_is_refused_in_scim() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let cases = [
            ("POST", "/Schemas", 405, "GET, HEAD"),
            ("DELETE", "/ServiceProviderConfig", 405, "GET, HEAD"),
            ("PATCH", "/ResourceTypes", 405, "GET, HEAD"),
            ("PUT", "/Users", 405, "GET, HEAD, POST"),
            ("OPTIONS", "/Users/x", 405, "GET, HEAD, PUT, PATCH, DELETE"),
            ("GET", "/Bulk", 405, "POST"),
            ("GET", "/Me", 501, ""),
            ("PATCH", "/Me", 501, ""),
            ("GET", "", 404, ""),
            ("GET", "/", 404, ""),
            ("GET", "/v2", 404, ""),
            ("GET", "/users", 404, ""),
            ("GET", "/Devices", 404, ""),
            ("GET", "/Users/x/y", 404, ""),
            ("GET", "/Users/%FF", 404, ""),
            ("GET", "/Users/nobody", 404, ""),
        ];
        for (method, path, status, allowed) in cases {
            let answer = client.send(method, path, &json!({})).await;
            assert_eq!(fault(&answer).0, status, "{method} {path}");
            let allow = answer.headers.get("allow").map_or("", |allow| allow.to_str().unwrap());
            assert_eq!(allow, allowed, "{method} {path}");
        }
        for path in ["/scim", "/scim/", "/scim/v2/Users", "/scim/orgs"] {
            assert_eq!(fault(&client.knock("GET", path, &[], "").await).0, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let (get, head) = (client.get("/Users").await, client.ask("HEAD", "/Users", &[], "").await);
        assert_eq!((head.status, head.text().as_str()), (StatusCode::OK, ""));
        assert_eq!(head.headers["content-length"], get.body.len().to_string());
        assert_eq!(head.headers["content-type"], "application/scim+json");
    })
    .await;
}

#[test]
fn the_description_is_whole() {
    let api: OpenApi = serde_json::from_value(crate::door::describe::whole()).unwrap();
    let api = serde_json::to_value(api).unwrap();
    assert_eq!(api["paths"].as_object().unwrap().len(), 15);
    let text = api.to_string();
    let schemas = api["components"]["schemas"].as_object().unwrap();
    let used = text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    for name in used {
        assert!(schemas.contains_key(name), "{name} is not described");
    }
    for name in schemas.keys() {
        assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name} is not used");
    }
    let get = &api["paths"]["/scim/orgs/{organisation}/Users/{id}"]["get"];
    assert_eq!(get["security"], json!([{ "scim": [] }]));
    assert_eq!(get["responses"]["304"]["content"], json!(null));
    let error = &get["responses"]["401"]["content"]["application/scim+json"]["schema"]["$ref"];
    assert_eq!(error, "#/components/schemas/ScimError");
}
