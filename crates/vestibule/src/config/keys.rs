//! The section `[keys]`: where the ring of master keys comes from, newest key first.

use std::path::PathBuf;

use kernel::Secret;
use serde::{Deserialize, Serialize};

/// The section `[keys]`. Set at most one of its keys.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeysConfig {
    /// The master keys, newest first; the first seals, all open. Each is 64 hexadecimal digits or base64 of 32 bytes.
    #[serde(skip_serializing)]
    pub master_keys: Vec<Secret<String>>,
    /// A file with one master key a line, newest first. Without any key and with SQLite, a file beside the database.
    pub master_key_file: Option<PathBuf>,
    /// A program and its arguments that print the master keys, one a line, newest first: for key vaults.
    pub master_key_command: Vec<String>,
}

impl KeysConfig {
    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let set = [
            ("keys.master_keys", !self.master_keys.is_empty()),
            ("keys.master_key_file", self.master_key_file.is_some()),
            ("keys.master_key_command", !self.master_key_command.is_empty()),
        ];
        let named: Vec<&str> = set.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
        if named.len() > 1 { vec![format!("{} are set together; keep one", named.join(" and "))] } else { Vec::new() }
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.master_keys.is_empty() && self.master_key_file.is_none() && self.master_key_command.is_empty()
    }
}
