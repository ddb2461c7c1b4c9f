//! Whether an answer is as expected, and what must hold of every answer whatever the case.

use serde_json::Value;

use super::raw::{Answer, Request};

/// The value at a path; with `*` in it, all of them.
pub fn at(body: &Value, path: &str) -> Option<Value> {
    let Some((segment, rest)) =
        path.split_once('/').map_or(Some((path, "")), Some).filter(|(first, _)| !first.is_empty())
    else {
        return Some(body.clone());
    };
    // A URN may hold a slash nowhere, so a segment is a name, a place, a choice or everything.
    match body {
        Value::Array(elements) if segment == "*" => {
            Some(Value::Array(elements.iter().filter_map(|element| at(element, rest)).collect()))
        }
        Value::Array(elements) => match segment.strip_prefix('[').and_then(|choice| choice.strip_suffix(']')) {
            Some(choice) => {
                let (name, wanted) = choice.split_once('=')?;
                let found = elements.iter().find(|element| element[name].as_str() == Some(wanted))?;
                at(found, rest)
            }
            None => at(elements.get(segment.parse::<usize>().ok()?)?, rest),
        },
        Value::Object(members) => at(members.get(segment)?, rest),
        _ => None,
    }
}

/// What is wrong with a value; nothing when it is as expected.
pub fn differs(expected: &Value, found: Option<&Value>, any_order: bool) -> Option<String> {
    let rule = expected.as_str().and_then(|text| text.strip_prefix('~'));
    let Some(rule) = rule else {
        let same = found.is_some_and(|found| equal(expected, found, any_order));
        return (!same).then(|| format!("expected {expected}, found {}", shown(found)));
    };
    let (word, argument) = rule.split_once(' ').unwrap_or((rule, ""));
    let text = found.map(|found| found.as_str().map_or_else(|| found.to_string(), str::to_owned));
    let holds = match word {
        "absent" => found.is_none_or(Value::is_null),
        "present" => found.is_some_and(|found| !found.is_null()),
        "count" => found.and_then(Value::as_array).map(Vec::len) == argument.parse().ok(),
        "like" => text.is_some_and(|text| is_like(argument, &text)),
        "not" => text.is_none_or(|text| text != argument),
        _ => panic!("there is no rule ~{word}"),
    };
    (!holds).then(|| format!("expected ~{rule}, found {}", shown(found)))
}

fn equal(expected: &Value, found: &Value, any_order: bool) -> bool {
    match (expected, found) {
        (Value::Array(expected), Value::Array(found)) if any_order => sorted(expected) == sorted(found),
        _ => expected == found,
    }
}

fn sorted(values: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    texts
}

fn shown(found: Option<&Value>) -> String {
    found.map_or_else(|| "nothing".to_owned(), |found| found.to_string().chars().take(300).collect())
}

/// Whether a text fits a pattern in which `*` is anything.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let parts: Vec<&str> = parts.collect();
    let (last, middle) = parts.split_last().expect("invariant: there is a star");
    for part in middle {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}

/// What must hold of every answer (RFC 7644 §3.1, §3.8, §3.12, §3.14; RFC 9110).
pub fn manners(request: &Request, answer: &Answer, base: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_owned());
        }
    };
    let body = answer.json();
    must(answer.status < 500 || matches!(answer.status, 501 | 503), "the server does not fail");
    if matches!(answer.status, 204 | 304) {
        must(answer.text.is_empty(), "204 and 304 have no body");
        return faults;
    }
    if request.method == "HEAD" {
        return faults;
    }
    let kind = answer.header("content-type").unwrap_or_default();
    must(kind.starts_with("application/scim+json"), "the answer is application/scim+json");
    must(body.is_object(), "the body is a JSON object");
    let text = answer.text.to_lowercase();
    must(!text.contains("\"password\":"), "a password is never told");
    for inside in ["panicked", "sqlx", "sqlite", "postgres", "select ", "src/"] {
        must(!text.contains(inside) || answer.status < 400, "an error tells nothing of the inside");
    }
    if answer.status >= 400 {
        error(answer, &body, &mut must);
        return faults;
    }
    if answer.status == 201 {
        let location = answer.header("location");
        let told = body["meta"]["location"].as_str();
        must(location.is_some() && told.is_none_or(|told| location == Some(told)), "Location is meta.location");
    }
    if let Some(location) = body["meta"]["location"].as_str() {
        must(location.starts_with(base), "meta.location begins with the public address");
    }
    if let Some(tag) = answer.header("etag") {
        let (version, location) = (body["meta"]["version"].as_str(), body["meta"]["location"].as_str());
        must(version.is_none_or(|version| version == tag), "ETag is meta.version");
        must(location.is_none_or(|location| answer.header("location") == Some(location)), "Location is meta.location");
        must(
            location.is_none_or(|location| answer.header("content-location") == Some(location)),
            "Content-Location is meta.location",
        );
    }
    if let Some(resources) = body.get("Resources") {
        list(&body, resources, &mut must);
    }
    faults
}

fn error(answer: &Answer, body: &Value, must: &mut impl FnMut(bool, &str)) {
    const TYPES: [&str; 13] = [
        "invalidFilter",
        "tooMany",
        "uniqueness",
        "mutability",
        "invalidSyntax",
        "invalidPath",
        "noTarget",
        "invalidValue",
        "invalidVers",
        "sensitive",
        "invalidCursor",
        "expiredCursor",
        "invalidCount",
    ];
    let urn = "urn:ietf:params:scim:api:messages:2.0:Error";
    must(body["schemas"] == serde_json::json!([urn]), "an error says so in its schemas");
    must(body["status"].as_str() == Some(&answer.status.to_string()), "an error's status is the answer's, as a text");
    must(body["detail"].as_str().is_some_and(|detail| detail.len() > 5), "an error has a detail");
    let scim_type = body.get("scimType");
    must(
        scim_type.is_none_or(|found| found.as_str().is_some_and(|word| TYPES.contains(&word))),
        "a scimType is one of the RFC's",
    );
    if answer.status == 401 {
        let asks = answer.header("www-authenticate").unwrap_or_default();
        must(asks.starts_with("Bearer"), "401 asks for a bearer token");
    }
    if answer.status == 405 {
        must(answer.header("allow").is_some(), "405 says what is allowed");
    }
    if matches!(answer.status, 429 | 503) {
        must(answer.header("retry-after").is_some(), "429 and 503 say when to come again");
    }
}

fn list(body: &Value, resources: &Value, must: &mut impl FnMut(bool, &str)) {
    let urn = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    must(body["schemas"] == serde_json::json!([urn]), "a list says so in its schemas");
    let count = resources.as_array().map(Vec::len);
    must(count.is_some(), "Resources is a list");
    must(body["itemsPerPage"].as_u64() == count.map(|count| count as u64), "itemsPerPage counts the page");
    must(body.get("totalResults").is_none_or(Value::is_u64), "totalResults is a number");
    must(body.get("startIndex").is_none_or(Value::is_u64), "startIndex is a number");
}
