//! The section `[log]`: what is logged and how.

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// The section `[log]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// What is logged: `error`, `warn`, `info`, `debug`, or by part: `info,dirsync=debug`.
    pub level: String,
    /// How a line looks: `text` for people, `json` for machines.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::default() }
    }
}

impl LogConfig {
    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        match self.filter() {
            Ok(_) => Vec::new(),
            Err(error) => vec![format!("log.level is not understood: {error}")],
        }
    }

    /// What is let through.
    pub(crate) fn filter(&self) -> Result<EnvFilter, tracing_subscriber::filter::ParseError> {
        EnvFilter::try_new(&self.level)
    }
}
