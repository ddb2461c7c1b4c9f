//! A case as it stands in `cases/*.yaml`.
//!
//! ```yaml
//! - case: a value in another case is found     # what must hold
//!   given: [mia]                               # from given.yaml; {mia} is the id
//!   steps:
//!     - do: PATCH /Users/{mia}                 # below the base address; `=/…` is absolute
//!       ops: [{op: replace, path: title, value: Pilot}]
//!       status: [200, 204]                     # any success when left out
//!       becomes: {title: Pilot}                # what a GET says afterwards
//!     - do: GET /Users
//!       filter: title eq "pilot"               # encoded and put into the query
//!       finds: [mia]
//! ```
//!
//! A case of one step needs no `steps`. Texts may hold `{variables}`; `<<x*9>>` is nine times x. Paths into a body go by
//! slashes: `emails/[type=work]/value`, `members/*/value` (all of them, in any order). Expected values are JSON, or
//! `~absent`, `~present`, `~count 3`, `~like W/"*"`, `~not x`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What must hold.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub given: Vec<String>,
    pub steps: Vec<Step>,
}

/// One request and what its answer must be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Step {
    /// Method and path.
    pub r#do: String,
    pub filter: Option<String>,
    /// Request headers; an empty one is left out.
    pub headers: BTreeMap<String, String>,
    /// The `Authorization` header in place of the connection's; empty is none.
    pub auth: Option<String>,

    /// The body as it is.
    pub body: Option<Value>,
    /// Operations of a patch.
    pub ops: Option<Value>,
    /// A user; its schema is added.
    pub user: Option<Value>,
    /// A group; its schema is added.
    pub group: Option<Value>,
    /// Operations of a bulk request.
    pub bulk: Option<Value>,
    /// The body as text, however broken.
    pub raw: Option<String>,
    /// The body as bytes in hexadecimal.
    pub hex: Option<String>,

    pub status: Option<Value>,
    pub scim_type: Option<String>,
    /// Answer headers.
    pub answers: BTreeMap<String, Value>,
    /// The answer's body.
    pub has: BTreeMap<String, Value>,
    /// Which resources a list holds, in any order.
    pub finds: Option<Vec<String>>,
    /// Which resources a list holds, in this order.
    pub lists: Option<Vec<String>>,
    /// What a `GET` says afterwards.
    pub becomes: BTreeMap<String, Value>,
    /// Whether a `GET` says the same before and after, version and all.
    pub untouched: bool,
    /// Variables from the answer's body.
    pub keep: BTreeMap<String, String>,
}

/// Reads a file of cases.
pub fn read(file: &str, text: &str) -> Vec<Case> {
    let list: Vec<Map<String, Value>> =
        serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{file} cannot be read: {error}"));
    list.into_iter().map(|entry| case(file, entry)).collect()
}

fn case(file: &str, mut entry: Map<String, Value>) -> Case {
    let name = entry.remove("case").and_then(|name| name.as_str().map(str::to_owned));
    let name = name.unwrap_or_else(|| panic!("a case in {file} has no name: {entry:?}"));
    let told = |error: serde_json::Error| -> Vec<Step> { panic!("{file}, {name}: {error}") };
    let given = entry.remove("given").map_or_else(Vec::new, |given| serde_json::from_value(given).expect("a list"));
    let steps = match entry.remove("steps") {
        Some(steps) => serde_json::from_value(steps).unwrap_or_else(told),
        None => serde_json::from_value(Value::Array(vec![Value::Object(entry)])).unwrap_or_else(told),
    };
    Case { name, given, steps }
}
