//! Every route is in the API's description, under the name of its file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use e2e::Node;
use e2e::world::Ground;
use store::Backend;
use testkit::Db;
use utoipa::openapi::OpenApi;
use web::coverage::operations;

#[tokio::test]
async fn every_route_is_described_and_nothing_else_is() {
    let api = described().await;
    let described = operations(&api);
    // The verbs of SCIM are fixed by the protocol and stand in one list, not in a file each.
    let (scim, own): (Vec<_>, Vec<_>) = described.iter().partition(|operation| operation.path.starts_with("/scim/"));
    assert!(scim.iter().all(|operation| operation.operation_id.starts_with("scim_")));
    let names: Vec<&str> = own.iter().map(|operation| operation.operation_id.as_str()).collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len(), "two verbs have one name: {names:?}");
    let written = route_files();
    let written: BTreeSet<&str> = written.iter().map(String::as_str).collect();
    let missing: Vec<_> = written.difference(&distinct).collect();
    assert!(missing.is_empty(), "routes that are not mounted or not described: {missing:?}");
    let homeless: Vec<_> = distinct.difference(&written).collect();
    assert!(homeless.is_empty(), "operations without a file of their name: {homeless:?}");
}

#[tokio::test]
async fn every_operation_says_what_it_does_and_how_it_fails() {
    let api = serde_json::to_value(&*described().await).unwrap();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(_, operation)| operation.is_object()) {
            let name = format!("{method} {path}");
            let says = operation["summary"].is_string() || operation["description"].is_string();
            assert!(says, "{name} does not say what it does");
            let parts: Vec<&str> = path.split('/').collect();
            // What a protocol fixes stands outside `/api/v1`.
            let room = if parts[1] == "api" { parts[3] } else { parts[1] };
            assert_eq!(operation["tags"][0], room, "{name} has another tag than its room");
            for status in ["400", "401", "403", "404", "409", "429", "500", "503"] {
                assert!(operation["responses"][status].is_object(), "{name} does not say how it fails with {status}");
            }
        }
    }
}

/// The description of a server that serves everything.
async fn described() -> Arc<OpenApi> {
    let db = Db::new(Backend::Sqlite).await.unwrap();
    Node::start(&Ground::of(&db)).await.unwrap().app.openapi
}

/// The names of the files in every room's `routes` folder.
fn route_files() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let in_routes = |file: &PathBuf| {
        let mut parents = file.ancestors().skip(1);
        let parent = parents.next().and_then(Path::file_name);
        let text = file.to_string_lossy();
        let elsewhere = ["/emulator/", "/pages/", "/tests/"].iter().any(|part| text.contains(part));
        parent.is_some_and(|name| name == "routes") && !elsewhere
    };
    let files = files(&crates, "rs").into_iter().filter(in_routes);
    files.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect()
}

/// Every file with an ending below a folder.
pub(super) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
