//! What the room writes into the log can be chosen by webhooks, and is written down where it is looked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use signals::webhooks::CATALOGUE;

/// Names of jobs: of the room, and no events.
const JOBS: [&str; 5] = [crate::notices::TELL, "mfa.campaign", "mfa.read_risk", "mfa.register", crate::push::web::SEND];
/// Files with names that are none of events either: of permissions, of errors, of what tests make up.
const OTHERS: [&str; 4] = ["permissions.rs", "error.rs", "rule.rs", "tests.rs"];

/// Every name of the room's that stands between quotes in its own files.
fn written(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            written(&path, names);
        } else if path.is_file() && !OTHERS.contains(&name.as_str()) {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let quoted = text.split('"').filter(|part| part.starts_with("mfa."));
            let word = |part: &&str| part[4..].bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            names.extend(quoted.filter(word).map(str::to_owned));
        }
    }
}

fn events() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
    names.retain(|name| !JOBS.contains(&name.as_str()));
    names
}

#[test]
fn every_event_of_the_room_can_be_chosen_and_nothing_else() {
    let written = events();
    assert!(written.len() > 40, "the room's files are not where they are looked for: {written:?}");
    let known = CATALOGUE.iter().map(|event| event.name).filter(|name| name.starts_with("mfa.") && *name != "mfa.*");
    let known: BTreeSet<String> = known.map(str::to_owned).collect();
    let missing: Vec<_> = written.difference(&known).collect();
    assert!(missing.is_empty(), "not in the catalogue of webhooks: {missing:?}");
    let made_up: Vec<_> = known.difference(&written).collect();
    assert!(made_up.is_empty(), "in the catalogue, and written by nobody: {made_up:?}");
}

#[test]
fn every_event_of_the_room_is_explained() {
    let (module, guide) = (include_str!("../events.rs"), include_str!("../../../../docs/guides/webhooks.md"));
    for name in events() {
        let quoted = format!("`{name}`");
        assert!(module.contains(&quoted), "events.rs does not say when {name} happens");
        assert!(guide.contains(&quoted), "the guide to webhooks does not say what {name} is");
    }
}
