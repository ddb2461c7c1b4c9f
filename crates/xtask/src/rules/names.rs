//! Names of modules and tests, and the line that opens every module.

use super::Breach;
use crate::repository::{Repository, crate_of};

/// They name no room; the thing inside has a better home.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

/// Modules that are called `mod.rs` or by an empty name.
pub fn modules(repository: &Repository) -> Vec<Breach> {
    let breaches = repository.rust().filter_map(|(path, _)| {
        let mut parts = path.trim_end_matches(".rs").split('/');
        if path.ends_with("/mod.rs") {
            return Some(Breach::new(path, "write name.rs beside the folder name/"));
        }
        parts.find(|part| EMPTY_NAMES.contains(part)).map(|name| Breach::new(path, format!("{name} names no thing")))
    });
    breaches.collect()
}

/// Modules without a header. A crate's may be its README.
pub fn headers(repository: &Repository) -> Vec<Breach> {
    let introduced =
        |text: &str| text.starts_with("//! ") || text.starts_with("#![doc = include_str!(\"../README.md\")]");
    let bare = repository.rust().filter(|(_, text)| !introduced(text));
    bare.map(|(path, _)| Breach::new(path, "begin with `//! ` and what the module is for")).collect()
}

/// Tests that are hidden, misplaced or badly named.
pub fn tests(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in repository.rust() {
        let integration = crate_of(path).is_some_and(|name| path.starts_with(&format!("crates/{name}/tests/")));
        if integration && !path.starts_with("crates/e2e/tests/it/") {
            breaches.push(Breach::new(path, "only e2e has a tests/ folder, with the one binary tests/it"));
        }
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with("#[ignore") {
                breaches.push(Breach::new(path, format!("line {}: no test is ignored", index + 1)));
            }
            if line.starts_with("fn test_") || line.starts_with("async fn test_") {
                breaches.push(Breach::new(path, format!("line {}: a test is a fact, without test_", index + 1)));
            }
        }
    }
    breaches
}
