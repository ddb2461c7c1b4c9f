//! `vestibule audit`: proves and exports the audit trail straight from the database, without a server.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use futures_util::{StreamExt as _, pin_mut};
use kernel::{Actor, Env, OrganisationId, RequestId, Timestamp};
use operators::Operators;
use serde_json::json;
use signals::permissions::ReadAudit;
use signals::{ExportFormat, Filter, Signals};

use super::{Common, FAILED, begin_log, open_store};
use crate::output;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Proves that no entry was changed, removed or put in between.
    Verify(Verify),
    /// Prints the audit trail as lines.
    Export(Export),
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Only this organisation; otherwise every one.
    #[arg(long, value_name = "ID")]
    organisation: Option<OrganisationId>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The organisation; needed where there are several.
    #[arg(long, value_name = "ID")]
    organisation: Option<OrganisationId>,
    /// How a line looks: jsonl or cef.
    #[arg(long, default_value = "jsonl", value_parser = format)]
    format: ExportFormat,
    /// Only from this moment on (RFC 3339).
    #[arg(long, value_parser = moment)]
    from: Option<Timestamp>,
    /// Only before this moment (RFC 3339).
    #[arg(long, value_parser = moment)]
    until: Option<Timestamp>,
}

pub(super) async fn run(common: &Common, verb: &Verb) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    begin_log(&config);
    let store = open_store(&config).await?;
    let operators = Operators::new(store.clone(), Env::system(), config.operators.clone());
    let every = operators.all_organisations().await?.into_iter().map(|organisation| organisation.id).collect();
    let signals = Signals::new(store.clone());
    let code = match verb {
        Verb::Verify(arguments) => verify(&signals, arguments, every).await?,
        Verb::Export(arguments) => export(&signals, arguments, every).await?,
    };
    store.close().await;
    Ok(code)
}

async fn verify(signals: &Signals, arguments: &Verify, every: Vec<OrganisationId>) -> anyhow::Result<ExitCode> {
    let wanted = arguments.organisation.map_or(every, |one| vec![one]);
    let mut sound = true;
    let mut report = Vec::new();
    for organisation in wanted {
        let verdict = signals.verify(&leave(organisation)?).await?;
        sound &= verdict.broken.is_none();
        let broken = verdict.broken.map(|broken| json!({ "revision": broken.revision, "what": broken.what }));
        report.push(json!({ "organisation": organisation, "entries": verdict.entries, "broken": broken }));
    }
    if arguments.json {
        output::say(&output::json(&json!(report)))?;
    } else {
        for line in &report {
            let said = match line["broken"].as_object() {
                None => "sound".to_owned(),
                Some(broken) => format!("BROKEN at revision {}: {}", broken["revision"], broken["what"]),
            };
            output::say(&format!(
                "{}  {} entries  {said}",
                line["organisation"].as_str().unwrap_or_default(),
                line["entries"]
            ))?;
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

async fn export(signals: &Signals, arguments: &Export, every: Vec<OrganisationId>) -> anyhow::Result<ExitCode> {
    let organisation = match (arguments.organisation, every.as_slice()) {
        (Some(one), _) => one,
        (None, [only]) => *only,
        (None, _) => anyhow::bail!("there are {} organisations; name one with --organisation", every.len()),
    };
    let filter = Filter { from: arguments.from, until: arguments.until, ..Filter::default() };
    let lines = signals.export(&leave(organisation)?, filter, arguments.format).await?;
    pin_mut!(lines);
    while let Some(line) = lines.next().await {
        output::say(line?.trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever can open the database may read it.
fn leave(organisation: OrganisationId) -> anyhow::Result<kernel::May<ReadAudit>> {
    let actor = Actor::system("audit command", organisation, Env::system().new_id::<RequestId>());
    actor.may(ReadAudit {}).context("the system may read the audit trail")
}

fn format(text: &str) -> Result<ExportFormat, String> {
    match text {
        "jsonl" => Ok(ExportFormat::JsonLines),
        "cef" => Ok(ExportFormat::Cef),
        _ => Err("write jsonl or cef".to_owned()),
    }
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| "write a moment like 2026-03-02T09:00:00Z".to_owned())
}
