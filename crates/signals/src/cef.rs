//! One line of Common Event Format (ArcSight CEF, version 0), for collectors that want it.
//!
//! `CEF:0|Vestibule|Vestibule|<version>|<event>|<name>|<severity>|<extension>`. In the header `\` and `|` are escaped,
//! in values of the extension `\`, `=` and line breaks. Deliberately leaves out before, after and members: values there
//! are short by definition, and JSON lines carry them whole.

use std::fmt::Write as _;
use std::net::IpAddr;

use crate::{Logged, Stream};

/// The entry as one line, without its end.
pub fn line(entry: &Logged) -> String {
    let mut line = format!(
        "CEF:0|Vestibule|Vestibule|{}|{}|{}|{}|",
        env!("CARGO_PKG_VERSION"),
        header(&entry.name),
        header(&title(&entry.name)),
        severity(entry),
    );
    for (key, value) in extension(entry) {
        if !line.ends_with('|') {
            line.push(' ');
        }
        write!(line, "{key}={}", escaped(&value)).expect("invariant: writing to a string cannot fail");
    }
    line
}

/// From 0 to 10: 2 a change, 3 an act, 6 a refusal or a hold, 8 a lock.
fn severity(entry: &Logged) -> u8 {
    let has = |words: &[&str]| words.iter().any(|word| entry.name.contains(word));
    match entry.stream {
        _ if has(&["locked", "frozen"]) => 8,
        _ if has(&["failed", "refused", "held", "expired", "withdrawn"]) => 6,
        Stream::Act => 3,
        Stream::Change => 2,
    }
}

/// The pairs of the extension, in the dictionary's keys; what has no key of its own is a labelled custom string.
fn extension(entry: &Logged) -> Vec<(&'static str, String)> {
    let mut pairs = vec![
        ("rt", (entry.at.micros() / 1_000).to_string()),
        ("externalId", entry.revision.to_string()),
        ("cat", entry.stream.as_str().to_owned()),
        ("deviceExternalId", entry.organisation.to_string()),
        ("suser", entry.actor_name.clone()),
        ("spriv", entry.actor_kind.clone()),
    ];
    let mut add = |key, value: Option<String>| pairs.extend(value.map(|value| (key, value)));
    add("suid", entry.actor_id.map(|id| id.to_string()));
    match entry.address.as_deref().map(|address| (address, address.parse())) {
        Some((address, Ok(IpAddr::V6(_)))) => {
            add("c6a2Label", Some("Source IPv6 Address".to_owned()));
            add("c6a2", Some(address.to_owned()));
        }
        Some((address, _)) => add("src", Some(address.to_owned())),
        None => {}
    }
    add("reason", entry.reason.clone());
    let object = entry.object.as_ref();
    let cause = entry.cause.as_ref();
    let cause = cause.map(|cause| cause.id.map_or(cause.kind.clone(), |id| format!("{}/{id}", cause.kind)));
    let custom = [
        ("cs1Label", "objectKind", "cs1", object.map(|object| object.kind.clone())),
        ("cs2Label", "objectId", "cs2", object.map(|object| object.id.to_string())),
        ("cs3Label", "objectName", "cs3", object.and_then(|object| object.name.clone())),
        ("cs4Label", "cause", "cs4", cause),
        ("cs5Label", "requestId", "cs5", Some(entry.request_id.to_string())),
        ("cs6Label", "hash", "cs6", Some(hex::encode(&entry.hash))),
    ];
    for (label_key, label, key, value) in custom {
        if value.is_some() {
            add(label_key, Some(label.to_owned()));
            add(key, value);
        }
    }
    pairs
}

/// `dirsync.run_started` for people: `dirsync run started`.
fn title(name: &str) -> String {
    name.replace(['.', '_'], " ")
}

/// A header field: its separators are escaped, line breaks have no escape there.
fn header(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\r', '\n'], " ")
}

/// A value of the extension.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=").replace('\r', "\\r").replace('\n', "\\n")
}

#[cfg(test)]
mod tests;
