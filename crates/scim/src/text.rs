//! Text as SCIM compares it. One folding serves uniqueness, filters and sorting, so that they cannot disagree.
//!
//! The folding is NFC followed by Unicode's default case folding, without the Turkish special case. Deliberately never
//! changes what is stored or shown: a value goes out byte for byte as it came in.

use std::borrow::Cow;
use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;

#[cfg(test)]
mod tests;

/// The form in which texts that are not `caseExact` are equal. Keep it beside a value that must be unique or found.
pub fn fold(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        return Cow::Owned(text.nfc().flat_map(fold_letter).collect());
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Borrowed(text)
}

/// Lower, upper, lower: letters that share a capital fall together (`ß ẞ SS`, `σ ς Σ`). Only `ı` has a capital that it
/// does not share by default.
fn fold_letter(letter: char) -> impl Iterator<Item = char> {
    let kept = (letter == 'ı').then_some(letter);
    let folded = (letter != 'ı').then_some(letter);
    let folded = folded.into_iter().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
    kept.into_iter().chain(folded.flat_map(char::to_lowercase))
}

/// A text with its folded form, made once: what filters compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// As it was written.
    pub written: String,
    /// As [`fold`] makes it.
    pub folded: String,
}

impl Folded {
    /// Folds a text.
    pub fn new(written: String) -> Self {
        let folded = fold(&written).into_owned();
        Self { written, folded }
    }

    /// Whether `text` is the same, letters' case apart unless `exact`.
    pub fn equals(&self, text: &str, exact: bool) -> bool {
        if exact {
            return self.written == text;
        }
        if text.is_ascii() {
            return self.folded.eq_ignore_ascii_case(text);
        }
        fold(text) == self.folded
    }

    /// How `text` stands to this one.
    pub fn order(&self, text: &str, exact: bool) -> Ordering {
        if exact { text.cmp(self.written.as_str()) } else { fold(text).as_ref().cmp(self.folded.as_str()) }
    }

    /// Asks something of `text` and this one in the form in which they are compared.
    pub(crate) fn ask(&self, text: &str, exact: bool, question: impl Fn(&str, &str) -> bool) -> bool {
        if exact { question(text, &self.written) } else { question(&fold(text), &self.folded) }
    }
}

/// A piece of text for a message: short, on one line.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String = text.chars().take(MOST).map(|c| if c.is_control() { '·' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

/// `true` or `false` in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}
