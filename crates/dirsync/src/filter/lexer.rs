//! Cuts a filter's text into words, values and signs.

use std::fmt::Write as _;

use kernel::Timestamp;
use uuid::Uuid;

use super::error::{FilterError, Position};
use super::syntax::Span;

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// A name or a keyword.
    Word(&'a str),
    /// `$count`.
    Count,
    /// What stood in single quotes, doubled quotes made single.
    Text(String),
    Number(i64),
    Time(Timestamp),
    Guid(Uuid),
    Open,
    Close,
    Comma,
    Slash,
    Colon,
    /// A sign that means nothing here.
    Stray(char),
    End,
}

/// Reads tokens one after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn next(&mut self) -> Result<(Token<'a>, Span), FilterError> {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        let start = self.at + rest.len() - trimmed.len();
        let (token, length) = self.token(trimmed, start)?;
        self.at = start + length;
        Ok((token, Span { start, end: self.at }))
    }

    /// The token that `rest` begins with, and its length.
    fn token(&self, rest: &'a str, start: usize) -> Result<(Token<'a>, usize), FilterError> {
        let Some(first) = rest.chars().next() else { return Ok((Token::End, 0)) };
        if let Some(id) = guid(rest) {
            return Ok((Token::Guid(id), 36));
        }
        let sign = match first {
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '/' => Token::Slash,
            ':' => Token::Colon,
            '\'' => return self.quoted(rest, start),
            '$' if rest.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("$count")) => {
                return Ok((Token::Count, 6));
            }
            '0'..='9' => return self.figures(rest, start),
            '-' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => return self.figures(rest, start),
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                return Ok((Token::Word(&rest[..length]), length));
            }
            other => Token::Stray(other),
        };
        Ok((sign, first.len_utf8()))
    }

    fn quoted(&self, rest: &str, start: usize) -> Result<(Token<'a>, usize), FilterError> {
        let mut text = String::new();
        let mut at = 1;
        while let Some(length) = rest[at..].find('\'') {
            text.push_str(&rest[at..at + length]);
            at += length + 1;
            if !rest[at..].starts_with('\'') {
                return Ok((Token::Text(text), at));
            }
            text.push('\'');
            at += 1;
        }
        Err(FilterError {
            position: Position::at(self.text, start),
            expected: "a single quote that closes the text".to_owned(),
            found: "the end of the filter".to_owned(),
            hint: Some("a single quote within a text is written twice: 'O''Neil'".to_owned()),
        })
    }

    /// A number, a date or a time.
    fn figures(&self, rest: &str, start: usize) -> Result<(Token<'a>, usize), FilterError> {
        let part_of = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '+' | '-');
        let length = rest.find(|c| !part_of(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let token = word.parse().map(Token::Number).ok().or_else(|| moment(word).map(Token::Time));
        token.map(|token| (token, length)).ok_or_else(|| FilterError {
            position: Position::at(self.text, start),
            expected: "a whole number, a date, a time or a GUID".to_owned(),
            found: shorten(word),
            hint: Some("a time is written 2026-01-31T08:00:00Z; a text stands in single quotes".to_owned()),
        })
    }
}

/// The GUID that `rest` begins with, in its usual form with hyphens.
fn guid(rest: &str) -> Option<Uuid> {
    let word = rest.get(..36).filter(|word| word.as_bytes().get(8) == Some(&b'-'))?;
    let ends = !rest[36..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-' || next == '_');
    Uuid::try_parse(word).ok().filter(|_| ends)
}

/// A time with offset, or a date, which is its first moment in UTC. Years have four digits.
pub(super) fn moment(word: &str) -> Option<Timestamp> {
    if word.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let whole = if word.len() == 10 { format!("{word}T00:00:00Z") } else { word.to_owned() };
    let time = Timestamp::parse(&whole).ok()?;
    // An offset can push a time out of the years that can be written.
    let mut written = String::new();
    write!(written, "{time}").ok()?;
    (Timestamp::parse(&written) == Ok(time)).then_some(time)
}

/// A piece of text for a message.
pub(super) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
