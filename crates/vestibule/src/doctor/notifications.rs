//! Whether Graph tells of changes where it was asked to.

use directory::SourceId;
use dirsync::notify::status::survey;
use dirsync::notify::{NotificationState, NotificationStatus};
use kernel::Env;
use store::Store;

use super::{Finding, chain};
use crate::config::Config;

/// The check's name.
const CHECK: &str = "notifications";

/// The same from the outside: there may be no database yet.
pub(super) async fn examine(config: &Config, env: &Env) -> Option<Finding> {
    // What stops us here has a line of its own already.
    if config.store.file().is_some_and(|file| !file.exists()) {
        return None;
    }
    let store = Store::open(&config.store.settings().ok()?).await.ok()?;
    let finding = look(config, &store, env).await;
    store.close().await;
    Some(finding)
}

/// How the sources stand that have switched notifications on.
pub(super) async fn look(config: &Config, store: &Store, env: &Env) -> Finding {
    let base = config.dirsync.notification_base();
    match survey(store, base.is_some(), env.now()).await {
        Ok(all) => judge(&all),
        Err(error) => Finding::bad(CHECK, chain(&error), "run `vestibule migrate`"),
    }
}

/// The first source that is not told, and should be, speaks.
pub(super) fn judge(all: &[(SourceId, NotificationStatus)]) -> Finding {
    if let Some(finding) = all.iter().find_map(|(source, status)| wrong(&source.to_string(), status)) {
        return finding;
    }
    if all.is_empty() {
        return Finding::good(CHECK, "no source has switched them on; the timer follows them all");
    }
    let told = all.iter().filter(|(_, status)| status.state == NotificationState::On).count();
    let rest =
        if told == all.len() { "" } else { "; the timer follows the others, which wait for the mode On or for Graph" };
    Finding::good(CHECK, format!("{told} of {} sources that want it are told of changes at once{rest}", all.len()))
}

fn wrong(source: &str, status: &NotificationStatus) -> Option<Finding> {
    let timer = "the timer follows it meanwhile";
    match status.state {
        NotificationState::NoAddress => Some(Finding::warning(
            CHECK,
            format!("source {source} wants to be told of changes, and this server has no address for that; {timer}"),
            "set dirsync.notification_url, or switch notifications off in its settings",
        )),
        NotificationState::Failing => {
            let detail = status.error_detail.as_deref().unwrap_or("Graph refused");
            let mend = status.mend.as_deref().unwrap_or("look at the settings of the source");
            Some(Finding::warning(CHECK, format!("source {source}: {detail}; {timer}"), mend))
        }
        _ => None,
    }
}
