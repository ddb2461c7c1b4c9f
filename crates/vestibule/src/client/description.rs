//! The API's description, read as commands.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{OWN_FLAGS, names};

/// The description in the repository; a test fails when it is not what the server says.
const DESCRIPTION: &str = include_str!("../../../../docs/reference/openapi.json");

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let api: Value = serde_json::from_str(DESCRIPTION).unwrap_or_default();
    read(&api)
});

/// One verb of the API as a command.
#[derive(Debug)]
pub struct Operation {
    /// Its name in the description.
    pub id: String,
    /// The first word of the command.
    pub noun: String,
    /// The words after it.
    pub words: Vec<String>,
    /// What it does.
    pub about: String,
    /// `GET`, `POST` …
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: String,
    /// The parameters of the path, in order.
    pub path_parameters: Vec<Field>,
    /// The parameters of the query.
    pub query: Vec<Field>,
    /// The fields of the body.
    pub fields: Vec<Field>,
    /// Whether it takes a body.
    pub has_body: bool,
    /// Whether its answer comes in pages.
    pub paged: bool,
    /// The columns of its table; empty where the answer decides.
    pub columns: &'static [&'static str],
    /// The operation that says how what was begun goes on.
    pub follow: Option<&'static str>,
}

/// One thing that a caller may say.
#[derive(Debug)]
pub struct Field {
    /// The name on the wire; of a body, every name on the way down.
    pub path: Vec<String>,
    /// The name inside the command line parser.
    pub id: String,
    /// The flag, without dashes.
    pub flag: String,
    /// What it is.
    pub help: String,
    /// What its value looks like.
    pub kind: Kind,
    /// Whether the flag may come several times.
    pub repeats: bool,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text as it is.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// JSON.
    Json,
}

impl Field {
    /// What stands for it in a path.
    pub fn placeholder(&self) -> String {
        format!("{{{}}}", self.path.concat())
    }

    /// What stands for the value in the help.
    pub fn value_name(&self) -> &'static str {
        match self.kind {
            Kind::Text => "TEXT",
            Kind::Number => "NUMBER",
            Kind::Boolean => "true|false",
            Kind::Json => "JSON",
        }
    }
}

/// Every operation that is a command.
pub fn operations() -> &'static [Operation] {
    &OPERATIONS
}

fn read(api: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    // What is below `/scim` is for the applications that push, with keys of their own.
    for (path, item) in members(&api["paths"]).filter(|(path, _)| path.starts_with("/api/")) {
        for (method, name) in
            [("GET", "get"), ("POST", "post"), ("PUT", "put"), ("PATCH", "patch"), ("DELETE", "delete")]
        {
            if let Some(described) = item.get(name)
                && let Some(operation) = operation(api, method, path, described)
            {
                found.push(operation);
            }
        }
    }
    found.sort_by(|a, b| (&a.noun, &a.words).cmp(&(&b.noun, &b.words)));
    found
}

fn operation(api: &Value, method: &'static str, path: &str, described: &Value) -> Option<Operation> {
    let id = described["operationId"].as_str()?.to_owned();
    let tag = described["tags"][0].as_str().unwrap_or("api");
    let name = names::of(&id, tag)?;
    let parameters = described["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let placed = |place: &str| -> Vec<Field> {
        let here = parameters.iter().filter(|parameter| parameter["in"] == place);
        let name = |parameter: &Value| vec![parameter["name"].as_str().unwrap_or_default().to_owned()];
        here.map(|parameter| field(api, "", name(parameter), &parameter["schema"], parameter)).collect()
    };
    let body = &described["requestBody"]["content"]["application/json"]["schema"];
    let query = placed("query");
    Some(Operation {
        noun: name.noun,
        words: name.words,
        about: sentence(described),
        method,
        path: path.to_owned(),
        path_parameters: placed("path"),
        fields: fields(api, body, &[]),
        has_body: !body.is_null(),
        paged: ["after", "limit"].iter().all(|name| query.iter().any(|field| field.path == [*name])),
        query,
        columns: name.columns,
        follow: name.follow,
        id,
    })
}

fn sentence(described: &Value) -> String {
    let text = described["summary"].as_str().or_else(|| described["description"].as_str()).unwrap_or_default();
    text.trim_end_matches('.').to_owned()
}

/// How deep a body is taken apart into flags.
const DEEPEST: usize = 2;

/// The fields of a body; an object in it becomes one flag for each of its own fields: `--credential-secret`.
fn fields(api: &Value, body: &Value, above: &[String]) -> Vec<Field> {
    let mut found = Vec::new();
    for (name, schema) in properties(api, body) {
        let path: Vec<String> = above.iter().chain([&name]).cloned().collect();
        if path.len() < DEEPEST && !properties(api, &schema).is_empty() {
            found.extend(fields(api, &schema, &path));
        } else {
            found.push(field(api, "body.", path, &schema, &schema));
        }
    }
    found
}

/// The properties of an object, or of every object it may be: `{"part": "all"}` or `{"part": "without", "items": []}`
/// has `part`, which is one of both words, and `items`.
fn properties(api: &Value, schema: &Value) -> BTreeMap<String, Value> {
    let schema = resolved(api, schema);
    let mut found: BTreeMap<String, Value> =
        members(&schema["properties"]).map(|(name, property)| (name.clone(), property.clone())).collect();
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        for (name, property) in properties(api, choice) {
            match found.get_mut(&name).and_then(|known| known["enum"].as_array_mut()) {
                Some(words) => words.extend(property["enum"].as_array().cloned().unwrap_or_default()),
                None => {
                    found.entry(name).or_insert(property);
                }
            }
        }
    }
    found
}

fn field(api: &Value, prefix: &str, path: Vec<String>, schema: &Value, described: &Value) -> Field {
    let schema = resolved(api, schema);
    let item = resolved(api, &schema["items"]);
    let repeats = is(schema, "array") && kind_of(item) != Kind::Json;
    let flag = path.join("-").replace('_', "-");
    let words = schema["enum"].as_array().or_else(|| item["enum"].as_array());
    let words = words.map(|words| words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "));
    let help = sentence_about(described, schema).lines().next().unwrap_or_default().trim_end_matches('.');
    Field {
        id: format!("{prefix}{}", path.join(".")),
        flag: if OWN_FLAGS.contains(&flag.as_str()) { format!("with-{flag}") } else { flag },
        help: match words {
            Some(words) if help.is_empty() => format!("One of {words}"),
            Some(words) => format!("{help}: {words}"),
            None => help.to_owned(),
        },
        kind: kind_of(if repeats { item } else { schema }),
        repeats,
        path,
    }
}

/// The sentence about a value: its own, that of the one thing which it may be beside null, or that of its schema.
fn sentence_about<'a>(described: &'a Value, schema: &'a Value) -> &'a str {
    let own = |value: &'a Value| value["description"].as_str();
    let choices = described["oneOf"].as_array().or_else(|| described["anyOf"].as_array());
    let inner = choices.into_iter().flatten().filter(|choice| choice["type"] != "null").find_map(own);
    own(described).or(inner).or_else(|| own(schema)).unwrap_or_default()
}

/// The schema behind references and behind "this or null".
fn resolved<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    // References never go deeper than a few steps; a circle ends here.
    for _ in 0..8 {
        let next = if let Some(reference) = schema["$ref"].as_str() {
            api.pointer(reference.trim_start_matches('#'))
        } else {
            let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
            let real =
                |choices: &'a Vec<Value>| choices.iter().filter(|choice| choice["type"] != "null").collect::<Vec<_>>();
            choices.map(real).filter(|real| real.len() == 1).map(|real| real[0])
        };
        match next {
            Some(next) => schema = next,
            None => return schema,
        }
    }
    schema
}

fn kind_of(schema: &Value) -> Kind {
    if is(schema, "string") {
        Kind::Text
    } else if is(schema, "integer") || is(schema, "number") {
        Kind::Number
    } else if is(schema, "boolean") {
        Kind::Boolean
    } else {
        Kind::Json
    }
}

fn is(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(text) => text == kind,
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        _ => false,
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE).iter()
}
