//! The value of a comparison, brought to the type of the attribute.

use kernel::Timestamp;

use crate::filter::lexer::Token;
use crate::filter::syntax::{Literal, Operator};
use crate::path::AttributePath;
use crate::schema::Kind;
use crate::schema::discovery::kind_word;
use crate::text::Folded;

/// The path whose value is compared: a complex attribute stands for its `value`.
pub(super) fn comparable(path: AttributePath) -> Result<AttributePath, String> {
    if path.leaf().kind != Kind::Complex {
        return Ok(path);
    }
    match path.attribute.value() {
        Some(value) if path.sub.is_none() => Ok(AttributePath { sub: Some(value), ..path }),
        _ => Err(format!("`{path}` has parts; compare one of them")),
    }
}

/// Checks a value against the attribute and the operator.
pub(super) fn literal(path: &AttributePath, operator: Operator, token: Token<'_>) -> Result<Literal, String> {
    let kind = path.leaf().kind;
    let literal = match (kind, token) {
        (Kind::Boolean, token) => boolean(&token).map(Literal::Boolean),
        (Kind::Integer | Kind::Decimal, Token::Number(number)) => Some(Literal::Number(number)),
        (Kind::DateTime, Token::Text(text)) if !operator.is_textual() => {
            // An `xsd:dateTime` may leave out its offset (RFC 7643 §2.3.5): then it is meant in UTC.
            let moment = Timestamp::parse(&text)
                .or_else(|_| Timestamp::parse(&format!("{text}Z")))
                .map_err(|_| format!("{text:?} is not a moment such as 2026-01-31T08:00:00Z"))?;
            Some(Literal::Moment(text, moment))
        }
        (Kind::String | Kind::Reference | Kind::Binary | Kind::DateTime, Token::Text(text)) => {
            Some(Literal::Text(Folded::new(text)))
        }
        _ => None,
    };
    let literal = literal.ok_or_else(|| format!("`{path}` is a {}; give a value of that type", kind_word(kind)))?;
    let fits = match kind {
        Kind::Boolean => !operator.is_ordering() && !operator.is_textual(),
        Kind::Binary => !operator.is_ordering(),
        Kind::Integer | Kind::Decimal => !operator.is_textual(),
        _ => true,
    };
    if fits { Ok(literal) } else { Err(format!("`{}` cannot compare a {}", operator.as_str(), kind_word(kind))) }
}

fn boolean(token: &Token<'_>) -> Option<bool> {
    match token {
        Token::Word(word) => crate::text::boolean(word),
        // As Entra writes it: `roles[primary eq "True"]`.
        Token::Text(text) => crate::text::boolean(text),
        _ => None,
    }
}
