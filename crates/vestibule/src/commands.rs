//! The command line. Commands that work on this machine read the configuration; the others talk to a server.
//!
//! | exit code | means |
//! |---|---|
//! | 0 | done |
//! | 1 | failed |
//! | 2 | wrong usage: a flag, a value, the configuration |
//! | 3 | held for a decision |

mod audit;
mod config;
mod doctor;
mod keys;
mod migrate;
mod recover;
mod serve;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{Config, ConfigError, Sources};
use crate::{client, log, output};

/// Failed.
pub const FAILED: u8 = 1;
/// Wrong usage.
pub const WRONG_USAGE: u8 = 2;
/// Held for a decision.
pub const HELD: u8 = 3;

/// The entrance hall between Microsoft Entra ID and everything an organisation protects.
#[derive(Debug, Parser)]
#[command(name = "vestibule", version)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Local,
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Args)]
struct Common {
    /// The configuration; otherwise ./vestibule.toml or /etc/vestibule/vestibule.toml, where there is one.
    #[arg(long, global = true, env = "VESTIBULE_CONFIG", value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,
    /// One setting over the file and the environment: --set web.listen=127.0.0.1:8080; repeatable.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = setting, help_heading = "Configuration")]
    settings: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
enum Local {
    /// Runs the server.
    Serve(serve::Arguments),
    /// Brings the database up to date and ends.
    Migrate,
    /// Checks reach, rights, clocks, keys, certificates, database and disk.
    Doctor(doctor::Arguments),
    /// The master keys that secrets in the database are sealed under.
    #[command(subcommand)]
    Keys(keys::Verb),
    /// The audit trail in the database, without a server.
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Makes a link by which an operator who cannot sign in chooses a new password, on the server itself.
    Recover(recover::Arguments),
    /// The configuration itself.
    #[command(subcommand)]
    Config(config::Verb),
    /// Says which version this is.
    Version(version::Arguments),
}

impl Common {
    fn sources(&self) -> Sources {
        Sources {
            file: self.config.clone(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            flags: self.settings.clone(),
        }
    }

    /// The configuration, checked.
    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.sources())
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The whole command line: our commands, then those made from the API's description.
pub(crate) fn command() -> Command {
    Cli::command().subcommands(client::commands())
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let matches = match command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version go to standard output and are no failure.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(WRONG_USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::from(error).context("no threads can be started")),
    };
    runtime.block_on(run(&matches)).unwrap_or_else(|error| fail(&error))
}

async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    if let Some((noun, below)) = matches.subcommand().filter(|(noun, _)| client::knows(noun)) {
        return client::run(noun, below).await;
    }
    let cli = Cli::from_arg_matches(matches)?;
    match cli.command {
        Local::Serve(arguments) => serve::run(&cli.common, &arguments).await,
        Local::Migrate => migrate::run(&cli.common).await,
        Local::Doctor(arguments) => doctor::run(&cli.common, &arguments).await,
        Local::Keys(verb) => keys::run(&cli.common, &verb).await,
        Local::Audit(verb) => audit::run(&cli.common, &verb).await,
        Local::Recover(arguments) => recover::run(&cli.common, &arguments).await,
        Local::Config(verb) => config::run(&cli.common, &verb),
        Local::Version(arguments) => version::run(&arguments),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    let usage = error.chain().any(|cause| cause.is::<ConfigError>() || cause.is::<clap::Error>());
    output::note(&format!("error: {error:#}"));
    ExitCode::from(if usage { WRONG_USAGE } else { FAILED })
}

/// What a command on this machine needs of the database, migrated or not.
async fn open_store(config: &Config) -> anyhow::Result<store::Store> {
    Ok(store::Store::open(&config.store.settings()?).await?)
}

/// Logs to standard error as configured.
fn begin_log(config: &Config) {
    log::install(&config.log);
}

#[cfg(test)]
mod tests;
