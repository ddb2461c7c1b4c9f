//! The SCIM server as identity providers meet it: tables of cases over HTTP, on both databases.
//!
//! What is expected comes from RFC 7643, RFC 7644, RFC 9865 and from what Entra, Okta and others are known to send, never
//! from the server's own code. Each case begins with nothing in its connection, so what it counts is its own.

use std::collections::BTreeMap;

use case::{Case, Step};
use stage::Stage;

mod case;
mod expect;
mod property;
mod raw;
mod run;
mod stage;

macro_rules! tables {
    ($($name:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $name() {
            check(stringify!($name), include_str!(concat!("conformance/cases/", stringify!($name), ".yaml"))).await;
        }
    )*

        /// Every table with its text.
        const TABLES: &[(&str, &str)] = &[
            $((stringify!($name), include_str!(concat!("conformance/cases/", stringify!($name), ".yaml")))),*
        ];
    };
}

tables! {
    authentication, bulk, create, delete, dialects, discovery, errors, filters, groups, hostile, lists, patch,
    patch_paths, projection, replace, uniqueness, versions,
}

#[test]
fn there_are_enough_cases_and_each_has_a_name_of_its_own() {
    let cases: Vec<Case> = TABLES.iter().flat_map(|(name, text)| case::read(name, text)).collect();
    let names: std::collections::BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "a name is given twice");
    assert!(cases.len() >= 200, "{} cases", cases.len());
}

/// Runs a table on each database; every fault is told, not only the first.
async fn check(name: &str, text: &str) {
    let cases = case::read(name, text);
    let given: BTreeMap<String, Step> =
        serde_saphyr::from_str(include_str!("conformance/given.yaml")).expect("given.yaml can be read");
    testkit::on_each_database(async |db| {
        let stage = Stage::new(&db).await;
        let table = run::Table::new(&stage, name).await;
        let mut faults = Vec::new();
        for case in &cases {
            let found = table.run(case, &given).await;
            if !found.is_empty() {
                faults.push(format!("  {}\n{}", case.name, found.join("\n")));
            }
        }
        let backend = db.store.backend();
        stage.node.store.close().await;
        assert!(faults.is_empty(), "{} of {} cases, {backend:?}:\n{}", faults.len(), cases.len(), faults.join("\n"));
    })
    .await;
}
