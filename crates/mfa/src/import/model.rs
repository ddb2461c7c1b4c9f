//! What is imported, and what came of it.

use std::collections::BTreeMap;

use directory::User;
use kernel::{Secret, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::{is_guest, names_a_guest, suspended};
use crate::factors::otp::Shape;
use crate::model::FactorKind;

text_enum!(
    /// What an import is written in.
    pub enum ImportFormat {
        /// Comma-separated: Entra's list of hardware tokens, or ours with object ids.
        Csv = "csv",
        /// Portable Symmetric Key Container (RFC 6030), plain or under a key shared beforehand.
        Pskc = "pskc",
    }
);

/// Tokens to be imported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaImportRequest)]
pub struct ImportRequest {
    /// What it is written in.
    pub format: ImportFormat,
    /// The file's text.
    #[schema(value_type = String)]
    pub text: Secret<String>,
    /// The key of an encrypted container: 32 or 64 hexadecimal digits, or base64.
    #[schema(value_type = Option<String>)]
    pub key: Option<Secret<String>>,
    /// Whose token it is, by serial number, where the file does not say: an object id or a user principal name.
    #[serde(default)]
    pub people: BTreeMap<String, String>,
    /// Whether to import what can be when some lines have errors.
    #[serde(default)]
    pub skip_errors: bool,
}

/// What an import does, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaImportReport)]
pub struct ImportReport {
    /// Whether anything was written.
    pub written: bool,
    /// Tokens that are imported.
    pub imported: usize,
    /// Tokens that are there already.
    pub known: usize,
    /// Tokens with an error.
    pub errors: usize,
    /// Lines that name guests.
    pub guests: usize,
    /// Lines that name people whom the directory does not hold.
    pub strangers: usize,
    /// Line by line.
    pub lines: Vec<ImportLine>,
}

/// One token of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaImportLine)]
pub struct ImportLine {
    /// The line of the file, or the number of the key in a container; from 1.
    pub line: usize,
    /// Whose it is, as the file says.
    pub person: String,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<Uuid>,
    /// The serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// By time or by count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<FactorKind>,
    /// Whether the directory holds the person; absent where it is not known whom the line means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_directory: Option<bool>,
    /// Whether the person is a guest: as the directory says, or where it does not hold them as their name says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest: Option<bool>,
    /// Whether it is there already.
    pub known: bool,
    /// Why it cannot be imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to think about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// A token as a file has it.
#[derive(Debug)]
pub(crate) struct Token {
    pub line: usize,
    pub person: String,
    pub tenant: Option<String>,
    pub label: Option<String>,
    pub name: Option<String>,
    pub serial: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub seed: Secret<Vec<u8>>,
    pub shape: Shape,
    /// The next count, or the last step that counted.
    pub counter: i64,
}

/// A line of a file: a token, or why it is none.
pub(crate) type Read = Result<Token, (usize, String)>;

/// A token and what becomes of it.
pub(crate) struct Planned {
    pub line: ImportLine,
    /// There where it is imported.
    pub token: Option<Token>,
    /// What the person is called, where a new account is made.
    pub label: String,
}

impl Planned {
    pub(crate) fn wrong(line: usize, why: String) -> Self {
        let line = ImportLine {
            line,
            person: String::new(),
            object_id: None,
            serial: None,
            kind: None,
            in_directory: None,
            guest: None,
            known: false,
            error: Some(why),
            warning: None,
        };
        Self { line, token: None, label: String::new() }
    }

    /// Says whom the line names.
    pub(crate) fn meet(&mut self, object_id: Uuid, user: Option<&User>) {
        if let Some(name) = user.and_then(|user| user.attributes.user_principal_name.clone()) {
            self.label = name;
        }
        let guest = user.map_or_else(|| names_a_guest(&self.label, &[]), is_guest);
        let line = &mut self.line;
        (line.object_id, line.in_directory, line.guest) = (Some(object_id), Some(user.is_some()), Some(guest));
        let strange = user.is_none().then_some("the directory does not hold this person");
        let out = user.and_then(suspended).map(|_| "the directory has the person disabled or deleted");
        let guest = guest.then_some("it is a guest");
        let remarks =
            [line.warning.as_deref(), strange, out, guest].into_iter().flatten().collect::<Vec<_>>().join("; ");
        line.warning = Some(remarks).filter(|text| !text.is_empty());
    }

    pub(crate) fn fail(&mut self, why: &str) {
        self.line.error = Some(why.to_owned());
        self.token = None;
    }
}
