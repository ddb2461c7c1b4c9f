//! The query part of an address, decoded as clients mean it.
//!
//! Blanks come as `%20` and as `+`; Entra has been seen to leave double quotes as they are. A percent sign that begins no
//! escape is itself.

use super::invalid;
use crate::ScimError;

/// The most parameters in one address.
const MOST: usize = 100;

/// Decodes the query part of an address, without its question mark.
pub fn parameters(query: &str) -> Result<Vec<(String, String)>, ScimError> {
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).take(MOST + 1).collect();
    if pairs.len() > MOST {
        return Err(invalid(format!("the address has more than {MOST} parameters")));
    }
    let pairs = pairs.into_iter().map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| Ok((decode(name)?, decode(value)?))).collect()
}

fn decode(text: &str) -> Result<String, ScimError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.split_at_checked(2)).flatten();
        let escaped = escaped.and_then(|(digits, after)| Some((hex(digits)?, after)));
        let (byte, after) = escaped.unwrap_or((if *first == b'+' { b' ' } else { *first }, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| invalid("the query part of the address is not UTF-8".to_owned()))
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match digits {
        [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
        _ => None,
    }
}
