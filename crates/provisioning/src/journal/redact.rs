//! Nothing secret, nothing endless: what of a call is written down.

use scim::Object;
use serde_json::{Map, Value, json};

/// The most bytes of one body that are kept.
pub const MOST_BYTES: usize = 16 * 1024;
/// The longest text within a body, in characters.
const LONGEST_TEXT: usize = 1_000;
/// The most elements of a list that are kept.
const MOST_ELEMENTS: usize = 100;
/// The most attributes of an object that are kept.
const MOST_ATTRIBUTES: usize = 200;
/// How deep a body is looked into.
const DEEPEST: usize = 16;
/// What stands in place of a secret.
const HIDDEN: &str = "[hidden]";
/// What stands in place of what lies too deep.
const CUT: &str = "[cut]";

/// Words in the names of what is never written down.
const SECRETS: [&str; 6] = ["password", "secret", "token", "authorization", "credential", "privatekey"];

/// A request's body as JSON text: without secrets, not longer than the bound.
pub fn request(body: &Object) -> String {
    bounded(object(body).to_string())
}

/// An answer's body as JSON text: without secrets, not longer than the bound.
pub fn answer(body: &[u8]) -> String {
    if body.len() > MOST_BYTES {
        // A list of many, which we wrote ourselves: its beginning says enough, and parsing it would cost more than the call.
        return begun(&String::from_utf8_lossy(&body[..MOST_BYTES]), body.len());
    }
    let text = String::from_utf8_lossy(body);
    if !names_secret(&text) {
        // As nearly always: what we have written ourselves is JSON.
        return text.into_owned();
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => bounded(clean(&value, false, 0).to_string()),
        Err(_) => json!({ "cut": true, "bytes": body.len() }).to_string(),
    }
}

/// A body without secrets, its long texts and lists cut.
pub fn object(body: &Object) -> Value {
    clean_object(body, false, 0)
}

/// A query part without secrets.
pub fn query(query: &str) -> String {
    let part = |part: &str| match part.split_once('=') {
        Some((name, value)) if is_secret(name) || is_secret(value) => format!("{name}={HIDDEN}"),
        _ => part.to_owned(),
    };
    query.split('&').map(part).collect::<Vec<_>>().join("&")
}

/// The beginning of a text.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether a text mentions anything secret at all.
fn names_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    SECRETS.iter().any(|secret| text.contains(secret)) || text.contains("private")
}

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRETS.iter().any(|secret| name.contains(secret))
}

fn clean(value: &Value, hide: bool, depth: usize) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) if depth >= DEEPEST => CUT.into(),
        Value::Object(object) => clean_object(object, hide, depth),
        Value::Array(all) => {
            let mut kept: Vec<Value> =
                all.iter().take(MOST_ELEMENTS).map(|value| clean(value, hide, depth + 1)).collect();
            if all.len() > MOST_ELEMENTS {
                kept.push(format!("[{} more]", all.len() - MOST_ELEMENTS).into());
            }
            Value::Array(kept)
        }
        Value::Null => Value::Null,
        _ if hide => HIDDEN.into(),
        Value::String(text) => cut(text, LONGEST_TEXT).into(),
        plain => plain.clone(),
    }
}

/// Of an operation whose path names a secret, the value is one. A filter that asks for one holds it.
fn clean_object(object: &Object, hide: bool, depth: usize) -> Value {
    let hides = |name: &str| {
        let named = object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str());
        named.is_some_and(is_secret)
    };
    let (path, filter) = (hides("path"), hides("filter"));
    let entry = |(name, value): (&String, &Value)| {
        let secret = is_secret(name)
            || path && (name.eq_ignore_ascii_case("value") || name.eq_ignore_ascii_case("path") && has_value(value))
            || filter && name.eq_ignore_ascii_case("filter");
        (cut(name, LONGEST_TEXT), clean(value, hide || secret, depth + 1))
    };
    let mut kept: Map<String, Value> = object.iter().take(MOST_ATTRIBUTES).map(entry).collect();
    if object.len() > MOST_ATTRIBUTES {
        kept.insert("…".to_owned(), format!("[{} more]", object.len() - MOST_ATTRIBUTES).into());
    }
    Value::Object(kept)
}

/// Whether a path compares with a value: then the value stands in the path.
fn has_value(path: &Value) -> bool {
    path.as_str().is_some_and(|path| path.contains('"'))
}

fn bounded(text: String) -> String {
    if text.len() <= MOST_BYTES { text } else { begun(&text, text.len()) }
}

/// The beginning of what is too long, as JSON.
fn begun(text: &str, bytes: usize) -> String {
    let mut most = MOST_BYTES / 2;
    loop {
        let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let json = json!({ "cut": true, "bytes": bytes, "begins": &text[..end] }).to_string();
        if json.len() <= MOST_BYTES || most == 0 {
            return json;
        }
        most /= 2;
    }
}
