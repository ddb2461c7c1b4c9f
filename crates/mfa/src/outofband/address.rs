//! Addresses: read as Entra writes them, never shown whole. Pure.

use super::countries::calling_code;

/// What stands for what is not shown: always as long, so that it tells no length.
const HIDDEN: &str = "•••";
/// Digits of a number with its country (ITU-T E.164 §6).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A number as Entra writes it (`+46 701234567`, perhaps ` x123` behind it) in the form that gateways take:
/// `+46701234567`. None where it has an extension, which no message reaches, or is no number.
pub fn number(text: &str) -> Option<String> {
    let rest = text.trim().strip_prefix('+')?;
    let mut digits = String::with_capacity(rest.len());
    for letter in rest.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '-' | '(' | ')' | '.' | '/' => {}
            _ => return None,
        }
    }
    DIGITS.contains(&digits.len()).then(|| format!("+{digits}"))
}

/// `+46 •••67`: the country and the last two digits.
pub fn masked_number(number: &str) -> String {
    let last: String = number.chars().skip(number.chars().count().saturating_sub(2)).collect();
    match calling_code(number) {
        Some(code) => format!("+{code} {HIDDEN}{last}"),
        None => format!("{HIDDEN}{last}"),
    }
}

/// `a•••@c•••.com`: the first letter of the name, the first letter of the domain, and its last part. Of a name of one
/// letter nothing is shown.
pub fn masked_mail(address: &str) -> String {
    let Some((name, domain)) = address.rsplit_once('@') else { return HIDDEN.to_owned() };
    let (host, top) = domain.rsplit_once('.').unwrap_or((domain, ""));
    let dot = if top.is_empty() { "" } else { "." };
    format!("{}@{}{dot}{top}", first(name), first(host))
}

fn first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), Some(_)) => format!("{letter}{HIDDEN}"),
        _ => HIDDEN.to_owned(),
    }
}
