//! Runs other programs: says what it runs, fails when they fail.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::repository;

/// A cargo command at the root of the repository.
pub fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repository::root()).args(arguments);
    command
}

/// Runs a command to its end; an unhappy end is an error.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| format!("{} cannot be started", shown(command)))?;
    if !status.success() {
        bail!("failed ({status}): {}", shown(command));
    }
    Ok(())
}

/// What a binary is built beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// The tests, which are built already: what only they use turns on features of dependencies, and whatever lies on
    /// those would be built once more without them.
    Tests,
}

/// Builds one binary of the workspace and says where it is.
pub fn build_binary(name: &str, beside: Beside) -> Result<PathBuf> {
    let mut build = cargo(["build", "--workspace", "--message-format=json-render-diagnostics", "--bin", name]);
    if beside == Beside::Tests {
        build.arg("--tests");
    }
    println!("$ {}", shown(&build));
    let output = build.stderr(Stdio::inherit()).output().context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("{name} does not build");
    }
    executable(&String::from_utf8_lossy(&output.stdout), name)
        .with_context(|| format!("cargo did not say where {name} is"))
}

/// Where cargo's messages say that the binary lies. Its unit tests have the same name and are another program.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name && message["profile"]["test"] == false)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

fn shown(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit('/').next().unwrap_or(&program).to_owned();
    command.get_args().fold(program, |line, argument| format!("{line} {}", argument.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binarys_tests_are_not_taken_for_it() {
        let said = [("x-0a1b", "x", true), ("y", "y", false), ("x", "x", false)].map(|(file, name, test)| {
            serde_json::json!({
                "reason": "compiler-artifact",
                "target": { "name": name },
                "profile": { "test": test },
                "executable": format!("/target/{file}"),
            })
            .to_string()
        });
        assert_eq!(executable(&format!("no message\n{}", said.join("\n")), "x"), Some(PathBuf::from("/target/x")));
        assert_eq!(executable(&said.join("\n"), "z"), None);
    }
}
