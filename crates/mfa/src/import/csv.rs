//! Comma-separated tokens (RFC 4180), two heads:
//!
//! | head | from |
//! |---|---|
//! | `upn,serial number,secret key,time interval,manufacturer,model` | Entra's list of hardware tokens: SHA-1, six digits |
//! | `object_id` and `secret`, and any of `tenant`, `label`, `name`, `serial`, `manufacturer`, `model`, `kind` (`totp`, `hotp`), `algorithm`, `digits`, `period`, `counter`, `encoding` (`base32`, `hex`, `base64`) | ours |

use kernel::Secret;

use super::decode;
use super::model::{Read, Token};
use crate::error::MfaError;
use crate::factors::otp::{Algorithm, Shape};

const KNOWN: [&str; 18] = [
    "upn",
    "serial number",
    "secret key",
    "time interval",
    "manufacturer",
    "model",
    "object_id",
    "tenant",
    "label",
    "name",
    "serial",
    "secret",
    "encoding",
    "kind",
    "algorithm",
    "digits",
    "period",
    "counter",
];

/// Reads a file; each line is a token or says what is wrong with it.
pub(super) fn read(text: &str) -> Result<Vec<Read>, MfaError> {
    let mut records = records(text.trim_start_matches('\u{feff}'))?.into_iter();
    let (_, head) = records.next().ok_or_else(|| MfaError::Invalid("the file is empty".to_owned()))?;
    let head: Vec<String> = head.iter().map(|name| name.trim().to_lowercase()).collect();
    if let Some(unknown) = head.iter().find(|name| !KNOWN.contains(&name.as_str())) {
        let shown: String = unknown.chars().take(40).collect();
        return Err(MfaError::Invalid(format!("the head has the column {shown:?}, which nobody knows")));
    }
    let has = |name: &str| head.iter().any(|column| column == name);
    if !(has("upn") || has("object_id")) || !(has("secret key") || has("secret")) {
        return Err(MfaError::Invalid(
            "the head must have upn and secret key, as Entra's list has, or object_id and secret".to_owned(),
        ));
    }
    let lines = records.filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    Ok(lines.map(|(line, cells)| token(line, &head, &cells).map_err(|why| (line, why))).collect())
}

fn token(line: usize, head: &[String], cells: &[String]) -> Result<Token, String> {
    if cells.len() != head.len() {
        return Err(format!("{} cells, where the head has {}", cells.len(), head.len()));
    }
    let cell = |names: &[&str]| {
        let found =
            head.iter().zip(cells).find(|(name, cell)| names.contains(&name.as_str()) && !cell.trim().is_empty());
        found.map(|(_, cell)| cell.trim().to_owned())
    };
    let secret = cell(&["secret key", "secret"]).ok_or("it has no key")?;
    let seed = match cell(&["encoding"]).as_deref().unwrap_or("base32") {
        "base32" => decode::base32(&secret),
        "hex" => decode::hex(&secret),
        "base64" => decode::base64(&secret),
        _ => return Err("encoding must be base32, hex or base64".to_owned()),
    };
    let number = |names: &[&str], usual: u32| match cell(names) {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| format!("{} must be a number", names[0])),
    };
    let by_time = match cell(&["kind"]).as_deref().unwrap_or("totp") {
        "totp" => true,
        "hotp" => false,
        _ => return Err("kind must be totp or hotp".to_owned()),
    };
    let period = if by_time { number(&["period", "time interval"], 30)?.max(1) } else { 0 };
    let algorithm = cell(&["algorithm"]).unwrap_or_else(|| "SHA1".to_owned()).to_uppercase().replace('-', "");
    let algorithm = Algorithm::parse(&algorithm).ok_or("algorithm must be SHA1, SHA256 or SHA512")?;
    Ok(Token {
        line,
        person: cell(&["object_id", "upn"]).unwrap_or_default(),
        tenant: cell(&["tenant"]),
        label: cell(&["label", "upn"]),
        name: cell(&["name"]),
        serial: cell(&["serial number", "serial"]),
        manufacturer: cell(&["manufacturer"]),
        model: cell(&["model"]),
        seed: Secret::new(seed.ok_or("the key cannot be read")?),
        shape: Shape { algorithm, digits: number(&["digits"], 6)?, period },
        counter: number(&["counter"], 0)?.into(),
    })
}

/// Records with the lines that they begin on. A quoted cell may hold commas, quotes and line ends.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, MfaError> {
    let (mut all, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut quoted) = (1, 1, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            ('"', true) => quoted = false,
            ('"', false) if cell.is_empty() => quoted = true,
            (',', false) => cells.push(std::mem::take(&mut cell)),
            ('\r', false) if letters.peek() == Some(&'\n') => {}
            ('\n', false) => {
                line += 1;
                cells.push(std::mem::take(&mut cell));
                all.push((began, std::mem::take(&mut cells)));
                began = line;
            }
            (letter, _) => {
                line += usize::from(letter == '\n');
                cell.push(letter);
            }
        }
    }
    if quoted {
        return Err(MfaError::Invalid(format!("a quote that begins in line {began} does not end")));
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        all.push((began, cells));
    }
    Ok(all)
}
