//! Cuts a filter's text into words, literals and signs. Signs and words inside quotes are data.

use serde_json::Number;

use super::error::FilterError;

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// A name, a URN, an operator, `true`, `false`, `null`.
    Word(&'a str),
    /// What stood in quotes, decoded.
    Text(String),
    Number(Number),
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    /// A sign that means nothing here.
    Stray,
    End,
}

/// Reads tokens one after the other.
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, usize), FilterError> {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let start = self.at + rest.len() - trimmed.len();
        let (token, length) = self.token(trimmed, start)?;
        self.at = start + length;
        Ok((token, start))
    }

    fn token(&self, rest: &'a str, start: usize) -> Result<(Token<'a>, usize), FilterError> {
        let Some(first) = rest.chars().next() else { return Ok((Token::End, 0)) };
        let sign = match first {
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenBracket,
            ']' => Token::CloseBracket,
            '"' => return self.quoted(rest, start),
            '0'..='9' | '-' => return self.number(rest, start),
            '$' | '.' | '_' | 'a'..='z' | 'A'..='Z' => {
                let length = rest.find(|c| !part_of_word(c)).unwrap_or(rest.len());
                return Ok((Token::Word(&rest[..length]), length));
            }
            _ => Token::Stray,
        };
        Ok((sign, first.len_utf8()))
    }

    /// A JSON string (RFC 8259 §7): every escape is decoded, a half of a surrogate pair is refused.
    fn quoted(&self, rest: &str, start: usize) -> Result<(Token<'a>, usize), FilterError> {
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(1).find(|(_, byte)| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        });
        let Some((end, _)) = end else {
            return Err(FilterError::new(self.text, start, "the double quote here is never closed"));
        };
        let text: String = serde_json::from_str(&rest[..=end]).map_err(|_| {
            FilterError::new(self.text, start, "the text in quotes is not a JSON string; a \\ is written \\\\")
        })?;
        if text.contains('\0') {
            return Err(FilterError::new(self.text, start, "no value holds the character NUL"));
        }
        Ok((Token::Text(text), end + 1))
    }

    fn number(&self, rest: &str, start: usize) -> Result<(Token<'a>, usize), FilterError> {
        let part_of = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
        let length = rest.find(|c| !part_of(c)).unwrap_or(rest.len());
        let number = serde_json::from_str(&rest[..length]).map(Token::Number);
        let number =
            number.map_err(|_| FilterError::expected(self.text, start, "a number, or a text in double quotes"));
        Ok((number?, length))
    }
}

fn part_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-' | '$')
}
