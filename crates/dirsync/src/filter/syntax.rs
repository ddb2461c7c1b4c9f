//! What a filter says: a tree of clauses, each with its place in the text. Prints itself canonically.

use std::fmt;

use kernel::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::fold::Folded;
use super::property::{Kind, Property, Shape};

/// A part of the filter's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends; the first byte after it.
    pub end: usize,
}

/// A clause and its place.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) span: Span,
    pub(super) node: Node,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// A clause. Within `any`, a property stands for the item that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare { property: &'static Property, operator: Comparison, literal: Literal },
    In { property: &'static Property, literals: Vec<Literal> },
    Text { property: &'static Property, function: Function, needle: Folded },
    Any { property: &'static Property, variable: String, body: Option<Box<Expr>> },
    Count { property: &'static Property, operator: Comparison, number: i64 },
}

impl Node {
    /// The property that the clause itself reads.
    pub(super) fn property(&self) -> Option<&'static Property> {
        match self {
            Self::And(_) | Self::Or(_) | Self::Not(_) => None,
            Self::Compare { property, .. }
            | Self::In { property, .. }
            | Self::Text { property, .. }
            | Self::Any { property, .. }
            | Self::Count { property, .. } => Some(property),
        }
    }
}

impl Expr {
    /// The clauses within this one.
    pub(super) fn parts(&self) -> &[Self] {
        match &self.node {
            Node::And(parts) | Node::Or(parts) => parts,
            Node::Not(inner) => std::slice::from_ref(inner),
            Node::Any { body, .. } => body.as_deref().map_or(&[], std::slice::from_ref),
            _ => &[],
        }
    }

    /// Shows every clause, outermost first.
    pub(super) fn visit<'a>(&'a self, show: &mut impl FnMut(&'a Self)) {
        show(self);
        for part in self.parts() {
            part.visit(show);
        }
    }
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// The canonical word.
            pub(super) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word in any case.
            pub(super) fn read(word: &str) -> Option<Self> {
                [$(Self::$variant),+].into_iter().find(|own| own.word().eq_ignore_ascii_case(word))
            }
        }
    };
}

words!(
    /// A comparison.
    Comparison { Equal = "eq", NotEqual = "ne", Greater = "gt", GreaterOrEqual = "ge", Less = "lt", LessOrEqual = "le" }
);

impl Comparison {
    pub(super) const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

words!(
    /// A function on text.
    Function { StartsWith = "startsWith", EndsWith = "endsWith", Contains = "contains" }
);

/// A value in the filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Flag(bool),
    Text(Folded),
    Time(Timestamp),
    Guid(Uuid),
}

// === canonical text ===

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, None)
    }
}

impl Expr {
    /// `variable` is the name of the item, within `any`.
    fn write(&self, f: &mut fmt::Formatter<'_>, variable: Option<&str>) -> fmt::Result {
        match &self.node {
            Node::And(parts) => write_all(f, parts, " and ", variable),
            Node::Or(parts) => write_all(f, parts, " or ", variable),
            Node::Not(inner) => {
                f.write_str("not (")?;
                inner.write(f, variable)?;
                f.write_str(")")
            }
            Node::Compare { property, operator, literal } => {
                write_operand(f, property, variable)?;
                write!(f, " {} ", operator.word())?;
                write_literal(f, literal, property.kind())
            }
            Node::In { property, literals } => {
                write_operand(f, property, variable)?;
                for (index, literal) in literals.iter().enumerate() {
                    f.write_str(if index == 0 { " in (" } else { ", " })?;
                    write_literal(f, literal, property.kind())?;
                }
                f.write_str(")")
            }
            Node::Text { property, function, needle } => {
                write!(f, "{}(", function.word())?;
                write_operand(f, property, variable)?;
                f.write_str(", ")?;
                write_quoted(f, &needle.written)?;
                f.write_str(")")
            }
            Node::Any { property, variable, body } => {
                write!(f, "{}/any(", property.path)?;
                if let Some(body) = body {
                    write!(f, "{variable}:")?;
                    body.write(f, Some(variable))?;
                }
                f.write_str(")")
            }
            Node::Count { property, operator, number } => {
                write!(f, "{}/$count {} {number}", property.path, operator.word())
            }
        }
    }
}

/// Joins the parts; what binds no tighter than the word between them gets parentheses.
fn write_all(f: &mut fmt::Formatter<'_>, parts: &[Expr], word: &str, variable: Option<&str>) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        let loose = matches!(part.node, Node::Or(_)) || (word == " and " && matches!(part.node, Node::And(_)));
        if loose {
            f.write_str("(")?;
        }
        part.write(f, variable)?;
        if loose {
            f.write_str(")")?;
        }
    }
    Ok(())
}

fn write_operand(f: &mut fmt::Formatter<'_>, property: &Property, variable: Option<&str>) -> fmt::Result {
    match (variable, property.shape) {
        (Some(variable), Shape::Many { field: Some(field), .. }) => write!(f, "{variable}/{field}"),
        (Some(variable), _) => f.write_str(variable),
        (None, _) => f.write_str(property.path),
    }
}

fn write_literal(f: &mut fmt::Formatter<'_>, literal: &Literal, kind: Kind) -> fmt::Result {
    match literal {
        Literal::Null => f.write_str("null"),
        Literal::Flag(flag) => write!(f, "{flag}"),
        Literal::Text(text) => write_quoted(f, &text.written),
        Literal::Time(time) => write!(f, "{time}"),
        Literal::Guid(id) if kind == Kind::Key => write!(f, "'{id}'"),
        Literal::Guid(id) => write!(f, "{id}"),
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "'{}'", text.replace('\'', "''"))
}
