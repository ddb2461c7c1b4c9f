//! `command-line.md`: from the parser's own tree.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::{NOTICE, cell, fresh};

#[test]
fn fresh_command_line() {
    let mut command = crate::commands::command();
    command.build();
    let mut page = format!(
        "{NOTICE}# Command line\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 held for a decision. `--json` prints data as \
         JSON.\n\nCommands marked *server* talk to a running server: `VESTIBULE_URL` says which, `VESTIBULE_TOKEN` who calls. \
         A value\nthat begins with `@` is read from that file, `@-` from standard input.\n"
    );
    write(&mut page, &command, "vestibule");
    fresh("command-line.md", &page);
}

fn write(page: &mut String, command: &Command, path: &str) {
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    for sub in below {
        let path = format!("{path} {}", sub.get_name());
        if sub.has_subcommands() {
            if path.matches(' ').count() == 1 {
                let server = if crate::client::knows(sub.get_name()) { " *(server)*" } else { "" };
                writeln!(page, "\n## {path}\n\n{}{server}", about(sub)).unwrap();
            }
            write(page, sub, &path);
        } else {
            let level = if path.matches(' ').count() == 1 { "##" } else { "###" };
            writeln!(page, "\n{level} {path}\n\n{}\n", about(sub)).unwrap();
            arguments(page, sub, &path);
        }
    }
}

fn about(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    if about.is_empty() || about.ends_with('.') { about } else { about + "." }
}

fn arguments(page: &mut String, command: &Command, path: &str) {
    let own: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_global_set() && !is_usual(arg)).collect();
    let places = own.iter().filter(|arg| arg.is_positional()).fold(String::new(), |mut places, arg| {
        write!(places, " <{}>", arg.get_id()).unwrap();
        places
    });
    writeln!(page, "```sh\n{path}{places}\n```").unwrap();
    if own.is_empty() {
        return;
    }
    page.push_str("\n| | |\n|---|---|\n");
    for arg in own {
        let name = match arg.get_long() {
            Some(long) if arg.get_action().takes_values() => format!("--{long} {}", value_name(arg)),
            Some(long) => format!("--{long}"),
            None => format!("<{}>", arg.get_id()),
        };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(page, "| `{}` | {} |", cell(&name), cell(&help)).unwrap();
    }
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default()
}

fn is_usual(arg: &Arg) -> bool {
    ["help", "version"].contains(&arg.get_id().as_str())
}
