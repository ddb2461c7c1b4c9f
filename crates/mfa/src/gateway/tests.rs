//! Templates: what is refused, and what values become where they stand.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use proptest::prelude::*;
use serde_json::Value;

use super::{BodyFormat, GatewayMethod, Header, Template, Values};

fn template() -> Template {
    Template {
        method: GatewayMethod::Post,
        url: "https://gateway.example/send".to_owned(),
        headers: vec![Header { name: "authorization".to_owned(), value: "Bearer {secret}".to_owned() }],
        format: BodyFormat::Json,
        body: r#"{"to": "{to}", "text": "{text}"}"#.to_owned(),
        price: 10,
        timeout_seconds: 10,
    }
}

fn values(text: &str) -> Values<'_> {
    Values { to: "+46701234567", code: "123456", spoken: "1 2 3 4 5 6", text, secret: "s3cret" }
}

#[test]
fn a_template_that_cannot_work_is_refused_with_its_reason() {
    let url = |url: &str| Template { url: url.to_owned(), ..template() };
    let body = |body: &str| Template { body: body.to_owned(), ..template() };
    let header = |name: &str, value: &str| {
        let headers = vec![Header { name: name.to_owned(), value: value.to_owned() }];
        Template { headers, ..template() }
    };
    let cases = [
        (template(), None),
        (url("http://127.0.0.1:8080/send"), None),
        (url("http://[::1]:8080/send"), None),
        (url("http://localhost/send"), None),
        (url("https://gateway.example/send?to={to}"), None),
        (url("http://gateway.example/send"), Some("must be https")),
        (url("ftp://gateway.example/send"), Some("must be https")),
        (url("https://{to}.example/send"), Some("before its path")),
        (url("https://gateway.example{to}"), Some("before its path")),
        (url("https://gateway.example:{to}/send"), Some("before its path")),
        (url("https:///{to}.example/send"), Some("before its path")),
        (url("https:///{to}@gateway.example/send"), Some("before its path")),
        (url("https:{to}//gateway.example/send"), Some("before its path")),
        (url("https://user:pass@gateway.example/send"), Some("must not hold a password")),
        (url("nonsense"), Some("is no address")),
        (url("https://gateway.example/{number}"), Some("{number} cannot be filled in")),
        (body(r#"{"to": "{to}", "text": {text}}"#), Some("is no JSON")),
        (body(r#"{"to": "{to}", "text": "{text}""#), Some("is no JSON")),
        (body(r#"{"to": "{to}", "text": "hello"}"#), Some("must have {code}")),
        (body(r#"{"text": "{text}"}"#), Some("must have {to}")),
        (body(r#"{"to": "{phone}", "text": "{text}"}"#), Some("{phone} cannot be filled in")),
        (header("host", "x"), Some("belongs to the connection")),
        (header("Content-Length", "x"), Some("belongs to the connection")),
        (header("x y", "x"), Some("is no name of a header")),
        (header("x", "a\r\nb: c"), Some("visible ASCII")),
        (header("x", "{to}"), Some("takes {secret} alone")),
        (Template { method: GatewayMethod::Get, ..template() }, Some("must be empty with GET")),
        (Template { timeout_seconds: 0, ..template() }, Some("timeout_seconds")),
        (Template { timeout_seconds: 21, ..template() }, Some("timeout_seconds")),
    ];
    for (template, wrong) in cases {
        let found = template.validate().err().map(|error| error.to_string());
        match wrong {
            None => assert_eq!(found, None, "{template:?}"),
            Some(part) => assert!(found.as_ref().is_some_and(|found| found.contains(part)), "{part}: {found:?}"),
        }
    }
}

#[test]
fn what_is_filled_in_is_escaped_for_where_it_stands() {
    let nasty = "Ä \"x\" & y=1\n<{code}>";
    let json = template().filled(&values(nasty)).unwrap();
    let read: Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!((read["to"].as_str(), read["text"].as_str()), (Some("+46701234567"), Some(nasty)));
    assert_eq!(json.headers, [("authorization".to_owned(), "Bearer s3cret".to_owned())]);

    let form = Template { format: BodyFormat::Form, body: "to={to}&text={text}&c={code}".to_owned(), ..template() };
    let body = form.filled(&values(nasty)).unwrap().body;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let expected = [("to", "+46701234567"), ("text", nasty), ("c", "123456")];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));

    let text = Template { format: BodyFormat::Text, body: "{to}: {spoken}".to_owned(), ..template() };
    assert_eq!(text.filled(&values(nasty)).unwrap().body, "+46701234567: 1 2 3 4 5 6");

    let get = Template {
        method: GatewayMethod::Get,
        url: "https://gateway.example/{to}/send?text={text}".to_owned(),
        body: String::new(),
        ..template()
    };
    let url = get.filled(&values(nasty)).unwrap().url;
    assert_eq!((url.host_str(), url.path()), (Some("gateway.example"), "/%2B46701234567/send"));
    assert_eq!(url.query_pairs().next().unwrap().1, nasty);
}

proptest! {
    #[test]
    fn no_value_leaves_its_place(text in "\\PC{0,40}", secret in "\\PC{0,20}") {
        let values = Values { secret: &secret, ..values(&text) };
        let json = template().filled(&values).unwrap();
        let read: Value = serde_json::from_str(&json.body).unwrap();
        prop_assert_eq!(read.as_object().unwrap().len(), 2);
        prop_assert_eq!(read["text"].as_str(), Some(text.as_str()));
        prop_assert!(json.headers[0].1.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()));
        let get = Template { url: "https://gateway.example/a/{text}/b?x={text}".to_owned(), ..template() };
        let url = get.filled(&values).unwrap().url;
        prop_assert_eq!(url.host_str(), Some("gateway.example"));
        prop_assert_eq!(url.query_pairs().count(), 1);
        prop_assert_eq!(url.fragment(), None);
    }
}
