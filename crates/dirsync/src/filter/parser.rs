//! Reads a filter by recursive descent: `or` of `and` of `not` of clauses. Every way down is counted, so that hostile
//! text can neither exhaust the stack nor the memory.

use super::error::{FilterError, Position};
use super::lexer::{Lexer, Token, shorten};
use super::property::Property;
use super::syntax::{Comparison, Expr, Function, Node, Span};
use super::{MOST_BYTES, MOST_DEPTH, MOST_NODES, property};

mod clause;
mod literal;

/// Refuses `measured`, the text itself or its canonical form, when it is too long.
pub(super) fn check_length(text: &str, measured: &str) -> Result<(), FilterError> {
    if measured.len() <= MOST_BYTES {
        return Ok(());
    }
    Err(FilterError {
        position: Position::at(text, 0),
        expected: format!("at most {MOST_BYTES} bytes"),
        found: format!("{} bytes", measured.len()),
        hint: Some("list values with in (…), or use groups".to_owned()),
    })
}

pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    let mut parser = Parser::new(text)?;
    let expr = parser.or()?;
    match parser.token {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("and, or, or the end of the filter")),
    }
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    token: Token<'a>,
    span: Span,
    /// Where the token before ended.
    before: usize,
    depth: usize,
    nodes: usize,
    /// Within `any`: the name of the item and the property it is an item of.
    item: Option<(&'a str, &'static Property)>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, FilterError> {
        let mut lexer = Lexer::new(text);
        let (token, span) = lexer.next()?;
        Ok(Self { text, lexer, token, span, before: 0, depth: 0, nodes: 0, item: None })
    }

    fn or(&mut self) -> Result<Expr, FilterError> {
        self.chain("or", Self::and, Node::Or)
    }

    fn and(&mut self) -> Result<Expr, FilterError> {
        self.chain("and", Self::unary, Node::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expr, FilterError>,
        join: fn(Vec<Expr>) -> Node,
    ) -> Result<Expr, FilterError> {
        let start = self.span.start;
        let first = part(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.is_word(word) {
            self.advance()?;
            parts.push(part(self)?);
        }
        self.expr(start, join(parts))
    }

    fn unary(&mut self) -> Result<Expr, FilterError> {
        let start = self.span.start;
        if !self.is_word("not") {
            return self.primary();
        }
        self.enter()?;
        self.advance()?;
        // `not (…)` is one level, as is `not` alone: the canonical text has the parentheses.
        let inner = if self.token == Token::Open { self.in_parentheses()? } else { self.unary()? };
        self.depth -= 1;
        self.expr(start, Node::Not(Box::new(inner)))
    }

    fn primary(&mut self) -> Result<Expr, FilterError> {
        match self.token {
            Token::Open => {
                self.enter()?;
                let inner = self.in_parentheses();
                self.depth -= 1;
                inner
            }
            Token::Word(word) => self.clause(word),
            _ => Err(self.unexpected("a condition such as department eq 'Sales'")),
        }
    }

    fn in_parentheses(&mut self) -> Result<Expr, FilterError> {
        self.advance()?;
        let inner = self.or()?;
        self.expect(&Token::Close, "and, or, or a closing parenthesis")?;
        Ok(inner)
    }

    // === tokens ===

    fn advance(&mut self) -> Result<(), FilterError> {
        self.before = self.span.end;
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    fn expect(&mut self, token: &Token<'_>, name: &str) -> Result<(), FilterError> {
        if self.token == *token { self.advance() } else { Err(self.unexpected(name)) }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(own) if own.eq_ignore_ascii_case(word))
    }

    // === bounds ===

    fn enter(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(self.error_here(&format!("at most {MOST_DEPTH} levels of parentheses, not and any"), None));
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), FilterError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            let hint = Some("put the users into a group and choose the group instead".to_owned());
            return Err(self.error_here(&format!("at most {MOST_NODES} conditions and values"), hint));
        }
        Ok(())
    }

    /// A clause that began at `start` and ends with the token before this one.
    fn expr(&mut self, start: usize, node: Node) -> Result<Expr, FilterError> {
        self.count()?;
        Ok(Expr { span: Span { start, end: self.before }, node })
    }

    // === errors ===

    fn unexpected(&self, expected: &str) -> FilterError {
        let hint = match self.token {
            Token::Stray('=' | '!' | '<' | '>') => Some("write eq, ne, gt, ge, lt or le"),
            Token::Stray('&' | '|') => Some("write and, or"),
            Token::Stray('"' | '“' | '”' | '‘' | '’' | '`') => {
                Some("texts stand in straight single quotes: 'Sales'")
            }
            Token::Stray('%' | '+') => Some("paste the filter as it was before it was put into a URL"),
            _ => None,
        };
        self.error_here(expected, hint.map(str::to_owned))
    }

    fn error_here(&self, expected: &str, hint: Option<String>) -> FilterError {
        let found = match &self.token {
            Token::End => "the end of the filter".to_owned(),
            _ => shorten(&self.text[self.span.start..self.span.end]),
        };
        self.error(self.span.start, expected, found, hint)
    }

    fn error(&self, byte: usize, expected: &str, found: String, hint: Option<String>) -> FilterError {
        FilterError { position: Position::at(self.text, byte), expected: expected.to_owned(), found, hint }
    }
}
