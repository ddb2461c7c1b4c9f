//! What a call means, told from what it asks. Pure; for people's eyes only, it steers nothing.

use kernel::text_enum;
use scim::Object;
use serde_json::Value;
use uuid::Uuid;

text_enum!(
    /// What a call means.
    pub enum Operation {
        /// Whether anything answers at all: a question after somebody who cannot exist (scim.md §9.3).
        TestConnection = "test_connection",
        /// Looks for the user that belongs to one of the client's.
        MatchUser = "match_user",
        /// Looks for the group that belongs to one of the client's.
        MatchGroup = "match_group",
        /// Whether a user has a manager, or a group a member: older jobs ask before they write.
        CheckReference = "check_reference",
        /// Lists users.
        ListUsers = "list_users",
        /// Lists groups.
        ListGroups = "list_groups",
        /// Reads a user.
        ReadUser = "read_user",
        /// Reads a group.
        ReadGroup = "read_group",
        /// Creates a user.
        CreateUser = "create_user",
        /// Changes a user.
        UpdateUser = "update_user",
        /// Makes a user inactive.
        DisableUser = "disable_user",
        /// Makes a user active.
        EnableUser = "enable_user",
        /// Deletes a user.
        DeleteUser = "delete_user",
        /// Creates a group.
        CreateGroup = "create_group",
        /// Changes a group.
        UpdateGroup = "update_group",
        /// Adds members to a group.
        AddMember = "add_member",
        /// Removes members from a group.
        RemoveMember = "remove_member",
        /// Adds and removes members, or sets them all.
        ChangeMembers = "change_members",
        /// Deletes a group.
        DeleteGroup = "delete_group",
        /// Many calls in one.
        Bulk = "bulk",
        /// Reads what the server supports: schemas, kinds of resource, features.
        Discover = "discover",
        /// Exchanges a key for an access token.
        IssueToken = "issue_token",
        /// Nothing that there is.
        Unknown = "unknown",
    }
);

/// What a call means, and whom it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// What it means.
    pub operation: Operation,
    /// How many members it names to add.
    pub members_added: u64,
    /// How many members it names to remove.
    pub members_removed: u64,
}

/// Tells what a call means. `path` is what stands behind the organisation: `/Users/…`; `filter` is decoded.
pub fn operation(method: &str, path: &str, filter: Option<&str>, body: Option<&Object>) -> Meaning {
    let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != "v2");
    let (endpoint, id) = (parts.next().unwrap_or_default(), parts.next());
    let (mut members_added, mut members_removed) = (0, 0);
    let operation = match (endpoint, method, id) {
        ("Users", "POST", Some(".search")) => look_up(body_filter(body), Operation::MatchUser, Operation::ListUsers),
        ("Groups", "POST", Some(".search")) => look_up(body_filter(body), Operation::MatchGroup, Operation::ListGroups),
        ("Users", "GET" | "HEAD", None) => look_up(filter, Operation::MatchUser, Operation::ListUsers),
        ("Groups", "GET" | "HEAD", None) => look_up(filter, Operation::MatchGroup, Operation::ListGroups),
        ("Users", "GET" | "HEAD", Some(_)) => Operation::ReadUser,
        ("Groups", "GET" | "HEAD", Some(_)) => Operation::ReadGroup,
        ("Users", "POST", None) => Operation::CreateUser,
        ("Groups", "POST", None) => {
            members_added = body.and_then(|body| body.get("members")).map_or(0, named);
            Operation::CreateGroup
        }
        ("Users", "PATCH" | "PUT", Some(_)) => match body.and_then(says_active) {
            Some(true) if method == "PATCH" => Operation::EnableUser,
            Some(false) => Operation::DisableUser,
            _ => Operation::UpdateUser,
        },
        ("Groups", "PATCH", Some(_)) => {
            (members_added, members_removed) = body.map_or((0, 0), members_named);
            match (members_added, members_removed) {
                (0, 0) => Operation::UpdateGroup,
                (_, 0) => Operation::AddMember,
                (0, _) => Operation::RemoveMember,
                _ => Operation::ChangeMembers,
            }
        }
        ("Groups", "PUT", Some(_)) => Operation::UpdateGroup,
        ("Users", "DELETE", Some(_)) => Operation::DeleteUser,
        ("Groups", "DELETE", Some(_)) => Operation::DeleteGroup,
        ("Bulk", "POST", None) => Operation::Bulk,
        (".search", "POST", None) => Operation::ListUsers,
        ("oauth2", "POST", Some("token")) => Operation::IssueToken,
        ("Schemas" | "ResourceTypes" | "ServiceProviderConfig", "GET" | "HEAD", _) => Operation::Discover,
        _ => Operation::Unknown,
    };
    Meaning { operation, members_added, members_removed }
}

fn body_filter(body: Option<&Object>) -> Option<&str> {
    body?.get("filter")?.as_str()
}

/// A question with one `eq` looks for somebody; with two it checks a reference; after a random name it is a test.
fn look_up(filter: Option<&str>, matches: Operation, lists: Operation) -> Operation {
    let Some(filter) = filter.map(str::trim).filter(|filter| !filter.is_empty()) else { return lists };
    let folded = filter.to_lowercase();
    if folded.starts_with("id eq ") && folded.contains(" and ") {
        return Operation::CheckReference;
    }
    let Some((_, value)) = filter.rsplit_once(' ').filter(|_| folded.contains(" eq ")) else { return lists };
    let value = value.trim_matches('"');
    let by_name = ["username eq ", "displayname eq "].iter().any(|start| folded.starts_with(start));
    let probe = value.strip_prefix("AzureAD_Test-").unwrap_or(value);
    if by_name && Uuid::try_parse(probe).is_ok() { Operation::TestConnection } else { matches }
}

/// What a body says of `active`; the last word counts.
fn says_active(body: &Object) -> Option<bool> {
    let Some(operations) = operations(body) else { return find(body, "active").and_then(truth) };
    operations.iter().filter_map(Value::as_object).filter_map(operation_says_active).next_back()
}

fn operation_says_active(operation: &Object) -> Option<bool> {
    let value = find(operation, "value");
    match path_of(operation) {
        Some(path) if last_part(path).eq_ignore_ascii_case("active") => {
            let removes =
                find(operation, "op").and_then(Value::as_str).is_some_and(|op| op.eq_ignore_ascii_case("remove"));
            if removes { Some(false) } else { value.and_then(truth) }
        }
        Some(_) => None,
        None => value.and_then(Value::as_object).and_then(|value| find(value, "active")).and_then(truth),
    }
}

/// How many members a patch adds and removes by name; one that sets or clears all of them counts as both.
fn members_named(body: &Object) -> (u64, u64) {
    let (mut added, mut removed) = (0, 0);
    for operation in operations(body).into_iter().flatten().filter_map(Value::as_object) {
        let op = find(operation, "op").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let value = find(operation, "value");
        let listed = match path_of(operation).map(last_part) {
            Some(path) if path.to_lowercase().starts_with("members[") => Some(1),
            Some(path) if path.eq_ignore_ascii_case("members") => Some(value.map_or(1, named)),
            Some(_) => None,
            None => value.and_then(Value::as_object).and_then(|value| find(value, "members")).map(named),
        };
        match (op.as_str(), listed) {
            ("add", Some(count)) => added += count,
            ("remove", Some(count)) => removed += count,
            ("replace", Some(count)) => {
                added += count;
                removed += 1;
            }
            _ => {}
        }
    }
    (added, removed)
}

fn named(members: &Value) -> u64 {
    members.as_array().map_or(1, |members| members.len() as u64)
}

fn operations(body: &Object) -> Option<&Vec<Value>> {
    find(body, "operations")?.as_array()
}

fn path_of(operation: &Object) -> Option<&str> {
    find(operation, "path").and_then(Value::as_str).filter(|path| !path.is_empty())
}

/// What stands behind a schema's URN.
fn last_part(path: &str) -> &str {
    let before_filter = path.find('[').unwrap_or(path.len());
    path[..before_filter].rfind(':').map_or(path, |colon| &path[colon + 1..])
}

fn find<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Array(values) => values.first().and_then(truth),
        Value::Object(object) => find(object, "value").and_then(truth),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
