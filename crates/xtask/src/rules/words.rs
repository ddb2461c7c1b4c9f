//! The repository speaks of Vestibule alone, not of the place or the way it was made.

use super::Breach;
use crate::repository::Repository;

/// In pieces, so that this list does not find itself.
const FOREIGN: &[&[&str]] = &[&["/wo", "rk/"], &["vca", "rgo"], &["brie", "fing"], &["sub-a", "gent"], &["to", "do!("]];

/// Lines that speak of something else.
pub fn check(repository: &Repository) -> Vec<Breach> {
    let foreign: Vec<String> = FOREIGN.iter().map(|pieces| pieces.concat()).collect();
    let mut breaches = Vec::new();
    for (path, text) in repository.files() {
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = foreign.iter().find(|word| line.contains(word.as_str())) {
                breaches.push(Breach::new(path, format!("line {}: {word:?} does not belong here", index + 1)));
            }
        }
    }
    breaches
}
