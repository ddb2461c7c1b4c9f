//! Mapping expressions: `[attribute]`, `"text"`, and the functions that default mappings use.
//!
//! Deliberately no more functions than are listed in `Function`: an unknown one is refused when the schema is written,
//! as an expression that Entra cannot parse is.

/// One parsed expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A source attribute.
    Attribute(String),
    /// A constant.
    Text(String),
    /// A function; an argument may be left empty.
    Call(Function, Vec<Option<Expression>>),
}

/// The functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `Switch(source, default, key1, value1, …)`.
    Switch,
    /// `Not(source)`: turns a truth value round.
    Not,
    /// `Join(separator, source1, …)`.
    Join,
    /// `Coalesce(source1, …)`: the first that has a value.
    Coalesce,
    /// `Append(source, suffix)`.
    Append,
    /// `ToLower(source)`.
    ToLower,
    /// `ToUpper(source)`.
    ToUpper,
}

const FUNCTIONS: [(&str, Function); 7] = [
    ("Switch", Function::Switch),
    ("Not", Function::Not),
    ("Join", Function::Join),
    ("Coalesce", Function::Coalesce),
    ("Append", Function::Append),
    ("ToLower", Function::ToLower),
    ("ToUpper", Function::ToUpper),
];

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text };
        let found = reader.expression()?;
        reader.rest = reader.rest.trim_start();
        if reader.rest.is_empty() { Ok(found) } else { Err(format!("cannot read {:?}", reader.rest)) }
    }

    /// The name of the outermost function.
    pub fn function_name(&self) -> Option<&'static str> {
        let Self::Call(function, _) = self else { return None };
        FUNCTIONS.iter().find(|(_, known)| known == function).map(|(name, _)| *name)
    }

    /// Its value for a source; empty text is no value.
    pub fn value(&self, source: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let found = match self {
            Self::Attribute(name) => source(name),
            Self::Text(text) => Some(text.clone()),
            Self::Call(function, arguments) => called(*function, arguments, source),
        };
        found.filter(|text| !text.is_empty())
    }
}

fn called(
    function: Function,
    arguments: &[Option<Expression>],
    source: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let value = |at: usize| arguments.get(at)?.as_ref()?.value(source);
    match function {
        Function::Switch => {
            let key = value(0)?;
            let pairs = (2..arguments.len()).step_by(2);
            let hit = pairs.into_iter().find(|at| value(*at).is_some_and(|known| known.eq_ignore_ascii_case(&key)));
            hit.map_or_else(|| value(1), |at| value(at + 1))
        }
        Function::Not => Some(if value(0)?.eq_ignore_ascii_case("true") { "False" } else { "True" }.to_owned()),
        Function::Join => {
            let separator = match arguments.first() {
                Some(Some(Expression::Text(text))) => text.clone(),
                _ => value(0).unwrap_or_default(),
            };
            let parts: Vec<String> = (1..arguments.len()).filter_map(value).collect();
            Some(parts.join(&separator))
        }
        Function::Coalesce => (0..arguments.len()).find_map(value),
        Function::Append => Some(format!("{}{}", value(0)?, value(1).unwrap_or_default())),
        Function::ToLower => Some(value(0)?.to_lowercase()),
        Function::ToUpper => Some(value(0)?.to_uppercase()),
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn expression(&mut self) -> Result<Expression, String> {
        self.rest = self.rest.trim_start();
        if let Some(after) = self.rest.strip_prefix('[') {
            let (name, rest) = after.split_once(']').ok_or("an attribute is not closed")?;
            self.rest = rest;
            return Ok(Expression::Attribute(name.trim().to_owned()));
        }
        if let Some(after) = self.rest.strip_prefix('"') {
            let (text, rest) = after.split_once('"').ok_or("a text is not closed")?;
            self.rest = rest;
            return Ok(Expression::Text(text.to_owned()));
        }
        let (name, rest) = self.rest.split_once('(').ok_or_else(|| format!("cannot read {:?}", self.rest))?;
        let known = FUNCTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
        let function = known.ok_or_else(|| format!("there is no function {}", name.trim()))?.1;
        self.rest = rest;
        Ok(Expression::Call(function, self.arguments()?))
    }

    fn arguments(&mut self) -> Result<Vec<Option<Expression>>, String> {
        let mut found = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            let empty = self.rest.starts_with([',', ')']);
            found.push(if empty { None } else { Some(self.expression()?) });
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return Ok(found);
            }
            self.rest = self.rest.strip_prefix(',').ok_or("a function is not closed")?;
        }
    }
}
