//! Whether letters can be sent.

use mail::Mailer;

use super::{Finding, chain};
use crate::config::Config;

/// Whether a mail server is set up.
pub(super) fn look(config: &Config) -> Finding {
    match &config.mail.server {
        Some(server) => Finding::good("mail", format!("letters go out by {server}")),
        None => Finding::warning("mail", "no mail server is set up: nobody is told of held plans", "set mail.server"),
    }
}

/// Whether the mail server answers and lets us sign in.
pub(super) async fn examine(config: &Config) -> Finding {
    let Some(mailer) = Mailer::new(&config.mail) else { return look(config) };
    match mailer.check().await {
        Ok(()) => Finding::good("mail", "the mail server answers and lets us sign in"),
        Err(error) => Finding::bad("mail", chain(&error), "check [mail]; letters wait and are tried again"),
    }
}
