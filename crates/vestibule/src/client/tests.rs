//! The commands that are made from the API's description.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::collections::BTreeSet;

use super::operations;

#[test]
fn every_verb_is_a_command_of_its_own() {
    let mut seen = BTreeSet::new();
    for operation in operations() {
        assert!(!operation.words.is_empty(), "{} has a noun and no verb", operation.id);
        assert!(!operation.about.is_empty(), "{} says nothing about itself", operation.id);
        let command = format!("{} {}", operation.noun, operation.words.join(" "));
        assert!(seen.insert(command.clone()), "two verbs are called {command}");
    }
}

#[test]
fn the_command_line_is_well_formed() {
    crate::commands::command().debug_assert();
}

#[test]
fn commands_below_a_noun_say_what_they_take() {
    let mut command = crate::commands::command();
    let tokens = command.find_subcommand_mut("tokens").unwrap().find_subcommand_mut("create").unwrap();
    let help = tokens.render_long_help().to_string();
    for expected in ["--label", "--role", "owner, administrator", "--expires-in-days", "--body"] {
        assert!(help.contains(expected), "{help}");
    }
}
