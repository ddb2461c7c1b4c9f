//! The list of all verbs, for tests that walk it: every route refuses a stranger, every route is described.

use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation as Described, PathItem};

/// One verb of the API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// `GET`, `POST`…
    pub method: &'static str,
    /// The path with its parameters in braces.
    pub path: String,
    /// `<verb>_<noun>`; empty where the description lacks it.
    pub operation_id: String,
    /// Whether the description says that anyone may call it: `security(())`.
    pub public: bool,
}

/// Every verb that the description knows, sorted.
pub fn operations(api: &OpenApi) -> Vec<Operation> {
    let mut found: Vec<Operation> = api
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| described(item).map(|(method, it)| of(method, path, it)))
        .collect();
    found.sort();
    found
}

fn described(item: &PathItem) -> impl Iterator<Item = (&'static str, &Described)> {
    let all = [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("OPTIONS", &item.options),
        ("HEAD", &item.head),
        ("PATCH", &item.patch),
        ("TRACE", &item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn of(method: &'static str, path: &str, operation: &Described) -> Operation {
    // `security(())` becomes one empty requirement, an explicit "nothing needed" (OpenAPI 3.1 §4.8.30).
    let nothing = serde_json::json!([{}]);
    let public = operation.security.as_ref().is_some_and(|security| {
        security.is_empty() || serde_json::to_value(security).is_ok_and(|security| security == nothing)
    });
    Operation {
        method,
        path: path.to_owned(),
        operation_id: operation.operation_id.clone().unwrap_or_default(),
        public,
    }
}

#[cfg(test)]
mod tests;
