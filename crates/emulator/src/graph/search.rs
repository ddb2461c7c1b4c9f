//! `$search`: `"displayName:ada"`, joined by AND and OR. Words match the beginnings of words.

use super::error::GraphError;
use crate::directory::property::{Prop, find};
use crate::directory::{Directory, Kind, Ref};

/// A parsed search: one of several, each all of several.
#[derive(Debug, Clone)]
pub(crate) struct Search(Vec<Vec<Clause>>);

#[derive(Debug, Clone)]
struct Clause {
    prop: Prop,
    words: Vec<String>,
}

const SEARCHABLE: &[&str] = &[
    "displayName",
    "mail",
    "mailNickname",
    "userPrincipalName",
    "givenName",
    "surname",
    "description",
    "proxyAddresses",
    "otherMails",
    "jobTitle",
    "department",
];

/// Reads a search over one kind of object.
pub(crate) fn parse(kind: Kind, text: &str) -> Result<Search, GraphError> {
    let malformed = || {
        GraphError::unsupported_query(format!(
            "Unrecognized query argument specified: '{text}'. The $search clause must be of the form \"property:value\"."
        ))
    };
    let (mut any, mut all, mut rest) = (Vec::new(), Vec::new(), text.trim());
    loop {
        rest = rest.trim_start_matches(['(', ' ']);
        let (clause, after) = rest.strip_prefix('"').and_then(|inner| inner.split_once('"')).ok_or_else(malformed)?;
        let (name, value) = clause.split_once(':').ok_or_else(malformed)?;
        let prop = find(kind.table(), name).filter(|_| SEARCHABLE.contains(&name)).ok_or_else(|| {
            GraphError::unsupported_query(format!(
                "Unsupported or invalid search clause specified for property '{name}'."
            ))
        })?;
        all.push(Clause { prop, words: words(value) });
        rest = after.trim_start_matches([')', ' ']).trim_end();
        if let Some(after) = rest.strip_prefix("OR ") {
            any.push(std::mem::take(&mut all));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("AND ") {
            rest = after;
        } else if rest.is_empty() {
            any.push(all);
            return Ok(Search(any));
        } else {
            return Err(malformed());
        }
    }
}

/// Whether the object is found.
pub(crate) fn matches(directory: &Directory, object: Ref, search: &Search) -> bool {
    let record = directory.record(object);
    search.0.iter().any(|all| {
        all.iter().all(|clause| {
            let text = record.get(clause.prop).map(String::from_utf8_lossy).unwrap_or_default();
            let present = words(&text);
            clause.words.iter().all(|wanted| present.iter().any(|word| word.starts_with(wanted.as_str())))
        })
    })
}

fn words(text: &str) -> Vec<String> {
    let cut = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    cut.map(str::to_lowercase).collect()
}
