//! `$expand`: at most twenty related objects, one level, no links (Graph, query parameters).

use super::call::Call;
use super::entity::{self, Style};
use super::error::GraphError;
use super::options::bad;
use super::permission::visible;
use super::select::{Columns, kind_name, relations};
use super::view::View;
use crate::directory::{Kind, Ref};

/// The most objects a relation shows.
const MOST: usize = 20;

/// One relation to show.
#[derive(Debug, Clone)]
pub(crate) struct Expand {
    relation: String,
    columns: [Columns; 2],
}

/// Reads `manager($select=id,displayName),memberOf`.
pub(crate) fn parse(text: Option<&str>, kinds: &[Kind]) -> Result<Vec<Expand>, GraphError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    split(text).into_iter().map(|part| one(part.trim(), kinds)).collect()
}

fn one(part: &str, kinds: &[Kind]) -> Result<Expand, GraphError> {
    let (name, inner) = part.split_once('(').unwrap_or((part, ""));
    if !kinds.iter().any(|kind| relations(*kind).contains(&name)) {
        let kind = kinds.first().map_or("microsoft.graph.directoryObject", |kind| kind_name(*kind));
        return Err(bad(format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{kind}'."
        )));
    }
    let mut select = None;
    for option in inner.trim_end_matches(')').split(';').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("$select" | "select", names)) => {
                select = Some(names.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
            }
            Some(("$levels" | "$top" | "$count", _)) => {}
            _ => {
                return Err(bad(format!(
                    "Parsing OData Select and Expand failed: Term '{option}' is not valid in a $select or $expand expression."
                )));
            }
        }
    }
    let columns = match select {
        Some(names) => Columns::of_mixed(Some(&names))?.map(Columns::with_id),
        None => [Columns::default_of(Kind::User), Columns::default_of(Kind::Group)],
    };
    Ok(Expand { relation: name.to_owned(), columns })
}

/// Splits at commas outside of parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Writes the relations of an open object.
pub(crate) fn write(body: &mut Vec<u8>, call: &Call, view: View<'_>, object: Ref, expand: &[Expand]) {
    for wanted in expand {
        let related = related(view, object, &wanted.relation);
        if wanted.relation == "manager" && related.is_empty() {
            continue;
        }
        body.extend_from_slice(format!(",\"{}\":", wanted.relation).as_bytes());
        if wanted.relation == "manager" {
            write_one(body, call, view, related[0], wanted);
            continue;
        }
        body.push(b'[');
        for (index, other) in related.into_iter().take(MOST).enumerate() {
            if index > 0 {
                body.push(b',');
            }
            write_one(body, call, view, other, wanted);
        }
        body.push(b']');
    }
}

fn write_one(body: &mut Vec<u8>, call: &Call, view: View<'_>, object: Ref, wanted: &Expand) {
    let visible = visible(&call.caller, object.kind);
    let style = Style { columns: &wanted.columns[object.kind as usize], visible, typed: true, now: view.now };
    entity::write(body, view.directory, object, style);
}

fn related(view: View<'_>, object: Ref, relation: &str) -> Vec<Ref> {
    let directory = view.directory;
    let all: Vec<Ref> = match (object.kind, relation) {
        (Kind::User, "manager") => directory.manager(object.ordinal).map(Ref::user).into_iter().collect(),
        (Kind::User, "directReports") => directory.direct_reports(object.ordinal).iter().map(Ref::user).collect(),
        (_, "memberOf") => directory.groups_of(object).iter().map(Ref::group).collect(),
        (_, "transitiveMemberOf") => directory.transitive_groups_of(object).iter().map(Ref::group).collect(),
        (Kind::Group, "members" | "transitiveMembers") => {
            let (users, groups) = match relation {
                "members" => (directory.member_users(object.ordinal), directory.member_groups(object.ordinal)),
                _ => directory.transitive_members(object.ordinal),
            };
            users.iter().map(Ref::user).chain(groups.iter().map(Ref::group)).take(MOST * 4).collect()
        }
        _ => Vec::new(),
    };
    all.into_iter().filter(|other| view.sees(*other)).collect()
}
