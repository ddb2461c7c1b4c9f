//! Our side, spoilt one thing at a time: a table.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::sync::LazyLock;
use std::time::Duration;

use kernel::Timestamp;
use oidc::{Looked, NewSigningKey, PublicKeyEntry};
use serde_json::{Value, json};
use tenants::checklist::{Line, LineResult};

use super::{Ours, Read, lines};

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const ISSUER: &str = "https://mfa.example/mfa/t1";
const DAY: Duration = Duration::from_hours(24);

/// A key of its own for each; making one takes a while.
static KEYS: LazyLock<[PublicKeyEntry; 2]> = LazyLock::new(|| {
    let make = || NewSigningKey::make("test", NOW.minus(DAY), NOW.plus(DAY * 200)).unwrap().certificate;
    [PublicKeyEntry::of(&make()).unwrap(), PublicKeyEntry::of(&make()).unwrap()]
});

fn metadata() -> Value {
    json!({
        "issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}/authorize"), "jwks_uri": format!("{ISSUER}/keys"),
        "scopes_supported": ["openid"], "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"], "claim_types_supported": ["normal"],
    })
}

fn list() -> Value {
    json!({ "keys": [KEYS[0].jwk, KEYS[1].jwk] })
}

fn answer(body: &Value) -> Looked {
    let body = body.to_string().into_bytes();
    Looked { status: 200, length: u64::try_from(body.len()).ok(), body, ..Looked::default() }
}

/// What there is to be read; each case spoils a part of it.
struct Case {
    url: String,
    metadata: Read,
    keys: Read,
    signs: Option<String>,
    now: Timestamp,
}

impl Case {
    fn new() -> Self {
        Self {
            url: format!("{ISSUER}/.well-known/openid-configuration"),
            metadata: Ok(answer(&metadata())),
            keys: Ok(answer(&list())),
            signs: Some(KEYS[0].kid.clone()),
            now: NOW,
        }
    }

    fn lines(&self) -> Vec<Line> {
        let issuer = self.url.strip_suffix("/.well-known/openid-configuration").unwrap();
        let Self { url, metadata, keys, signs, now } = self;
        lines(&Ours { discovery_url: url, issuer, signs: signs.as_deref(), metadata, keys, now: *now })
    }
}

fn found(lines: &[Line], name: &str) -> Line {
    lines.iter().find(|line| line.name == name).cloned().unwrap_or_else(|| panic!("no line {name}: {lines:?}"))
}

#[test]
fn what_we_publish_ourselves_passes() {
    let lines = Case::new().lines();
    assert!(lines.iter().all(|line| line.result == LineResult::Ok), "{lines:#?}");
    let names: Vec<_> = lines.iter().map(|line| line.name.to_string()).collect();
    assert_eq!(names, ["address", "discovery", "issuer", "metadata", "keys", "kid", "algorithm", "x5c", "dates"]);
}

fn spoil(read: &mut Read, change: impl FnOnce(&mut Looked)) {
    change(read.as_mut().unwrap());
}

fn with(read: &mut Read, change: impl FnOnce(&mut Value)) {
    let mut body: Value = serde_json::from_slice(&read.as_ref().unwrap().body).unwrap();
    change(&mut body);
    *read = Ok(answer(&body));
}

#[test]
fn each_fault_has_a_line_of_its_own() {
    type Spoil = fn(&mut Case);
    let cases: [(&str, &str, LineResult, &str, Spoil); 25] = [
        ("no https", "address", LineResult::Fail, "no https", |case| case.url = case.url.replace("https", "http")),
        ("this machine", "address", LineResult::Warn, "this machine alone", |case| {
            case.url = case.url.replace("https://mfa.example", "http://127.0.0.1:8080");
        }),
        ("out of reach", "discovery", LineResult::Fail, "connection refused", |case| {
            case.metadata = Err("connection refused".into());
        }),
        ("a redirect", "discovery", LineResult::Fail, "follows no redirect", |case| {
            spoil(&mut case.metadata, |looked| (looked.status, looked.location) = (301, Some("https://other".into())));
        }),
        ("another status", "discovery", LineResult::Fail, "answers 404", |case| {
            spoil(&mut case.metadata, |looked| looked.status = 404);
        }),
        ("a page", "discovery", LineResult::Fail, "no JSON", |case| {
            spoil(&mut case.metadata, |looked| looked.body = b"<html>".to_vec());
        }),
        ("chunked", "discovery", LineResult::Fail, "without Content-Length", |case| {
            spoil(&mut case.metadata, |looked| looked.length = None);
        }),
        ("another length", "discovery", LineResult::Fail, "bytes came", |case| {
            spoil(&mut case.metadata, |looked| looked.length = Some(1));
        }),
        ("a slash", "issuer", LineResult::Fail, "a slash at the end", |case| {
            with(&mut case.metadata, |body| body["issuer"] = json!(format!("{ISSUER}/")));
        }),
        ("a port", "issuer", LineResult::Fail, ":443", |case| {
            with(&mut case.metadata, |body| body["issuer"] = json!(ISSUER.replace(".example", ".example:443")));
        }),
        ("a capital letter", "issuer", LineResult::Fail, "capital letters", |case| {
            with(&mut case.metadata, |body| body["issuer"] = json!(ISSUER.replace("mfa.e", "mfa.E")));
        }),
        ("another issuer", "issuer", LineResult::Fail, "different addresses", |case| {
            with(&mut case.metadata, |body| body["issuer"] = json!("https://inside.local/mfa/t1"));
        }),
        ("no issuer", "issuer", LineResult::Fail, "names no issuer", |case| {
            with(&mut case.metadata, |body| body["issuer"] = Value::Null);
        }),
        ("no RS256", "metadata", LineResult::Fail, "RS256", |case| {
            with(&mut case.metadata, |body| body["id_token_signing_alg_values_supported"] = json!(["ES256"]));
        }),
        ("other keys", "metadata", LineResult::Fail, "jwks_uri", |case| {
            with(&mut case.metadata, |body| body["jwks_uri"] = json!("https://other"));
        }),
        ("keys chunked", "keys", LineResult::Fail, "without Content-Length", |case| {
            spoil(&mut case.keys, |looked| looked.length = None);
        }),
        ("no keys", "kid", LineResult::Fail, "empty", |case| with(&mut case.keys, |body| body["keys"] = json!([]))),
        ("another key signs", "kid", LineResult::Fail, "not in the list", |case| case.signs = Some("AAAA".into())),
        ("a kid that is no base64", "kid", LineResult::Fail, "no base64", |case| {
            case.signs = Some("a-guid!".into());
            with(&mut case.keys, |body| body["keys"][0]["kid"] = json!("a-guid!"));
        }),
        ("twice", "kid", LineResult::Fail, "more than once", |case| {
            with(&mut case.keys, |body| body["keys"][1]["kid"] = body["keys"][0]["kid"].clone());
        }),
        ("a weak key", "algorithm", LineResult::Fail, "2048", |case| {
            with(&mut case.keys, |body| body["keys"][1]["n"] = json!("AQAB"));
        }),
        ("no x5c", "x5c", LineResult::Fail, "no x5c", |case| {
            with(&mut case.keys, |body| drop(body["keys"][0].as_object_mut().unwrap().remove("x5c")));
        }),
        ("another certificate", "x5c", LineResult::Fail, "another key", |case| {
            with(&mut case.keys, |body| body["keys"][0]["x5c"] = body["keys"][1]["x5c"].clone());
        }),
        ("over", "dates", LineResult::Fail, "ended", |case| case.now = NOW.plus(DAY * 201)),
        ("not yet", "dates", LineResult::Fail, "not valid yet", |case| case.now = NOW.minus(DAY * 2)),
    ];
    for (what, name, result, detail, spoil) in cases {
        let mut case = Case::new();
        spoil(&mut case);
        let line = found(&case.lines(), name);
        assert_eq!(line.result, result, "{what}: {line:?}");
        assert!(line.detail.contains(detail), "{what}: {line:?}");
        assert!(line.mend.is_some(), "{what} says what to do");
    }
}

#[test]
fn a_certificate_that_soon_ends_is_warned_of() {
    let case = Case { now: NOW.plus(DAY * 190), ..Case::new() };
    assert_eq!(found(&case.lines(), "dates").result, LineResult::Warn);
}
