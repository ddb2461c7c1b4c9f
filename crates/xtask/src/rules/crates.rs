//! Crates look alike: the folder is the name, and each has a description, the workspace's lints and a README.

use toml::{Table, Value};

use super::Breach;
use crate::repository::Repository;

/// Crates that do not look like the others.
pub fn check(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (name, manifest) in repository.crates() {
        let mut complain = |text: &str| breaches.push(Breach::new(format!("crates/{name}"), text));
        if value(manifest, &["package", "name"]).and_then(Value::as_str) != Some(name.as_str()) {
            complain("the crate is not named after its folder");
        }
        if value(manifest, &["package", "description"]).is_none() {
            complain("has no description");
        }
        if value(manifest, &["lints", "workspace"]).and_then(Value::as_bool) != Some(true) {
            complain("does not take the workspace's lints");
        }
        let library = repository.file(&format!("crates/{name}/src/lib.rs")).is_some();
        if library && value(manifest, &["lib", "doctest"]).and_then(Value::as_bool) != Some(false) {
            complain("has doctest switched on");
        }
        if repository.file(&format!("crates/{name}/README.md")).is_none() {
            complain("has no README.md");
        }
    }
    breaches
}

fn value<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (last, folders) = path.split_last()?;
    let folder = folders.iter().try_fold(table, |table, key| table.get(*key)?.as_table());
    folder?.get(*last)
}
