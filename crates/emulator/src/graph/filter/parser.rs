//! Reads words into an expression. Property names are looked up at once: an unknown one is an error of its own.

use super::super::error::GraphError;
use super::super::options::bad;
use super::super::select::{kind_name, relations, unknown_property};
use super::lexer::{Token, cut};
use super::{Expr, Literal, Op, Path, Root, TextTest};
use crate::directory::Kind;
use crate::directory::property;

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 64;

/// Reads a filter over one kind of object.
pub(crate) fn parse(kind: Kind, filter: &str) -> Result<Expr, GraphError> {
    let tokens = cut(filter)?;
    let mut parser = Parser { kind, filter, tokens, at: 0, variables: Vec::new(), depth: 0 };
    let expr = parser.or()?;
    if parser.at < parser.tokens.len() { Err(parser.wrong()) } else { Ok(expr) }
}

struct Parser<'a> {
    kind: Kind,
    filter: &'a str,
    tokens: Vec<(usize, Token)>,
    at: usize,
    variables: Vec<String>,
    depth: usize,
}

impl Parser<'_> {
    fn wrong(&self) -> GraphError {
        let position = self.tokens.get(self.at).map_or(self.filter.chars().count(), |(start, _)| *start);
        bad(format!("Invalid filter clause: Syntax error at position {position} in '{}'.", self.filter))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn eat_word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word == wanted);
        self.at += usize::from(found);
        found
    }

    fn eat(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), GraphError> {
        if self.eat(mark) { Ok(()) } else { Err(self.wrong()) }
    }

    fn or(&mut self) -> Result<Expr, GraphError> {
        let mut parts = vec![self.and()?];
        while self.eat_word("or") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) })
    }

    fn and(&mut self) -> Result<Expr, GraphError> {
        let mut parts = vec![self.not()?];
        while self.eat_word("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::And(parts) })
    }

    fn not(&mut self) -> Result<Expr, GraphError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(bad("Invalid filter clause: The node count limit of '64' has been exceeded."));
        }
        let expr = if self.eat_word("not") {
            Expr::Not(Box::new(self.not()?))
        } else if self.eat('(') {
            let inner = self.or()?;
            self.expect(')')?;
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn test(&mut self) -> Result<Expr, GraphError> {
        if let Some(test) = self.text_test() {
            self.at += 2;
            let path = self.path()?.0;
            self.expect(',')?;
            let Literal::Text(text) = self.literal()? else { return Err(self.wrong()) };
            self.expect(')')?;
            return self.held_to_truth(Expr::Text(test, path, text));
        }
        let (path, any) = self.path()?;
        if any {
            return self.any(path);
        }
        if self.eat_word("in") {
            return self.list(path);
        }
        let Some(op) = self.operator() else {
            // A bare truth value stands for itself.
            return Ok(Expr::Compare(path, Op::Eq, Literal::Flag(true)));
        };
        Ok(Expr::Compare(path, op, self.literal()?))
    }

    /// `startsWith(…) eq true` says the same as without.
    fn held_to_truth(&mut self, expr: Expr) -> Result<Expr, GraphError> {
        let Some(op) = self.operator() else { return Ok(expr) };
        match (op, self.literal()?) {
            (Op::Eq, Literal::Flag(true)) | (Op::Ne, Literal::Flag(false)) => Ok(expr),
            (Op::Eq, Literal::Flag(false)) | (Op::Ne, Literal::Flag(true)) => Ok(Expr::Not(Box::new(expr))),
            _ => Err(self.wrong()),
        }
    }

    /// `startsWith(`: the spelling of case is free.
    fn text_test(&self) -> Option<TextTest> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let call = matches!(self.tokens.get(self.at + 1), Some((_, Token::Mark('('))));
        match word.to_ascii_lowercase().as_str() {
            "startswith" if call => Some(TextTest::StartsWith),
            "endswith" if call => Some(TextTest::EndsWith),
            "contains" if call => Some(TextTest::Contains),
            _ => None,
        }
    }

    fn operator(&mut self) -> Option<Op> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let op = match word.as_str() {
            "eq" => Op::Eq,
            "ne" => Op::Ne,
            "gt" => Op::Gt,
            "ge" => Op::Ge,
            "lt" => Op::Lt,
            "le" => Op::Le,
            _ => return None,
        };
        self.at += 1;
        Some(op)
    }

    /// A path; true when it ends in `any(`.
    fn path(&mut self) -> Result<(Path, bool), GraphError> {
        let Some(Token::Word(first)) = self.peek().cloned() else { return Err(self.wrong()) };
        self.at += 1;
        let root = self.root(&first)?;
        let mut rest = Vec::new();
        while self.eat('/') {
            let Some(Token::Word(name)) = self.peek().cloned() else { return Err(self.wrong()) };
            self.at += 1;
            if name == "any" && self.eat('(') {
                return Ok((Path { root, rest }, true));
            }
            rest.push(name);
        }
        Ok((Path { root, rest }, false))
    }

    fn root(&self, name: &str) -> Result<Root, GraphError> {
        if self.variables.iter().any(|variable| variable == name) {
            return Ok(Root::Element);
        }
        if let Some(prop) = property::find(self.kind.table(), name) {
            return Ok(Root::Prop(prop));
        }
        if relations(self.kind).contains(&name) {
            return Ok(Root::Relation(name.to_owned()));
        }
        let unknown = unknown_property(name, kind_name(self.kind));
        Err(bad(format!("Invalid filter clause: {}", unknown.message)))
    }

    fn any(&mut self, path: Path) -> Result<Expr, GraphError> {
        if self.eat(')') {
            return Ok(Expr::Any(path, None));
        }
        let Some(Token::Word(variable)) = self.peek().cloned() else { return Err(self.wrong()) };
        self.at += 1;
        self.expect(':')?;
        self.variables.push(variable);
        let inner = self.or()?;
        self.variables.pop();
        self.expect(')')?;
        Ok(Expr::Any(path, Some(Box::new(inner))))
    }

    fn list(&mut self, path: Path) -> Result<Expr, GraphError> {
        self.expect('(')?;
        let mut literals = vec![self.literal()?];
        while self.eat(',') {
            literals.push(self.literal()?);
        }
        self.expect(')')?;
        Ok(Expr::In(path, literals))
    }

    fn literal(&mut self) -> Result<Literal, GraphError> {
        let literal = match self.peek() {
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Word(word)) => match word.as_str() {
                "null" => Literal::Null,
                "true" => Literal::Flag(true),
                "false" => Literal::Flag(false),
                other => bare(other).ok_or_else(|| self.wrong())?,
            },
            _ => return Err(self.wrong()),
        };
        self.at += 1;
        Ok(literal)
    }
}

/// A number, a GUID, a moment or a date.
fn bare(word: &str) -> Option<Literal> {
    if let Ok(number) = word.parse::<f64>()
        && word.starts_with(|first: char| first.is_ascii_digit() || first == '-')
    {
        return Some(Literal::Number(number));
    }
    let date = word.len() == 10 && word.as_bytes()[4] == b'-';
    let known = uuid::Uuid::parse_str(word).is_ok() || kernel::Timestamp::parse(word).is_ok() || date;
    known.then(|| Literal::Bare(if date { format!("{word}T00:00:00Z") } else { word.to_owned() }))
}
