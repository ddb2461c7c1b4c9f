//! Commands that talk to a server: `VESTIBULE_URL` says which, `VESTIBULE_TOKEN` who calls.
//!
//! They are made from the API's own description, so that the command line can do what the API can. `names` only gives
//! them the words and columns that read best. Deliberately knows nothing of what the calls mean.

mod call;
mod description;
mod names;
mod show;

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

pub use description::{Operation, operations};

/// Flags of the client itself; fields of a body that are called the same get `with-` in front.
const OWN_FLAGS: [&str; 11] =
    ["server", "token", "token-file", "ca-file", "json", "all", "body", "wait", "help", "config", "set"];

/// Every command, by noun.
pub fn commands() -> Vec<Command> {
    let mut nouns: Vec<Command> = Vec::new();
    for operation in operations() {
        let at = nouns.iter().position(|noun| noun.get_name() == operation.noun);
        let noun = match at {
            Some(index) => nouns.remove(index),
            None => Command::new(operation.noun.as_str())
                .about(names::about(&operation.noun))
                .subcommand_required(true)
                .arg_required_else_help(true),
        };
        let noun = nest(noun, &operation.words, operation);
        nouns.insert(at.unwrap_or(nouns.len()), noun);
    }
    nouns.into_iter().map(|noun| noun.args(connection())).collect()
}

/// `settings get` is a verb below a word: commands nest as deep as their words.
fn nest(parent: Command, words: &'static [String], operation: &'static Operation) -> Command {
    match words {
        [] => parent,
        [verb] => parent.subcommand(leaf(Command::new(verb.as_str()), operation)),
        [word, rest @ ..] if parent.find_subcommand(word).is_some() => {
            parent.mut_subcommand(word.as_str(), |below| nest(below, rest, operation))
        }
        [word, rest @ ..] => {
            let about = names::about(&format!("{} {word}", parent.get_name()));
            let below = Command::new(word.as_str()).about(about).subcommand_required(true).arg_required_else_help(true);
            parent.subcommand(nest(below, rest, operation))
        }
    }
}

fn leaf(command: Command, operation: &'static Operation) -> Command {
    let mut command = command.about(operation.about.as_str());
    for parameter in &operation.path_parameters {
        command = command.arg(Arg::new(parameter.id.as_str()).required(true).help(parameter.help.as_str()));
    }
    for field in operation.query.iter().chain(&operation.fields) {
        let action = if field.repeats { ArgAction::Append } else { ArgAction::Set };
        let arg = Arg::new(field.id.as_str()).long(field.flag.as_str()).action(action).help(field.help.as_str());
        command = command.arg(arg.value_name(field.value_name()));
    }
    if operation.has_body {
        let help = "The whole request as JSON from a file, or - for standard input; flags win over it";
        command = command.arg(Arg::new("body").long("body").value_name("FILE").help(help));
    }
    if operation.paged {
        let help = "Every page, not only the first";
        command = command.arg(Arg::new("all").long("all").action(ArgAction::SetTrue).help(help));
    }
    if operation.follow.is_some() {
        let help = "Wait until it has ended or is held";
        command = command.arg(Arg::new("wait").long("wait").action(ArgAction::SetTrue).help(help));
    }
    command
}

fn connection() -> [Arg; 5] {
    [
        Arg::new("server").long("server").env("VESTIBULE_URL").value_name("URL").help("The server's address"),
        Arg::new("token")
            .long("token")
            .env("VESTIBULE_TOKEN")
            .hide_env_values(true)
            .value_name("TOKEN")
            .help("The API token"),
        Arg::new("token-file").long("token-file").value_name("FILE").help("A file that holds the API token"),
        Arg::new("ca-file")
            .long("ca-file")
            .env("VESTIBULE_CA_FILE")
            .value_name("FILE")
            .help("A certificate authority (PEM) to trust"),
        Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"),
    ]
    .map(|arg| arg.global(true).help_heading("Connection and output"))
}

/// Whether `noun` is one of these commands.
pub fn knows(noun: &str) -> bool {
    operations().iter().any(|operation| operation.noun == noun)
}

/// Runs the command that was asked for.
pub async fn run(noun: &str, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let mut words: Vec<&str> = Vec::new();
    let mut matches = matches;
    while let Some((word, below)) = matches.subcommand() {
        words.push(word);
        matches = below;
    }
    let asked = |operation: &&Operation| {
        operation.noun == noun && operation.words.iter().map(String::as_str).eq(words.iter().copied())
    };
    match operations().iter().find(asked) {
        Some(operation) => call::run(operation, matches).await,
        None => anyhow::bail!("there is no command {noun} {}", words.join(" ")),
    }
}

#[cfg(test)]
mod tests;
