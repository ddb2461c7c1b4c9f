//! The list of exceptions tolerates what it names, and complains about what it no longer needs.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::Exceptions;
use crate::rules::Breach;

#[test]
fn listed_breach_is_tolerated_and_an_unneeded_line_is_not() {
    let list: Exceptions = toml::from_str("[length]\n\"a.rs\" = \"why\"\n\"gone.rs\" = \"why\"\n").unwrap();
    let said = list.judge("length", vec![Breach::new("a.rs", "too long"), Breach::new("b.rs", "too long")]);
    assert_eq!(said.len(), 2);
    assert_eq!(said[0], "b.rs: too long");
    assert!(said[1].contains("gone.rs") && said[1].contains("no longer needed"));
}

#[test]
fn list_for_an_unknown_rule_is_noticed() {
    let list: Exceptions = toml::from_str("[lenght]\n\"a.rs\" = \"why\"\n").unwrap();
    assert_eq!(list.unknown(&["length"]).collect::<Vec<_>>(), ["lenght"]);
}
