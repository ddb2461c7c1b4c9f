//! Clauses: a function on a property, a comparison of a property, `any` and `$count` of a property with several values.

use super::super::fold::Folded;
use super::super::property::Shape;
use super::{Comparison, Expr, FilterError, Function, Node, Parser, Property, Token, property, shorten};

/// OData's functions that filters here do not have.
const OTHER_FUNCTIONS: [&str; 22] = [
    "cast",
    "ceiling",
    "concat",
    "date",
    "day",
    "floor",
    "hour",
    "indexof",
    "isof",
    "length",
    "matchesPattern",
    "minute",
    "month",
    "now",
    "round",
    "second",
    "substring",
    "substringof",
    "tolower",
    "toupper",
    "trim",
    "year",
];

const OPERATORS: &str = "eq, ne, gt, ge, lt, le or in";

impl<'a> Parser<'a> {
    pub(super) fn clause(&mut self, word: &'a str) -> Result<Expr, FilterError> {
        let start = self.span.start;
        let (name, name_span) = (self.token.clone(), self.span);
        self.advance()?;
        if self.token == Token::Open {
            return self.call(word, start);
        }
        if matches!(self.token, Token::Text(_)) && self.span.start == name_span.end {
            (self.token, self.span) = (name, name_span);
            let hint = Some("write the value without a word before it".to_owned());
            return Err(self.error_here("a property, a function or not", hint));
        }
        let path = self.path(word)?;
        if path.ends_in_call() {
            return self.collection(&path, start);
        }
        let property = self.resolve(&path)?;
        if property.is_many() && self.item.is_none() {
            return Err(self.needs_any(&path, property));
        }
        self.comparison(property, start)
    }

    /// `startsWith(property, 'text')`, and that compared with `true` or `false`, as old filters do.
    fn call(&mut self, word: &str, start: usize) -> Result<Expr, FilterError> {
        let Some(function) = Function::read(word) else { return Err(self.no_such_function(word, start)) };
        self.advance()?;
        let Token::Word(first) = self.token else { return Err(self.unexpected("a property")) };
        self.advance()?;
        let path = self.path(first)?;
        let property = self.resolve(&path)?;
        if property.is_many() && self.item.is_none() {
            return Err(self.needs_any(&path, property));
        }
        if property.kind() != super::super::property::Kind::Text {
            let expected = format!("a property that holds text; {} is {}", property.path, property.kind().literal());
            return Err(self.error(path.start, &expected, path.written, None));
        }
        self.expect(&Token::Comma, "a comma")?;
        let Token::Text(needle) = &self.token else { return Err(self.unexpected("a text in single quotes")) };
        let needle = Folded::new(needle.clone());
        self.advance()?;
        self.expect(&Token::Close, "a closing parenthesis")?;
        let call = self.expr(start, Node::Text { property, function, needle })?;
        self.compared_with_a_flag(call, start)
    }

    fn compared_with_a_flag(&mut self, call: Expr, start: usize) -> Result<Expr, FilterError> {
        let Some(equal) = self.is_word("eq").then_some(true).or(self.is_word("ne").then_some(false)) else {
            return Ok(call);
        };
        self.advance()?;
        let wanted = match (self.is_word("true"), self.is_word("false")) {
            (true, _) => true,
            (_, true) => false,
            _ => return Err(self.unexpected("true or false")),
        };
        self.advance()?;
        if wanted == equal {
            return Ok(call);
        }
        self.enter()?; // the canonical text has `not` here
        self.depth -= 1;
        self.expr(start, Node::Not(Box::new(call)))
    }

    /// What follows a property: an operator and its values.
    fn comparison(&mut self, property: &'static Property, start: usize) -> Result<Expr, FilterError> {
        let Token::Word(word) = self.token else { return Err(self.no_operator(property)) };
        if word.eq_ignore_ascii_case("in") {
            self.advance()?;
            return self.listed(property, start);
        }
        let Some(operator) = Comparison::read(word) else { return Err(self.no_operator(property)) };
        if !operator.is_equality() && !property.kind().has_order() {
            let expected = format!("eq or ne, because {} is {}", property.path, property.kind().literal());
            return Err(self.unexpected(&expected));
        }
        self.advance()?;
        let literal = self.literal(property, Some(operator))?;
        self.expr(start, Node::Compare { property, operator, literal })
    }

    fn listed(&mut self, property: &'static Property, start: usize) -> Result<Expr, FilterError> {
        self.expect(&Token::Open, "an opening parenthesis")?;
        let mut literals = vec![self.literal(property, None)?];
        while self.token == Token::Comma {
            self.advance()?;
            self.count()?;
            literals.push(self.literal(property, None)?);
        }
        self.expect(&Token::Close, "a comma or a closing parenthesis")?;
        self.expr(start, Node::In { property, literals })
    }

    // === properties with several values ===

    /// `any(…)` or `$count` behind a path.
    fn collection(&mut self, path: &Path, start: usize) -> Result<Expr, FilterError> {
        if self.item.is_some() {
            return Err(self.unexpected("a comparison: any and $count cannot stand within any"));
        }
        let property = self.resolve(path)?;
        if !property.is_many() {
            let expected = format!("a property with several values; {} has one", property.path);
            return Err(self.error(path.start, &expected, path.written.clone(), None));
        }
        if path.end == End::Count {
            self.advance()?;
            return self.counted(property, start);
        }
        self.advance()?; // any
        self.expect(&Token::Open, "an opening parenthesis")?;
        if self.token == Token::Close {
            self.advance()?;
            return self.expr(start, Node::Any { property, variable: String::new(), body: None });
        }
        let Token::Word(variable) = self.token else { return Err(self.unexpected("a name for the item, such as x")) };
        self.advance()?;
        self.expect(&Token::Colon, "a colon")?;
        self.enter()?;
        self.item = Some((variable, property));
        let body = self.or()?;
        self.item = None;
        self.depth -= 1;
        self.expect(&Token::Close, "and, or, or a closing parenthesis")?;
        self.expr(start, Node::Any { property, variable: variable.to_owned(), body: Some(Box::new(body)) })
    }

    fn counted(&mut self, property: &'static Property, start: usize) -> Result<Expr, FilterError> {
        let operator = match self.token {
            Token::Word(word) => Comparison::read(word),
            _ => None,
        };
        let Some(operator) = operator else { return Err(self.unexpected("eq, ne, gt, ge, lt or le")) };
        self.advance()?;
        let Token::Number(number) = self.token else { return Err(self.unexpected("a whole number")) };
        self.advance()?;
        self.expr(start, Node::Count { property, operator, number })
    }

    // === paths ===

    /// The rest of a path whose first word has been read; stops before `any`, `all` and `$count`.
    fn path(&mut self, first: &str) -> Result<Path, FilterError> {
        let mut path = Path { start: self.before - first.len(), written: first.to_owned(), end: End::Property };
        while self.token == Token::Slash {
            self.advance()?;
            match self.token {
                Token::Count => path.end = End::Count,
                Token::Word(word) if word.eq_ignore_ascii_case("any") => path.end = End::Any,
                Token::Word(word) if word.eq_ignore_ascii_case("all") => {
                    let hint = "all fit when none does not: not proxyAddresses/any(x:not (…))".to_owned();
                    return Err(self.error_here("a field, any or $count", Some(hint)));
                }
                Token::Word(word) => {
                    path.written.push('/');
                    path.written.push_str(word);
                    self.advance()?;
                    continue;
                }
                _ => return Err(self.unexpected("a field, any or $count")),
            }
            break;
        }
        Ok(path)
    }

    /// The property a path names; within `any`, the one whose item it names.
    fn resolve(&self, path: &Path) -> Result<&'static Property, FilterError> {
        let Some((variable, property)) = self.item else {
            return property::find(&path.written).ok_or_else(|| {
                let advice = property::advice(&path.written);
                self.error(path.start, "a property of users", shorten(&path.written), advice)
            });
        };
        let wanted = match property.shape {
            Shape::Many { field: Some(field), .. } => format!("{variable}/{field}"),
            _ => variable.to_owned(),
        };
        if path.written.eq_ignore_ascii_case(&wanted) {
            return Ok(property);
        }
        let hint = Some(format!("within any only the item can be compared, here {wanted}"));
        Err(self.error(path.start, &wanted, shorten(&path.written), hint))
    }

    // === errors ===

    fn needs_any(&self, path: &Path, property: &Property) -> FilterError {
        let example = match property.shape {
            Shape::Many { field: Some(field), .. } => format!("{}/any(x:x/{field} eq …)", property.path),
            _ => format!("{}/any(x:x eq '…')", property.path),
        };
        let expected = "a property with one value";
        self.error(
            path.start,
            expected,
            shorten(&path.written),
            Some(format!("it has several values: write {example}")),
        )
    }

    fn no_operator(&self, property: &Property) -> FilterError {
        let mut error = self.unexpected(OPERATORS);
        if error.hint.is_none() && property.kind() == super::super::property::Kind::Flag {
            error.hint = Some(format!("write {} eq true", property.path));
        }
        error
    }

    fn no_such_function(&self, word: &str, start: usize) -> FilterError {
        let known = OTHER_FUNCTIONS.iter().any(|own| own.eq_ignore_ascii_case(word));
        let hint = match word.to_ascii_lowercase().as_str() {
            "tolower" | "toupper" => Some("comparisons do not look at upper and lower case anyway"),
            "substringof" => Some("write contains(property, 'text')"),
            _ if known => Some("OData has this function, filters on users have not"),
            _ => None,
        };
        self.error(start, "startsWith, endsWith or contains", shorten(word), hint.map(str::to_owned))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Property,
    Any,
    Count,
}

/// A written path.
struct Path {
    start: usize,
    written: String,
    end: End,
}

impl Path {
    fn ends_in_call(&self) -> bool {
        self.end != End::Property
    }
}
