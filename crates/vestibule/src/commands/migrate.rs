//! `vestibule migrate`: brings the database up to date and ends.

use std::process::ExitCode;

use super::{Common, begin_log, open_store};
use crate::output;

pub(super) async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    begin_log(&config);
    let store = open_store(&config).await?;
    store.migrate().await?;
    store.close().await;
    let newest = store::migrate::names().last().unwrap_or("nothing");
    output::say(&format!("The database is up to date: {newest}"))?;
    Ok(ExitCode::SUCCESS)
}
