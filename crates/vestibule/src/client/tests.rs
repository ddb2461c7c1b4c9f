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
fn every_flag_says_what_it_is_for() {
    let flags =
        operations().iter().flat_map(|verb| verb.query.iter().chain(&verb.fields).map(move |flag| (verb, flag)));
    let silent: Vec<_> =
        flags.filter(|(_, flag)| flag.help.is_empty()).map(|(verb, flag)| (&verb.id, &flag.flag)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn every_noun_says_what_is_below_it() {
    let command = crate::commands::command();
    let mut silent = Vec::new();
    for noun in command.get_subcommands() {
        for word in noun.get_subcommands().chain([noun]) {
            if word.get_about().is_none_or(|about| about.to_string().is_empty()) {
                silent.push(format!("{} {}", noun.get_name(), word.get_name()));
            }
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
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

/// A server on a free port with an owner's token.
async fn server(folder: &std::path::Path) -> (String, String) {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut config = crate::Config::default();
    config.store.url = Some(format!("sqlite:{}", folder.join("vestibule.db").display()).as_str().into());
    config.web.listen = ([127, 0, 0, 1], 0).into();
    let server = web::Server::bind(config.web.serve_settings()).await.unwrap();
    let url = server.url();
    let app = crate::App::build(config, crate::Outside::system()).await.unwrap();
    app.store.migrate().await.unwrap();
    let organisation = app.operators.ensure_organisation().await.unwrap().id;
    let actor = kernel::Actor::system("test", organisation, app.env.new_id());
    let may = actor.may(operators::permissions::CreateOperator {}).unwrap();
    app.operators.create_owner(&may, "ada", &"a long enough password".into()).await.unwrap();
    let new = operators::NewToken { label: "test".to_owned(), role: kernel::Role::Owner, expires_in_days: 1 };
    let may = actor.may(operators::permissions::CreateToken {}).unwrap();
    let token = app.operators.create_token(&may, &new).await.unwrap().text.expose().clone();
    tokio::spawn(server.run(app.router.clone(), std::future::pending()));
    (url, token)
}

/// Runs a command line; the exit code as text, since the type tells nothing else.
async fn run(arguments: &[&str], url: &str, token: &str) -> String {
    let connection = ["--server", url, "--token", token];
    let all = ["vestibule"].iter().chain(arguments).chain(&connection);
    let matches = crate::commands::command().try_get_matches_from(all).unwrap();
    let (noun, below) = matches.subcommand().unwrap();
    let code = super::run(noun, below).await.unwrap();
    format!("{code:?}")
}

#[tokio::test]
async fn a_command_ends_with_what_the_server_said() {
    let folder = tempfile::tempdir().unwrap();
    let (url, token) = server(folder.path()).await;
    let nowhere = "00000000-0000-7000-8000-000000000000";
    let cases: [(&[&str], u8); 8] = [
        (&["jobs", "list"], 0),
        (&["tokens", "list", "--all", "--json"], 0),
        (&["operators", "me"], 0),
        (&["operators", "create", "--user-name", "grace", "--role", "auditor"], 0),
        (&["events", "export", "--format", "cef"], 0),
        (&["jobs", "get", nowhere], 1),
        (&["jobs", "get", "no id"], 2),
        (&["operators", "create", "--user-name", "x", "--role", "king"], 2),
    ];
    for (arguments, expected) in cases {
        let expected = format!("{:?}", std::process::ExitCode::from(expected));
        assert_eq!(run(arguments, &url, &token).await, expected, "{arguments:?}");
    }
    let expected = format!("{:?}", std::process::ExitCode::from(1));
    assert_eq!(run(&["jobs", "list"], &url, "vst_nobody").await, expected);
}
