//! Each rule finds what it is for; and the house follows all of them.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::{RULES, complaints};
use crate::repository::Repository;

#[test]
fn the_house_follows_its_rules() {
    let complaints = complaints(&Repository::read().unwrap()).unwrap();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// What `rule` says of these files: the keys of its breaches.
fn found(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let rule = RULES.iter().find(|candidate| candidate.name == rule).unwrap();
    let breaches = (rule.check)(&Repository::of(files));
    breaches.into_iter().map(|breach| breach.key).collect()
}

fn check(rule: &str, files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(found(rule, files), expected, "rule {rule}");
}

#[test]
fn arrows_point_down_only() {
    let crates = [
        ("crates/kernel/Cargo.toml", ""),
        ("crates/store/Cargo.toml", "[dependencies]\nkernel.workspace = true\n"),
        ("crates/testkit/Cargo.toml", "[dependencies]\nstore.workspace = true\n"),
        ("crates/signals/Cargo.toml", "[dependencies]\ntenants.workspace = true\n"),
        ("crates/tenants/Cargo.toml", "[dependencies]\nsignals.workspace = true\n"),
        ("crates/operators/Cargo.toml", "[dependencies]\ntestkit.workspace = true\n"),
        ("crates/dirsync/Cargo.toml", "[dependencies]\noperators = { workspace = true }\nsqlx.workspace = true\n"),
        ("crates/pages/Cargo.toml", "[dependencies]\ndirsync.workspace = true\nstore.workspace = true\n"),
    ];
    let expected = ["dirsync -> operators", "operators -> testkit", "pages -> store", "signals -> tenants"];
    check("arrows", &crates, &expected);
    check("addresses", &crates, &["dirsync -> sqlx"]);
}

#[test]
fn arrows_of_tests_are_counted_apart() {
    let crates = [
        ("crates/store/Cargo.toml", "[dev-dependencies]\ntestkit.workspace = true\n"),
        ("crates/testkit/Cargo.toml", ""),
        ("crates/emulator/Cargo.toml", ""),
        ("crates/pages/Cargo.toml", "[dev-dependencies]\nstore.workspace = true\ntestkit.workspace = true\n"),
        ("crates/dirsync/Cargo.toml", "[dev-dependencies]\ntestkit.workspace = true\nemulator.workspace = true\n"),
    ];
    check("arrows", &crates, &[]);
    check("test-arrows", &crates, &["dirsync -> emulator", "store -> testkit"]);
}

#[test]
fn modules_are_named_and_introduced() {
    let files = [
        ("crates/a/src/plan/mod.rs", "//! A plan.\n"),
        ("crates/a/src/utils.rs", "//! Things.\n"),
        ("crates/a/src/guard.rs", "use std::fs;\n"),
        ("crates/a/src/plan.rs", "//! A plan.\n"),
    ];
    check("names", &files, &["crates/a/src/plan/mod.rs", "crates/a/src/utils.rs"]);
    check("headers", &files, &["crates/a/src/guard.rs"]);
}

#[test]
fn tests_are_never_hidden() {
    let files = [
        ("crates/a/tests/it.rs", "//! Tests.\n"),
        ("crates/e2e/tests/it/main.rs", "//! Tests.\n"),
        ("crates/b/src/tests.rs", "//! Tests.\n    #[ignore = \"slow\"]\nfn test_it() {}\n"),
    ];
    check("tests", &files, &["crates/a/tests/it.rs", "crates/b/src/tests.rs", "crates/b/src/tests.rs"]);
}

#[test]
fn long_files_and_functions_are_found() {
    let file = "//! Long.\n".to_owned() + &"const A: u8 = 1;\n".repeat(500);
    check("length", &[("crates/a/src/long.rs", &file)], &["crates/a/src/long.rs"]);
    let function = |lines| {
        format!(
            "impl A {{\n    pub async fn work<T>(\n        a: T,\n    ) {{\n{}    }}\n}}\n",
            "        a;\n".repeat(lines)
        )
    };
    check("functions", &[("crates/a/src/a.rs", &function(56))], &[]);
    check("functions", &[("crates/a/src/a.rs", &function(57))], &["crates/a/src/a.rs work"]);
    check("functions", &[("crates/a/src/a.rs", &format!("trait B {{\n    fn b();\n{}}}\n", "    \n".repeat(90)))], &[]);
}

#[test]
fn migrations_are_numbered_once_and_named_after_their_room() {
    let files = [
        ("crates/a/Cargo.toml", ""),
        ("migrations/0001_a_runs.sql", "CREATE TABLE a_runs (id UUID);\n-- CREATE TABLE x\n"),
        ("migrations/0001_a_more.sql", "CREATE TABLE IF NOT EXISTS b_more(id UUID);\n"),
        ("migrations/2_a.sql", ""),
    ];
    let expected = ["migrations/0001_a_more.sql", "migrations/0001_a_runs.sql", "migrations/2_a.sql"];
    check("migrations", &files, &[expected[0], expected[1], expected[2]]);
}

#[test]
fn tables_are_named_in_their_own_store_alone() {
    let sql = "let sql = \"SELECT id FROM a_runs WHERE id = $1\";\n";
    let files = [
        ("migrations/0001_a_runs.sql", "CREATE TABLE a_runs (id UUID);\n"),
        ("crates/a/src/store.rs", sql),
        ("crates/a/src/store/runs.rs", sql),
        ("crates/a/src/tests/runs.rs", sql),
        ("crates/a/src/service.rs", sql),
        ("crates/b/src/store.rs", "\"UPDATE a_runs SET x = 1\"\n// FROM a_runs\n"),
    ];
    check("tables", &files, &["crates/a/src/service.rs", "crates/b/src/store.rs"]);
}

#[test]
fn templates_without_a_page_are_found() {
    let files = [
        ("crates/pages/src/a.rs", "#[template(path = \"a/list.html\")]\n"),
        ("crates/pages/templates/a/list.html", "{% extends \"base.html\" %}\n"),
        ("crates/pages/templates/base.html", ""),
        ("crates/pages/templates/a/lost.html", ""),
    ];
    check("templates", &files, &["crates/pages/templates/a/lost.html"]);
}

#[test]
fn links_lead_somewhere() {
    let text = "[a](../SECURITY.md#report) [b](https://example.org/x) [c](gone.md)\n```\n[d](gone-too.md)\n```\n";
    check("links", &[("docs/a.md", text), ("SECURITY.md", "")], &["docs/a.md"]);
    let decisions = [("docs/decisions/0001-a.md", ""), ("docs/decisions/0001-b.md", ""), ("docs/decisions/c.md", "")];
    check("decisions", &decisions, &["docs/decisions/0001-b.md", "docs/decisions/c.md"]);
}
