//! `vestibule doctor`: prints what `crate::doctor` found.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{Common, FAILED};
use crate::doctor::{self, Finding, Verdict};
use crate::output;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(common: &Common, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    let findings = doctor::examine(config).await;
    if arguments.json {
        output::say(&output::json(&json!(findings)))?;
    } else {
        output::say(&findings.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    }
    let ill = findings.iter().any(|finding| finding.verdict == Verdict::Bad);
    Ok(if ill { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

fn line(finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::Good => "ok  ",
        Verdict::Warning => "warn",
        Verdict::Bad => "BAD ",
    };
    let mend = finding.mend.as_ref().map(|mend| format!("\n                      mend: {mend}")).unwrap_or_default();
    format!("{mark}  {:<14}  {}{mend}", finding.check, finding.result)
}
