//! Values, checked against the property they are compared with.

use super::super::fold::Folded;
use super::super::lexer::moment;
use super::super::property::Kind;
use super::super::syntax::Literal;
use super::{Comparison, FilterError, Parser, Property, Token};

impl Kind {
    /// Whether values of this kind come before and after each other.
    pub(super) const fn has_order(self) -> bool {
        matches!(self, Self::Text | Self::Time)
    }
}

impl Parser<'_> {
    /// A value that fits the property. `operator` is `None` within `in (…)`.
    pub(super) fn literal(
        &mut self,
        property: &'static Property,
        operator: Option<Comparison>,
    ) -> Result<Literal, FilterError> {
        let literal = match (&self.token, property.kind()) {
            (Token::Word(word), _) if word.eq_ignore_ascii_case("null") => {
                if property.is_many() || !operator.is_some_and(Comparison::is_equality) {
                    return Err(self.error_here("a value", Some("null can only be compared with eq and ne".to_owned())));
                }
                Literal::Null
            }
            (Token::Word(word), Kind::Flag) if word.eq_ignore_ascii_case("true") => Literal::Flag(true),
            (Token::Word(word), Kind::Flag) if word.eq_ignore_ascii_case("false") => Literal::Flag(false),
            (Token::Text(text), Kind::Text) => Literal::Text(Folded::new(text.clone())),
            (Token::Time(time), Kind::Time) => Literal::Time(*time),
            (Token::Guid(id), Kind::Guid | Kind::Key) => Literal::Guid(*id),
            (Token::Text(text), Kind::Guid | Kind::Key) if uuid::Uuid::try_parse(text).is_ok() => {
                Literal::Guid(uuid::Uuid::try_parse(text).unwrap_or_default())
            }
            _ => return Err(self.wrong_literal(property)),
        };
        self.advance()?;
        Ok(literal)
    }

    fn wrong_literal(&self, property: &Property) -> FilterError {
        let kind = property.kind();
        let mut error = self.unexpected(&format!("{}, because {} holds such", kind.literal(), property.path));
        let hint = match (&self.token, kind) {
            (Token::Text(text), Kind::Flag) if ["true", "false"].contains(&text.to_ascii_lowercase().as_str()) => {
                "write it without quotes"
            }
            (Token::Text(text), Kind::Time) if moment(text).is_some() => "write it without quotes",
            (Token::Number(_) | Token::Time(_) | Token::Guid(_) | Token::Word(_), Kind::Text) => {
                "put it in single quotes"
            }
            _ => return error,
        };
        error.hint = Some(hint.to_owned());
        error
    }
}
