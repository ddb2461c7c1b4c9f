//! Every refusal says exactly what was wrong.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use axum::Router;
use axum::routing::{get as on_get, post};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Form, Json, Path, Query};
use crate::testing::{ask, request, wrapped};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    #[serde(default)]
    limits: Vec<u8>,
}

fn router() -> Router {
    let router = Router::new()
        .route("/json", post(async |Json(rule): Json<Rule>| Json(rule)))
        .route("/form", post(async |Form(rule): Form<Rule>| Json(rule)))
        .route("/query", on_get(async |Query(rule): Query<Rule>| Json(rule)))
        .route("/path/{id}", on_get(async |Path(id): Path<Uuid>| id.to_string()));
    wrapped(router)
}

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn what_fits_is_read() {
    async fn check(line: &str, header: (&str, &str), body: &str, expected: &str) {
        let answer = ask(&router(), request(line, &[header], body)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, expected));
    }
    let rule = r#"{"name":"a","limits":[1,2]}"#;
    check("POST /json", JSON, rule, rule).await;
    check("POST /json", ("content-type", "application/merge-patch+json"), rule, rule).await;
    check("POST /form", FORM, "name=a&limits=1&limits=2", rule).await;
    check("GET /query?name=a&limits=1&limits=2", JSON, "", rule).await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    check(&format!("GET /path/{id}"), JSON, "", id).await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_the_exact_reason() {
    async fn check(line: &str, header: (&str, &str), body: &str, status: u16, code: &str, detail: &str) {
        let answer = ask(&router(), request(line, &[header], body)).await;
        assert_eq!(answer.verdict(), (status, code.to_owned(), detail.to_owned()), "{line} {body}");
    }
    let json = "POST /json";
    let bad = "web.bad_body";
    check(json, JSON, "{", 400, bad, "the body is not JSON: EOF while parsing an object at line 1 column 1").await;
    check(json, JSON, "", 400, bad, "the body is not JSON: EOF while parsing a value at line 1 column 0").await;
    check(json, JSON, "{}", 400, bad, "the body does not fit: missing field `name` at line 1 column 2").await;
    for (list, kind) in [("[]", "sequence"), (r#"["a",[1]]"#, "sequence"), ("null", "null"), ("\"a\"", "string \"a\"")]
    {
        let answer = ask(&router(), request(json, &[JSON], list)).await;
        let (status, code, detail) = answer.verdict();
        assert_eq!((status, code.as_str()), (400, bad), "{list}");
        let said = format!("the body does not fit: invalid type: {kind}, expected an object");
        assert!(detail.starts_with(&said), "{detail}");
    }
    let detail = "the body does not fit: limits[1]: invalid value: integer `300`, expected u8 at line 1 column 27";
    check(json, JSON, r#"{"name":"a","limits":[1,300]}"#, 400, bad, detail).await;
    let detail = "the body does not fit: nmae: unknown field `nmae`, expected `name` or `limits` at line 1 column 7";
    check(json, JSON, r#"{"nmae":"a"}"#, 400, bad, detail).await;
    let detail = "the body must be application/json, and Content-Type must say so";
    check(json, FORM, "{}", 415, "web.wrong_type", detail).await;
    let detail = "the body must be application/x-www-form-urlencoded, and Content-Type must say so";
    check("POST /form", JSON, "{}", 415, "web.wrong_type", detail).await;
    let detail = "the form does not fit: limits[0]: invalid digit found in string";
    check("POST /form", FORM, "name=a&limits=x", 400, bad, detail).await;
    let detail = "the query does not fit: missing field `name`";
    check("GET /query", JSON, "", 400, "web.bad_query", detail).await;
    let long = format!(r#"{{"name":"{}"}}"#, "a".repeat(1024 * 1024));
    check(json, JSON, &long, 413, "web.too_long", "the body is too long").await;
    check("POST /form", FORM, &long, 413, "web.too_long", "the body is too long").await;
}

#[tokio::test]
async fn a_wrong_path_value_is_named() {
    let (status, code, detail) = ask(&router(), request("GET /path/seven", &[], "")).await.verdict();
    assert_eq!((status, code.as_str()), (400, "web.bad_path"));
    assert!(detail.contains("`seven`") && detail.contains("UUID"), "{detail}");
}

#[tokio::test]
async fn the_wrong_field_stands_apart_for_programs() {
    let answer = ask(&router(), request("POST /json", &[JSON], r#"{"name":"a","limits":"x"}"#)).await;
    assert_eq!(answer.problem().errors.first().unwrap().field, "limits");
}
