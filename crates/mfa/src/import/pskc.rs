//! Portable Symmetric Key Container (RFC 6030): keys in the open, or under AES-CBC with a key shared beforehand (§6.1).

use std::collections::BTreeMap;

use aws_lc_rs::cipher::{AES_128, AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use kernel::Secret;

use super::decode;
use super::model::{Read, Token};
use super::xml::{self, Element};
use crate::error::MfaError;
use crate::factors::otp::{Algorithm, Shape};

const BLOCK: usize = 16;
const TOTP: &str = "urn:ietf:params:xml:ns:keyprov:pskc:totp";
const HOTP: &str = "urn:ietf:params:xml:ns:keyprov:pskc:hotp";

/// What opens the secrets of a container.
struct Opener {
    key: Option<Vec<u8>>,
    /// The key of the code that protects each secret, and its algorithm.
    mac: Option<(hmac::Algorithm, Vec<u8>)>,
}

/// Reads a container; each key is a token or says what is wrong with it. Whose a token is says the container, or `people` by
/// serial number.
pub(super) fn read(
    text: &str,
    key: Option<&Secret<String>>,
    people: &BTreeMap<String, String>,
) -> Result<Vec<Read>, MfaError> {
    let container = xml::read(text)?;
    if container.name != "KeyContainer" {
        return Err(MfaError::Invalid("the file is no key container (RFC 6030)".to_owned()));
    }
    let opener = Opener::new(&container, key)?;
    let packages = container.all("KeyPackage");
    let numbered = packages.enumerate().map(|(index, package)| (index + 1, package));
    Ok(numbered.map(|(line, package)| token(line, package, &opener, people).map_err(|why| (line, why))).collect())
}

fn token(line: usize, package: &Element, opener: &Opener, people: &BTreeMap<String, String>) -> Result<Token, String> {
    let key = package.at(&["Key"]).ok_or("it has no key")?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let serial = owned(package.text_at(&["DeviceInfo", "SerialNo"]).or_else(|| key.attribute("Id")));
    let named = key.text_at(&["UserId"]).or_else(|| package.text_at(&["DeviceInfo", "UserId"]));
    let mapped = serial.as_ref().and_then(|serial| people.get(serial)).cloned();
    let person = mapped.or_else(|| named.map(person_of)).ok_or("it does not say whose it is")?;
    let by_time = match key.attribute("Algorithm") {
        Some(TOTP) => true,
        Some(HOTP) => false,
        _ => return Err("only codes by time (totp) and by count (hotp) can be imported".to_owned()),
    };
    let number = |path: &[&str], usual: i64| match key.text_at(path) {
        None => Ok(usual),
        Some(text) => text.parse::<i64>().map_err(|_| format!("{} must be a number", path[path.len() - 2])),
    };
    let format = key.at(&["AlgorithmParameters", "ResponseFormat"]);
    let digits = format.and_then(|format| format.attribute("Length")).unwrap_or("6");
    let decimal = format.and_then(|format| format.attribute("Encoding")).is_none_or(|name| name == "DECIMAL");
    if !decimal {
        return Err("only codes of digits can be imported".to_owned());
    }
    let suite = key.text_at(&["AlgorithmParameters", "Suite"]).unwrap_or("HMAC-SHA1").to_uppercase();
    let suite = suite.trim_start_matches("HMAC-").replace('-', "");
    let period = number(&["Data", "TimeInterval", "PlainValue"], 30)?;
    let count = number(&["Data", "Counter", "PlainValue"], 0)?;
    Ok(Token {
        line,
        person,
        label: named.map(person_of),
        serial,
        manufacturer: owned(package.text_at(&["DeviceInfo", "Manufacturer"])),
        model: owned(package.text_at(&["DeviceInfo", "Model"])),
        name: owned(key.text_at(&["FriendlyName"])),
        seed: Secret::new(opener.secret(key.at(&["Data", "Secret"]).ok_or("it has no secret")?)?),
        shape: Shape {
            algorithm: Algorithm::parse(&suite).ok_or("its suite must be HMAC-SHA1, HMAC-SHA256 or HMAC-SHA512")?,
            digits: digits.parse().map_err(|_| "its length must be a number")?,
            period: if by_time { u32::try_from(period.max(1)).unwrap_or(u32::MAX) } else { 0 },
        },
        counter: if by_time { 0 } else { count },
        tenant: None,
    })
}

/// A distinguished name's common name, or the text as it is.
fn person_of(text: &str) -> String {
    let named = text.split(',').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        matches!(name.trim().to_uppercase().as_str(), "CN" | "UID").then(|| value.trim().to_owned())
    });
    named.unwrap_or_else(|| text.trim().to_owned())
}

impl Opener {
    fn new(container: &Element, key: Option<&Secret<String>>) -> Result<Self, MfaError> {
        let parse = |text: &str| decode::hex(text).or_else(|| decode::base64(text)).filter(|key| is_length(key.len()));
        let key = match key {
            None => None,
            Some(text) => Some(parse(text.expose()).ok_or_else(|| {
                MfaError::Invalid(
                    "the container's key must be 16 or 32 bytes, as hexadecimal digits or base64".to_owned(),
                )
            })?),
        };
        let mut opener = Self { key, mac: None };
        if let Some(method) = container.at(&["MACMethod"]) {
            let algorithm = match method.attribute("Algorithm").and_then(|name| name.rsplit('#').next()) {
                Some("hmac-sha1") => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                Some("hmac-sha256") => hmac::HMAC_SHA256,
                _ => return Err(MfaError::Invalid("the container is protected in a way that nobody knows".to_owned())),
            };
            let mac_key = match method.at(&["MACKey"]) {
                Some(sealed) => opener.decrypt(sealed).map_err(MfaError::Invalid)?,
                None => opener.key.clone().unwrap_or_default(),
            };
            opener.mac = Some((algorithm, mac_key));
        }
        Ok(opener)
    }

    /// The secret of a key, in the open or encrypted.
    fn secret(&self, secret: &Element) -> Result<Vec<u8>, String> {
        if let Some(plain) = secret.text_at(&["PlainValue"]) {
            return decode::base64(plain).ok_or_else(|| "its secret is not base64".to_owned());
        }
        let sealed = secret.at(&["EncryptedValue"]).ok_or("it has no secret")?;
        if let Some((algorithm, key)) = &self.mac {
            let tag = secret.text_at(&["ValueMAC"]).and_then(decode::base64);
            let value = sealed.text_at(&["CipherData", "CipherValue"]).and_then(decode::base64);
            let right = tag
                .zip(value)
                .is_some_and(|(tag, value)| hmac::verify(&hmac::Key::new(*algorithm, key), &value, &tag).is_ok());
            if !right {
                return Err("its secret was changed, or the container's key is another one".to_owned());
            }
        }
        self.decrypt(sealed)
    }

    /// AES-CBC as XML Encryption has it (§5.2): the block before is the vector, the last byte counts the padding.
    fn decrypt(&self, sealed: &Element) -> Result<Vec<u8>, String> {
        let method = sealed.at(&["EncryptionMethod"]).and_then(|method| method.attribute("Algorithm"));
        let algorithm = match method.and_then(|name| name.rsplit('#').next()) {
            Some("aes128-cbc") => &AES_128,
            Some("aes256-cbc") => &AES_256,
            _ => return Err("it is encrypted in a way that nobody knows".to_owned()),
        };
        let wrong = || "it cannot be decrypted: the container's key is another one".to_owned();
        let key = self.key.as_ref().ok_or("it is encrypted, and the container's key was not given")?;
        let value = sealed.text_at(&["CipherData", "CipherValue"]).and_then(decode::base64).ok_or_else(wrong)?;
        let (vector, text) = value.split_first_chunk::<BLOCK>().ok_or_else(wrong)?;
        if text.is_empty() || text.len() % BLOCK != 0 {
            return Err(wrong());
        }
        let key = UnboundCipherKey::new(algorithm, key).map_err(|_| wrong())?;
        let key = DecryptingKey::cbc(key).map_err(|_| wrong())?;
        let mut plain = text.to_vec();
        let context = DecryptionContext::Iv128(FixedLength::from(*vector));
        key.decrypt(&mut plain, context).map_err(|_| wrong())?;
        let padding = usize::from(plain.last().copied().unwrap_or(0));
        if padding == 0 || padding > BLOCK {
            return Err(wrong());
        }
        plain.truncate(plain.len() - padding);
        Ok(plain)
    }
}

const fn is_length(bytes: usize) -> bool {
    matches!(bytes, 16 | 32)
}
