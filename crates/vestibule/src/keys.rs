//! The ring of master keys: from the configuration, a file, a command, or made at the first start.
//!
//! The first key of the ring seals, every key opens. Changing keys takes three steps, in this order:
//! put a new key first (`vestibule keys generate --add`), restart every node, re-seal (`vestibule keys rotate`).
//! Deliberately never removes a key: a backup may still need it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aws_lc_rs::hmac;
use kernel::{Rng, Secret};
use store::seal::Place;
use store::{MasterKey, Sealer, Sql, Store, StoreError, seal};

use crate::config::Config;

/// A key file made at the first start is called like the database, with this ending.
const BESIDE: &str = "key";

/// Where the ring came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// Written in the configuration or the environment.
    Written,
    /// A file, named or beside the database.
    File(PathBuf),
    /// The output of a command.
    Command,
    /// A file that did not exist before this start.
    Made(PathBuf),
}

/// The ring and what is derived from it.
#[derive(Clone)]
pub struct Ring {
    /// Seals and opens secrets in the database.
    pub sealer: Sealer,
    /// The secret behind the tokens against forgery; the same on every node.
    pub csrf: Secret<[u8; 32]>,
    /// Where the keys came from.
    pub origin: KeyOrigin,
    /// How many keys there are.
    pub count: usize,
}

/// Why there is no ring.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("the master key file {path} cannot be {what}")]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// The system's reason.
        #[source]
        cause: std::io::Error,
    },
    /// The command did not print keys.
    #[error("the master key command {program} {what}")]
    Command {
        /// The program.
        program: String,
        /// What went wrong.
        what: String,
    },
    /// There is no key and none may be made.
    #[error("there is no master key; make one with `vestibule keys generate` and name it in keys.master_key_file")]
    None,
    /// The ring is not in a file that we could write.
    #[error("the master keys are not in a file; put the new key first where they come from")]
    NotAFile,
    /// A key is malformed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Ring {
    /// The ring of the configuration. With an embedded database and no key configured, a key file beside the database
    /// is used, and made when there is none.
    pub fn load(config: &Config, rng: &Rng) -> Result<Self, KeysError> {
        let (texts, origin) = if let Some(found) = read(config)? {
            found
        } else {
            let file = beside(config).ok_or(KeysError::None)?;
            let key = MasterKey::generate(rng);
            write_new(&file, &key)?;
            (vec![key], KeyOrigin::Made(file))
        };
        Self::of(&texts, origin, rng)
    }

    /// A ring out of keys as text, newest first.
    pub fn of(texts: &[Secret<String>], origin: KeyOrigin, rng: &Rng) -> Result<Self, KeysError> {
        let keys = texts.iter().map(|text| MasterKey::parse(text.expose())).collect::<Result<Vec<_>, _>>()?;
        let newest = texts.first().ok_or(KeysError::None)?;
        let sealer = Sealer::new(&keys, rng.clone())?;
        Ok(Self { sealer, csrf: derive(newest, b"vestibule csrf"), origin, count: keys.len() })
    }
}

/// The file whose first line a new key becomes.
pub fn file_of(config: &Config) -> Option<PathBuf> {
    match &config.keys.master_key_file {
        Some(file) => Some(file.clone()),
        None if config.keys.is_empty() => beside(config),
        None => None,
    }
}

/// Puts a fresh key first in the ring's file; the former keys stay below it.
pub fn add(config: &Config, rng: &Rng) -> Result<PathBuf, KeysError> {
    let file = file_of(config).ok_or(KeysError::NotAFile)?;
    let fresh = MasterKey::generate(rng);
    if !file.exists() {
        write_new(&file, &fresh)?;
        return Ok(file);
    }
    let failed = |what| move |cause| (what, cause);
    let write = || {
        let former = Secret::new(fs::read_to_string(&file).map_err(failed("read"))?);
        let text = Secret::new(format!("{}\n{}", fresh.expose(), former.expose()));
        // The whole ring or the former one: a half-written file would lose keys.
        let draft = file.with_extension("new");
        private(&draft).and_then(|mut draft| draft.write_all(text.expose().as_bytes())).map_err(failed("written"))?;
        fs::rename(&draft, &file).map_err(failed("written"))
    };
    write().map_err(|(what, cause)| KeysError::File { path: file.clone(), what, cause })?;
    Ok(file)
}

/// One column's part of a rotation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Resealed {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// How many values moved to the newest key.
    pub moved: u64,
}

/// Moves every sealed value of every room to the newest key: one unit of work a column.
pub async fn rotate(store: &Store, sealer: &Sealer) -> Result<Vec<Resealed>, StoreError> {
    let mut report = Vec::new();
    for column in sealed_columns() {
        let mut tx = store.begin().await?;
        let moved = seal::reseal(&mut tx, sealer, column).await?;
        tx.commit().await?;
        report.push(Resealed { table: column.table, column: column.column, moved });
    }
    Ok(report)
}

/// What is sealed in the database, and under which keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// How many values.
    pub all: u64,
    /// How many of them are under an older key of the ring.
    pub older: u64,
    /// How many of them no key of the ring opens.
    pub closed: u64,
}

/// Tries to open every sealed value. Changes nothing.
pub async fn survey(store: &Store, sealer: &Sealer) -> Result<Survey, StoreError> {
    let mut survey = Survey::default();
    let mut tx = store.read().await?;
    for column in sealed_columns() {
        let seal::SealedColumn { table, column } = column;
        let select = Sql::new("SELECT id, ").push(column).push(" AS sealed FROM ").push(table);
        for row in tx.select(select.push(" WHERE ").push(column).push(" IS NOT NULL")).await? {
            let sealed: Vec<u8> = row.get("sealed")?;
            survey.all += 1;
            survey.closed += u64::from(sealer.open(Place { table, row: row.get("id")?, column }, &sealed).is_err());
            survey.older += u64::from(!sealer.is_current(&sealed));
        }
    }
    Ok(survey)
}

/// Every column with sealed values; each room names its own.
pub fn sealed_columns() -> impl Iterator<Item = seal::SealedColumn> {
    signals::webhooks::SEALED.iter().chain(tenants::SEALED).chain(dirsync::SEALED).chain(mfa::SEALED).copied()
}

/// The texts of keys, and where they come from.
type Texts = (Vec<Secret<String>>, KeyOrigin);

fn read(config: &Config) -> Result<Option<Texts>, KeysError> {
    let keys = &config.keys;
    if !keys.master_keys.is_empty() {
        return Ok(Some((keys.master_keys.clone(), KeyOrigin::Written)));
    }
    if let Some((program, arguments)) = keys.master_key_command.split_first() {
        return Ok(Some((lines(&output_of(program, arguments)?), KeyOrigin::Command)));
    }
    let Some(file) = file_of(config) else { return Ok(None) };
    if keys.master_key_file.is_none() && !file.exists() {
        return Ok(None);
    }
    let text =
        fs::read_to_string(&file).map_err(|cause| KeysError::File { path: file.clone(), what: "read", cause })?;
    Ok(Some((lines(&Secret::new(text)), KeyOrigin::File(file))))
}

fn beside(config: &Config) -> Option<PathBuf> {
    config.store.file().map(|file| file.with_extension(BESIDE))
}

/// One key a line; empty lines and lines that begin with `#` say nothing.
fn lines(text: &Secret<String>) -> Vec<Secret<String>> {
    let lines = text.expose().lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Secret::from).collect()
}

fn output_of(program: &str, arguments: &[String]) -> Result<Secret<String>, KeysError> {
    let failed = |what: String| KeysError::Command { program: program.to_owned(), what };
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|cause| failed(format!("cannot be run: {cause}")))?;
    if !output.status.success() {
        return Err(failed(format!("ended with {}", output.status)));
    }
    String::from_utf8(output.stdout)
        .map(Secret::new)
        .map_err(|_| failed("printed something that is not text".to_owned()))
}

fn write_new(file: &Path, key: &Secret<String>) -> Result<(), KeysError> {
    let write = || {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let text = Secret::new(format!("{}\n", key.expose()));
        let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        new.write_all(text.expose().as_bytes())?;
        new.sync_all()
    };
    write().map_err(|cause| KeysError::File { path: file.to_owned(), what: "made", cause })
}

fn private(file: &Path) -> std::io::Result<fs::File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)
}

fn derive(key: &Secret<String>, purpose: &[u8]) -> Secret<[u8; 32]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hmac::sign(&key, purpose).as_ref());
    Secret::new(bytes)
}

#[cfg(test)]
mod tests;
