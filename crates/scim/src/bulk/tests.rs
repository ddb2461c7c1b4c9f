//! What a bulk request asks for and in which order it is done.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};

use super::{BulkRequest, BulkResult, Created, Step, response};
use crate::{ScimError, ScimType};

fn parse(body: &Value) -> Result<BulkRequest, ScimError> {
    BulkRequest::parse(body.as_object().unwrap().clone(), 10)
}

fn post(kind: &str, name: &str, data: &Value) -> Value {
    json!({ "method": "POST", "path": format!("/{kind}"), "bulkId": name, "data": data })
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|member| json!({ "value": member })).collect();
    post("Groups", name, &json!({ "displayName": name, "members": members }))
}

#[test]
fn envelopes_are_checked() {
    let delete = json!({ "method": "DELETE", "path": "/Users/1" });
    let cases = [
        (json!({ "Operations": [delete] }), None),
        (json!({ "operations": [delete], "failOnErrors": 3 }), None),
        (json!({ "Operations": [delete], "failOnErrors": null }), None),
        (json!({}), Some((400, Some(ScimType::InvalidSyntax)))),
        (json!({ "Operations": [] }), Some((400, Some(ScimType::InvalidSyntax)))),
        (json!({ "Operations": {} }), Some((400, Some(ScimType::InvalidSyntax)))),
        (json!({ "Operations": vec![&delete; 11] }), Some((413, None))),
        (json!({ "Operations": [delete], "failOnErrors": 0 }), Some((400, Some(ScimType::InvalidValue)))),
        (json!({ "Operations": [delete], "failOnErrors": -1 }), Some((400, Some(ScimType::InvalidValue)))),
        (json!({ "Operations": [delete], "failOnErrors": "1" }), Some((400, Some(ScimType::InvalidValue)))),
        (json!({ "Operations": [group("a", &[]), group("a", &[])] }), Some((400, Some(ScimType::InvalidSyntax)))),
    ];
    for (body, expected) in cases {
        let outcome = parse(&body).err().map(|error| (error.status, error.scim_type));
        assert_eq!(outcome, expected, "{body}");
    }
}

#[test]
fn a_wrong_call_fails_alone() {
    let data = json!({ "userName": "a" });
    let cases = [
        (json!({ "method": "post", "path": "/Users", "bulkId": "q", "data": data }), None),
        (json!({ "method": "POST", "path": "Users", "bulkId": "q", "data": data }), None),
        (json!({ "method": "PUT", "path": "/Users/1", "data": data, "version": "W/\"1\"" }), None),
        (json!({ "method": "PATCH", "path": "/Groups/1", "data": data }), None),
        (json!({ "method": "PATCH", "path": "/Groups/1", "data": [{ "op": "remove", "path": "members" }] }), None),
        (json!({ "method": "PUT", "path": "/Groups/1", "data": [data] }), Some(400)),
        (json!({ "method": "DELETE", "path": "/Users/bulkId:q" }), None),
        (json!({ "method": "GET", "path": "/Users/1" }), Some(400)),
        (json!({ "path": "/Users/1" }), Some(400)),
        (json!(5), Some(400)),
        (json!({ "method": "POST", "path": "/Users", "data": data }), Some(400)),
        (json!({ "method": "POST", "path": "/Users", "bulkId": "", "data": data }), Some(400)),
        (json!({ "method": "POST", "path": "/Users", "bulkId": "q" }), Some(400)),
        (json!({ "method": "POST", "path": "/Users", "bulkId": "q", "data": [] }), Some(400)),
        (json!({ "method": "POST", "path": "/Users/1", "bulkId": "q", "data": data }), Some(405)),
        (json!({ "method": "PUT", "path": "/Users", "data": data }), Some(405)),
        (json!({ "method": "DELETE", "path": "/Users/" }), Some(405)),
        (json!({ "method": "DELETE", "path": "/users/1" }), Some(404)),
        (json!({ "method": "DELETE", "path": "/Bulk/1" }), Some(404)),
        (json!({ "method": "DELETE", "path": "/Users/1/2" }), Some(404)),
        (json!({ "method": "DELETE", "path": "/Users/1?x" }), Some(404)),
        (json!({ "method": "DELETE" }), Some(404)),
    ];
    for (call, expected) in cases {
        let request = parse(&json!({ "Operations": [call] })).unwrap();
        let status = request.operations[0].call.as_ref().err().map(|error| error.status);
        assert_eq!(status, expected, "{call}");
        let refused = matches!(request.plan()[..], [Step::Refuse(0, _)]);
        assert_eq!(refused, expected.is_some(), "{call}");
    }
}

#[test]
fn what_is_referred_to_comes_first() {
    use Step::{Link, Run, RunBeforeLinks};
    let user =
        |name: &str, manager: Option<&str>| post("Users", name, &json!({ "userName": name, "manager": manager }));
    let cases = [
        (vec![user("a", None), user("b", None)], vec![Run(0), Run(1)]),
        (vec![group("g", &["bulkId:u"]), user("u", None)], vec![Run(1), Run(0)]),
        (vec![user("a", Some("bulkId:b")), user("b", Some("bulkId:c")), user("c", None)], vec![Run(2), Run(1), Run(0)]),
        (vec![json!({ "method": "DELETE", "path": "/Users/bulkId:a" }), user("a", None)], vec![Run(1), Run(0)]),
        // Unknown names are found when the call is made.
        (vec![group("g", &["bulkId:nobody"])], vec![Run(0)]),
        // Circles.
        (vec![group("a", &["bulkId:b"]), group("b", &["bulkId:a"])], vec![RunBeforeLinks(0), Run(1), Link(0)]),
        (vec![group("a", &["bulkId:a"])], vec![RunBeforeLinks(0), Link(0)]),
        (
            vec![group("x", &["bulkId:a"]), group("a", &["bulkId:b"]), group("b", &["bulkId:a"])],
            vec![RunBeforeLinks(1), Run(0), Run(2), Link(1)],
        ),
        (
            vec![group("a", &["bulkId:b"]), group("b", &["bulkId:c"]), group("c", &["bulkId:a"])],
            vec![RunBeforeLinks(0), Run(2), Run(1), Link(0)],
        ),
        (vec![user("a", Some("bulkId:b")), user("b", Some("bulkId:a"))], vec![RunBeforeLinks(0), Run(1), Link(0)]),
    ];
    for (operations, expected) in cases {
        let request = parse(&json!({ "Operations": operations })).unwrap();
        assert_eq!(request.plan(), expected, "{operations:?}");
    }
}

#[test]
fn names_become_ids() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let created = Created::from([("u".to_owned(), "id-u".to_owned())]);
    let data = json!({
        "userName": "bulkId:u", urn: { "department": "d", "manager": { "value": "bulkId:u" } },
        "x": [{ "value": "7" }, { "$ref": "../Users/bulkId:u" }],
    });
    let request = parse(&json!({ "Operations": [post("Users", "a", &data)] })).unwrap();
    let call = request.operations[0].call.as_ref().unwrap();
    let filled = Value::Object(call.data(&created).unwrap());
    assert_eq!(filled[urn]["manager"]["value"], "id-u");
    assert_eq!(filled["x"][1]["$ref"], "../Users/id-u");
    assert_eq!(filled["userName"], "bulkId:u");
    assert_eq!(call.data(&Created::new()).unwrap_err().scim_type, Some(ScimType::InvalidValue));

    let before = Value::Object(call.data_before_links(&Created::new()).unwrap());
    assert_eq!(before, json!({ "userName": "bulkId:u", urn: { "department": "d" }, "x": [{ "value": "7" }] }));

    let links = Value::Object(call.links(&created).unwrap());
    let value = &links["Operations"][0]["value"];
    assert_eq!(value[urn], json!({ "manager": { "value": "id-u" } }));
    assert_eq!((value.get("userName"), links["Operations"][0]["op"].as_str()), (None, Some("add")));

    let put = json!({ "method": "PUT", "path": "/Users/bulkId:u", "data": {} });
    let request = parse(&json!({ "Operations": [put] })).unwrap();
    let call = request.operations[0].call.as_ref().unwrap();
    assert_eq!(call.target(&created), Ok(Some("id-u".to_owned())));
    assert_eq!(call.target(&Created::new()).unwrap_err().status, 400);
}

#[test]
fn a_large_knot_is_planned() {
    let names: Vec<String> = (0..120).map(|number| format!("bulkId:{number}")).collect();
    let members: Vec<&str> = names.iter().map(String::as_str).collect();
    let operations: Vec<Value> = (0..120).map(|number| group(&number.to_string(), &members)).collect();
    let body = json!({ "Operations": operations });
    let request = BulkRequest::parse(body.as_object().unwrap().clone(), 1_000).unwrap();
    let plan = request.plan();
    let first = plan.iter().filter(|step| matches!(step, Step::Run(_) | Step::RunBeforeLinks(_))).count();
    assert_eq!(first, 120);
}

#[test]
fn the_answer_tells_what_was_done() {
    let operations = [group("a", &[]), json!({ "method": "DELETE", "path": "/Users/1" }), group("b", &[])];
    let request = parse(&json!({ "Operations": operations, "failOnErrors": 1 })).unwrap();
    assert!(!request.stops_after(0) && request.stops_after(1));
    let made =
        BulkResult { status: 201, location: Some("l".to_owned()), version: Some("W/\"1\"".to_owned()), response: None };
    let failed = BulkResult::failed(&ScimError::with_status(404, "gone"), Some("m".to_owned()));
    let answer = response(&request, &[Some(made), Some(failed), None]);
    let expected = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": [
        { "method": "POST", "bulkId": "a", "status": "201", "location": "l", "version": "W/\"1\"" },
        { "method": "DELETE", "status": "404", "location": "m", "response": ScimError::with_status(404, "gone").body() },
    ] });
    assert_eq!(answer, expected);
}
