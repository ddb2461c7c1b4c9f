//! `openapi.json` and `api.md`: from the routers themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use tempfile::TempDir;

use super::{NOTICE, cell, fresh};
use crate::{App, Config, Outside};

async fn app(folder: &TempDir) -> App {
    let mut config = Config::default();
    config.store.url = Some(format!("sqlite:{}", folder.path().join("api.db").display()).as_str().into());
    App::build(config, Outside::system()).await.unwrap()
}

/// The rooms share one set of names, and the last to give a name would have the answers of the others described wrongly.
#[tokio::test]
async fn no_two_rooms_give_one_name_to_different_schemas() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let whole = serde_json::to_value(&app.openapi.components).unwrap();
    let rooms = [
        operators::routes(app.operators),
        signals::routes(app.signals, app.webhooks),
        tenants::routes(app.tenants),
        directory::routes(app.directory),
        dirsync::routes(app.dirsync),
        provisioning::routes(app.provisioning.clone()),
        provisioning::scim_routes(app.provisioning),
        mfa::routes(app.mfa.clone()),
        mfa::metadata_routes(app.mfa),
        crate::jobs::routes(app.jobs),
    ];
    for room in rooms {
        for (name, schema) in room.into_openapi().components.unwrap().schemas {
            assert_eq!(whole["schemas"][&name], serde_json::to_value(schema).unwrap(), "{name}");
        }
    }
}

/// Every schema that something in a description refers to.
fn referred(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own =
                fields.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/components/schemas/"));
            let below = fields.values().flat_map(referred);
            own.map(str::to_owned).into_iter().chain(below).collect()
        }
        Value::Array(items) => items.iter().flat_map(referred).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_schema_that_is_referred_to_is_there_in_fresh_descriptions() {
    let folder = tempfile::tempdir().unwrap();
    let api = serde_json::to_value(&*app(&folder).await.openapi).unwrap();
    let schemas = api["components"]["schemas"].as_object().unwrap();
    let mut missing = referred(&api);
    missing.retain(|name| !schemas.contains_key(name));
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn fresh_api() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let api = serde_json::to_value(&*app.openapi).unwrap();
    fresh("openapi.json", &(serde_json::to_string_pretty(&api).unwrap() + "\n"));
    fresh("api.md", &page(&api));
}

fn page(api: &Value) -> String {
    let mut rooms: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let summary =
                operation["summary"].as_str().or_else(|| operation["description"].as_str()).unwrap_or_default();
            let line = format!("| `{} {path}` | {} | `{id}` |\n", method.to_uppercase(), cell(summary));
            rooms.entry(operation["tags"][0].as_str().unwrap_or("other")).or_default().push(line);
        }
    }
    let mut page = format!(
        "{NOTICE}# API\n\nJSON over HTTP. The whole description is [openapi.json](openapi.json), which a server also gives at\n\
         `/api/v1/openapi.json`. Calls carry `Authorization: Bearer <token>`. Lists come in pages: send `next` as `after`. \
         What\ndoes not work answers with a problem document (RFC 9457) whose `code` is stable.\n"
    );
    for (room, lines) in rooms {
        write!(page, "\n## {room}\n\n| | | |\n|---|---|---|\n{}", lines.concat()).unwrap();
    }
    page
}
