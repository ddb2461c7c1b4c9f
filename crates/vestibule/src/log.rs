//! The log: to standard error, as text for people or JSON for machines.

use std::io::IsTerminal as _;

use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogConfig, LogFormat};

/// Begins to log for the whole process. A second call changes nothing.
pub fn install(config: &LogConfig) {
    let filter = config.filter().unwrap_or_default();
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // An error only says that somebody installed a subscriber before, such as a test.
    let _ = match config.format {
        LogFormat::Text => registry.with(layer.with_target(false)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
}
