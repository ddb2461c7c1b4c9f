//! From tokens to a tree; names are looked up and types are checked on the way.

use super::error::FilterError;
use super::lexer::{Lexer, Token};
use super::syntax::{Comparison, Expression, Operator};
use super::{MOST_BYTES, MOST_DEPTH, MOST_TERMS};
use crate::ScimType;
use crate::path::{AttributePath, Named, resolve};
use crate::schema::{Attribute, Kind, ResourceType, Returned};
use crate::text::shorten;

mod literal;

/// The path of a patch operation (RFC 7644 §3.5.2).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ParsedPath {
    /// `urn:…:User`: a whole extension, by its URN.
    Schema(&'static str),
    /// `attr` or `attr.sub`.
    Attribute(AttributePath),
    /// `attr[filter]` or `attr[filter].sub`; the sub-attribute stands in the path.
    Element { path: AttributePath, condition: Expression },
}

/// What names are looked up in.
#[derive(Clone, Copy)]
enum Scope {
    Resource(&'static ResourceType),
    /// Within the brackets of an attribute.
    Element(AttributePath),
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    /// Where the token begins.
    at: usize,
    depth: usize,
    terms: usize,
    /// Kinds of resource that have a name which this one has not.
    others: &'static [&'static ResourceType],
}

/// Reads a whole filter. Names that the kind has not are looked up among the others.
pub(super) fn parse(
    kind: &'static ResourceType,
    others: &'static [&'static ResourceType],
    text: &str,
) -> Result<Expression, FilterError> {
    let mut parser = Parser { others, ..Parser::begin(text)? };
    let root = parser.any(Scope::Resource(kind))?;
    parser.end("`and`, `or` or the end")?;
    Ok(root)
}

/// Reads the path of a patch operation. What is wrong outside the brackets is an `invalidPath`.
pub(crate) fn parse_path(kind: &'static ResourceType, text: &str) -> Result<ParsedPath, FilterError> {
    let outside = |error: FilterError| FilterError { scim_type: ScimType::InvalidPath, ..error };
    let mut parser = Parser::begin(text).map_err(outside)?;
    let Token::Word(word) = parser.token else { return Err(outside(parser.expected("the name of an attribute"))) };
    let named = resolve(kind, word).ok_or_else(|| outside(parser.unknown(word)))?;
    parser.advance().map_err(outside)?;
    let path = match named {
        Named::Schema(schema) => {
            parser.end("the end of the path").map_err(outside)?;
            return Ok(ParsedPath::Schema(schema.urn));
        }
        Named::Attribute(path) => path,
    };
    if parser.token != Token::OpenBracket {
        parser.end("`[` or the end of the path").map_err(outside)?;
        return Ok(ParsedPath::Attribute(path));
    }
    if path.sub.is_some() || !path.attribute.multi_valued || path.attribute.kind != Kind::Complex {
        return Err(outside(parser.problem(format!("`{path}` has no elements to choose from"))));
    }
    let condition = parser.bracket(path)?;
    let sub = parser.sub_after_bracket(path).map_err(outside)?;
    parser.end("the end of the path").map_err(outside)?;
    Ok(ParsedPath::Element { path: AttributePath { sub, ..path }, condition })
}

impl<'a> Parser<'a> {
    fn begin(text: &'a str) -> Result<Self, FilterError> {
        if text.len() > MOST_BYTES {
            return Err(FilterError::new(text, MOST_BYTES, format!("longer than {MOST_BYTES} bytes")));
        }
        let mut lexer = Lexer::new(text);
        let (token, at) = lexer.next()?;
        Ok(Self { lexer, token, at, depth: 0, terms: 0, others: &[] })
    }

    fn advance(&mut self) -> Result<Token<'a>, FilterError> {
        let (token, at) = self.lexer.next()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn end(&self, expected: &str) -> Result<(), FilterError> {
        if self.token == Token::End { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn is_word(&self, wanted: &str) -> bool {
        matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(wanted))
    }

    fn any(&mut self, scope: Scope) -> Result<Expression, FilterError> {
        let mut parts = vec![self.all(scope)?];
        while self.is_word("or") {
            self.advance()?;
            parts.push(self.all(scope)?);
        }
        Ok(flat(parts, Expression::Or))
    }

    fn all(&mut self, scope: Scope) -> Result<Expression, FilterError> {
        let mut parts = vec![self.one(scope)?];
        while self.is_word("and") {
            self.advance()?;
            parts.push(self.one(scope)?);
        }
        Ok(flat(parts, Expression::And))
    }

    fn one(&mut self, scope: Scope) -> Result<Expression, FilterError> {
        if self.token == Token::Open {
            return self.group(scope);
        }
        if self.is_word("not") {
            self.advance()?;
            if self.token != Token::Open {
                return Err(self.expected("`(` after `not`"));
            }
            return Ok(Expression::Not(Box::new(self.group(scope)?)));
        }
        self.term(scope)
    }

    fn group(&mut self, scope: Scope) -> Result<Expression, FilterError> {
        self.deeper()?;
        self.advance()?;
        let inner = self.any(scope)?;
        if self.token != Token::Close {
            return Err(self.expected("`and`, `or` or `)`"));
        }
        self.advance()?;
        self.depth -= 1;
        Ok(inner)
    }

    fn deeper(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(self.problem(format!("nested deeper than {MOST_DEPTH} levels")));
        }
        Ok(())
    }

    fn term(&mut self, scope: Scope) -> Result<Expression, FilterError> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(self.problem(format!("more than {MOST_TERMS} conditions")));
        }
        let path = self.path(scope)?;
        if self.token != Token::OpenBracket {
            return self.test(path);
        }
        if matches!(scope, Scope::Element(_)) || path.sub.is_some() || path.attribute.kind != Kind::Complex {
            return Err(self.problem(format!("`{path}` has no elements to choose from")));
        }
        let condition = self.bracket(path)?;
        let Some(sub) = self.sub_after_bracket(path)? else {
            return Ok(Expression::Element { path, condition: Box::new(condition) });
        };
        // One element satisfies the brackets and what follows them.
        let rest = self.test(AttributePath { sub: Some(sub), ..path })?;
        let condition = flat(vec![condition, rest], Expression::And);
        Ok(Expression::Element { path, condition: Box::new(condition) })
    }

    /// The name of an attribute. What is never returned cannot be asked for: the answer would tell.
    fn path(&mut self, scope: Scope) -> Result<AttributePath, FilterError> {
        let Token::Word(word) = self.token else { return Err(self.expected("the name of an attribute")) };
        let path = match scope {
            Scope::Resource(kind) => AttributePath::parse_among(kind, self.others, word),
            Scope::Element(path) => path.attribute.sub(word).map(|sub| AttributePath { sub: Some(sub), ..path }),
        };
        let path = path.ok_or_else(|| self.unknown(word))?;
        if path.leaf().returned == Returned::Never {
            return Err(self.problem(format!("`{path}` cannot be asked for")));
        }
        self.advance()?;
        Ok(path)
    }

    /// `[filter]`; the token is the opening bracket.
    fn bracket(&mut self, path: AttributePath) -> Result<Expression, FilterError> {
        self.deeper()?;
        self.advance()?;
        let condition = self.any(Scope::Element(path.whole()))?;
        if self.token != Token::CloseBracket {
            return Err(self.expected("`and`, `or` or `]`"));
        }
        self.advance()?;
        self.depth -= 1;
        Ok(condition)
    }

    /// `.sub` directly after a closing bracket.
    fn sub_after_bracket(&mut self, path: AttributePath) -> Result<Option<&'static Attribute>, FilterError> {
        let Token::Word(word) = self.token else { return Ok(None) };
        let Some(name) = word.strip_prefix('.') else { return Ok(None) };
        let sub = path.attribute.sub(name).ok_or_else(|| self.unknown(word))?;
        self.advance()?;
        Ok(Some(sub))
    }

    /// What is said of an attribute: `pr`, or an operator and a value.
    fn test(&mut self, path: AttributePath) -> Result<Expression, FilterError> {
        let Token::Word(word) = self.token else { return Err(self.expected("an operator")) };
        if word.eq_ignore_ascii_case("pr") {
            self.advance()?;
            return Ok(Expression::Present(path));
        }
        let operator = Operator::read(word)
            .ok_or_else(|| self.expected("an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr"))?;
        self.advance()?;
        if self.is_word("null") {
            return self.null(path, operator);
        }
        let at = self.at;
        let path = literal::comparable(path).map_err(|problem| FilterError::new(self.lexer.text, at, problem))?;
        let token = self.advance()?;
        let literal = literal::literal(&path, operator, token)
            .map_err(|problem| FilterError::new(self.lexer.text, at, problem))?;
        Ok(Expression::Compare(Comparison { path, operator, literal }))
    }

    /// No value and null are one and the same (RFC 7643 §2.5).
    fn null(&mut self, path: AttributePath, operator: Operator) -> Result<Expression, FilterError> {
        let present = Expression::Present(path);
        let expression = match operator {
            Operator::Eq => {
                self.deeper()?;
                self.depth -= 1;
                Expression::Not(Box::new(present))
            }
            Operator::Ne => present,
            _ => return Err(self.problem(format!("`{}` cannot compare with null", operator.as_str()))),
        };
        self.advance()?;
        Ok(expression)
    }

    fn expected(&self, expected: &str) -> FilterError {
        FilterError::expected(self.lexer.text, self.at, expected)
    }

    fn problem(&self, problem: String) -> FilterError {
        FilterError::new(self.lexer.text, self.at, problem)
    }

    fn unknown(&self, word: &str) -> FilterError {
        self.problem(format!("there is no attribute `{}` here", shorten(word)))
    }
}

/// One part is itself; an `and` of an `and` is one `and`.
fn flat(parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    let ands = matches!(join(Vec::new()), Expression::And(_));
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expression::And(inner) if ands => flat.extend(inner),
            Expression::Or(inner) if !ands => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { join(flat) }
}
