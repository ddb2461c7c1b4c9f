//! `./dev sdk`: clients that others wrote, against the emulator and the SCIM server: Microsoft's, and scim2-tester.
//!
//! Deliberately leaves starting and stopping to the tests: they know when they are done.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{Beside, build_binary, run as run_command};
use crate::repository::root;

const PROJECT: &str = "tests/sdk";

/// Runs the tests; arguments go to pytest.
pub fn run(arguments: &[String], beside: Beside) -> Result<()> {
    let emulator = build_binary("vestibule-emulator", beside)?;
    let demo = build_binary("vestibule-demo", beside)?;
    let python = environment(emulator.ancestors().nth(2).context("the binary lies in a target folder")?)?;
    let mut tests = Command::new(python);
    tests.args(["-m", "pytest"]).args(arguments).current_dir(root().join(PROJECT));
    run_command(tests.env("VESTIBULE_EMULATOR", emulator).env("VESTIBULE_DEMO", demo))
}

/// A virtual environment with exactly the pinned packages, made again when the pins change.
fn environment(target: &Path) -> Result<PathBuf> {
    let folder = target.join("sdk-venv");
    let python = folder.join("bin/python");
    let pins = fs::read_to_string(root().join(PROJECT).join("requirements.txt")).context("the pins cannot be read")?;
    let installed = folder.join("installed.txt");
    if python.exists() && fs::read_to_string(&installed).is_ok_and(|text| text == pins) {
        return Ok(python);
    }
    run_command(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", "-r"]);
    run_command(install.arg("requirements.txt").current_dir(root().join(PROJECT)))?;
    fs::write(&installed, pins)?;
    Ok(python)
}
