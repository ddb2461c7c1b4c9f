//! Links between documents lead somewhere; decisions are numbered once.

use std::collections::{BTreeMap, BTreeSet};

use super::Breach;
use crate::repository::{Repository, root};

/// Relative links that lead nowhere.
pub fn links(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in repository.ending("md") {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in targets(text) {
            let resolved = resolve(folder, target);
            if repository.file(&resolved).is_none() && !root().join(&resolved).exists() {
                breaches.push(Breach::new(path, format!("the link to {target} leads nowhere")));
            }
        }
    }
    breaches
}

/// Decisions with a wrong name or a number used twice.
pub fn decisions(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, _) in repository.files() {
        let Some(name) = path.strip_prefix("docs/decisions/").and_then(|name| name.strip_suffix(".md")) else {
            continue;
        };
        let number = name.split_once('-').map_or("", |(number, _)| number);
        if number.len() != 4 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
            breaches.push(Breach::new(path, "is not NNNN-title.md"));
        } else if let Some(other) = numbers.insert(number, path) {
            breaches.push(Breach::new(path, format!("has the number of {other}")));
        }
    }
    breaches
}

/// Link targets inside the repository, without their fragment; code blocks are skipped.
fn targets(text: &str) -> BTreeSet<&str> {
    let mut code = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        if code {
            continue;
        }
        let ends = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let inside = ends.filter(|target| !target.contains("://") && !target.starts_with(['#', '/']));
        found.extend(
            inside.filter(|target| !target.starts_with("mailto:")).filter_map(|target| target.split('#').next()),
        );
    }
    found
}

fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
