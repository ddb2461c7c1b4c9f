//! `$filter`: read, judged against what Graph supports, and evaluated on packed objects.
//!
//! ```text
//! or := and ("or" and)*      and := not ("and" not)*      not := "not" not | "(" or ")" | test
//! test := path op literal | path "in" "(" literal, … ")" | startsWith(path,'…') | path/any(x:or)
//! ```
//!
//! Written for this emulator alone: it shares nothing with the filters of the product that it tests.

mod evaluate;
mod lexer;
mod parser;
mod support;

pub(crate) use evaluate::matches;
pub(crate) use parser::parse;
pub(crate) use support::{check, sortable};

use crate::directory::property::Prop;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// One of them.
    Or(Vec<Expr>),
    /// All of them.
    And(Vec<Expr>),
    /// Not it.
    Not(Box<Expr>),
    /// A comparison.
    Compare(Path, Op, Literal),
    /// One of several values.
    In(Path, Vec<Literal>),
    /// `startsWith` and kin.
    Text(TextTest, Path, String),
    /// Some element of a list; without a condition: the list is not empty.
    Any(Path, Option<Box<Expr>>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// A test on text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// Where it begins.
    pub root: Root,
    /// Names below that.
    pub rest: Vec<String>,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Root {
    /// A property of the object.
    Prop(Prop),
    /// A relation of the object: `manager`, `memberOf`.
    Relation(String),
    /// The element of the list that an `any` walks.
    Element,
}

/// A value in a filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64),
    Flag(bool),
    Null,
    /// A GUID or a moment, written without quotes.
    Bare(String),
}
