//! `vestibule recover`: the way back in for an operator who cannot sign in, and whom no other owner can help.
//!
//! Whoever can open the database may do it: who can, could read and change everything in it anyway. It is in the audit trail.

use std::process::ExitCode;

use clap::Args;
use kernel::Env;
use operators::Operators;

use super::{Common, FAILED, begin_log, open_store};
use crate::output;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The operator's user name.
    #[arg(value_name = "USER_NAME")]
    user_name: String,
}

pub(super) async fn run(common: &Common, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    begin_log(&config);
    let store = open_store(&config).await?;
    let operators = Operators::new(store.clone(), Env::system(), config.operators.clone());
    let link = operators.recover(&arguments.user_name).await?;
    store.close().await;
    let Some(link) = link else {
        output::note(&format!("error: no operator who may sign in is called {}", arguments.user_name));
        return Ok(ExitCode::from(FAILED));
    };
    let scheme = if config.web.tls_certificate_file.is_some() { "https" } else { "http" };
    let url = config.web.origin().unwrap_or_else(|| format!("{scheme}://{}", config.web.listen));
    output::say(&format!(
        "Choose a new password with this link, once, until {}. Sessions of before end then.\n\n  {url}{}\n",
        link.expires_at,
        link.path(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
