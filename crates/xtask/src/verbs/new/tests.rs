//! What is made is called right, lies in the right room, and keeps the house rules.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::{Thing, plan};
use crate::repository::Repository;

fn house() -> Repository {
    Repository::of(&[
        ("crates/dirsync/Cargo.toml", ""),
        ("migrations/0001_store_jobs.sql", ""),
        ("migrations/0012_dirsync_runs.sql", ""),
    ])
}

/// The files that a wish leads to.
fn made(thing: &Thing) -> Vec<(String, String)> {
    plan(&house(), thing).unwrap().0.into_iter().map(|file| (file.path, file.text)).collect()
}

#[test]
fn route_is_named_after_its_verb() {
    let files = made(&Thing::Route { room: "dirsync".into(), name: "pause_run".into() });
    assert_eq!(files[0].0, "crates/dirsync/src/routes/pause_run.rs");
    for expected in [
        "//! `GET /api/v1/dirsync/run`: Pause run.",
        "operation_id = \"pause_run\"",
        "dirsync.pause_run(&caller.may(PauseRun {})?)",
    ] {
        assert!(files[0].1.contains(expected), "{expected} in\n{}", files[0].1);
    }
}

#[test]
fn page_comes_with_its_template() {
    let files = made(&Thing::Page { room: "dirsync".into(), name: "run_detail".into() });
    assert_eq!(files[1].0, "crates/pages/templates/dirsync/run_detail.html");
    assert!(files[0].1.contains("path = \"dirsync/run_detail.html\""));
    assert!(files[1].1.contains("{% extends \"layout.html\" %}"));
}

#[test]
fn migration_takes_the_next_number() {
    let files = made(&Thing::Migration { room: "dirsync".into(), what: "run_notes".into() });
    assert_eq!(files[0].0, "migrations/0013_dirsync_run_notes.sql");
    assert!(files[0].1.contains("CREATE TABLE dirsync_run_notes") && files[0].1.contains("{{BYTES}}"));
}

#[test]
fn nothing_is_left_to_fill_in() {
    for thing in [
        Thing::Route { room: "dirsync".into(), name: "pause_run".into() },
        Thing::Source { name: "csv".into() },
        Thing::Page { room: "dirsync".into(), name: "run_detail".into() },
    ] {
        let (files, ticks) = plan(&house(), &thing).unwrap();
        assert!(
            !ticks.contains("{{") && files.iter().all(|file| !file.text.contains("{{R") && !file.text.contains("{{T"))
        );
    }
}

#[test]
fn a_wrong_room_or_name_is_refused() {
    let refused =
        |room: &str, name: &str| plan(&house(), &Thing::Route { room: room.into(), name: name.into() }).is_err();
    assert!(refused("nowhere", "pause_run"));
    assert!(refused("dirsync", "pauseRun"));
    assert!(refused("dirsync", "pause"));
}
