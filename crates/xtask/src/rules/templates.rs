//! Every template belongs to a page, or to a template that does.

use super::Breach;
use crate::repository::{Repository, crate_of};

/// Templates that nothing shows.
pub fn check(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, _) in repository.files() {
        let Some((_, name)) = path.split_once("/templates/") else { continue };
        let room = crate_of(path);
        let named = format!("\"{name}\"");
        let shown = repository.files().any(|(other, text)| {
            other != path
                && crate_of(other) == room
                && (other.contains("/src/") || other.contains("/templates/"))
                && text.contains(&named)
        });
        if !shown {
            breaches.push(Breach::new(path, "no page and no template names it"));
        }
    }
    breaches
}
