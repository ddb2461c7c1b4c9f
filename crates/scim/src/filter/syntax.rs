//! A filter as a tree, and the tree as text.

use std::fmt;

use kernel::Timestamp;
use serde_json::Number;

use crate::path::AttributePath;
use crate::text::Folded;

/// A condition on a resource, or on one element of a multi-valued attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// All hold.
    And(Vec<Self>),
    /// At least one holds.
    Or(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// The attribute has a value.
    Present(AttributePath),
    /// The attribute compares with a value.
    Compare(Comparison),
    /// One element of the attribute satisfies the whole condition; its paths name sub-attributes of this attribute.
    Element {
        /// The attribute.
        path: AttributePath,
        /// The condition on one element.
        condition: Box<Self>,
    },
}

/// An attribute, an operator, a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub path: AttributePath,
    /// How.
    pub operator: Operator,
    /// With what; its type fits the attribute's.
    pub literal: Literal,
}

/// How an attribute compares with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal; an absent attribute is not equal to anything.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A value that an attribute is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A moment, as it was written and as it is.
    Moment(String, Timestamp),
    /// A text.
    Text(Folded),
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 9] =
        [Self::Eq, Self::Ne, Self::Co, Self::Sw, Self::Ew, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether it looks inside texts.
    pub(super) const fn is_textual(self) -> bool {
        matches!(self, Self::Co | Self::Sw | Self::Ew)
    }

    /// Whether it needs an order.
    pub(super) const fn is_ordering(self) -> bool {
        matches!(self, Self::Gt | Self::Ge | Self::Lt | Self::Le)
    }
}

impl Expression {
    /// The conditions that must all hold: the parts of an `and`, or the one there is.
    pub fn conjuncts(&self) -> &[Self] {
        match self {
            Self::And(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// How many conditions there are: what it costs to try it once.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::size).sum(),
            Self::Not(inner) => inner.size(),
            Self::Present(_) | Self::Compare(_) => 1,
            Self::Element { condition, .. } => 1 + condition.size(),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, in_element: bool) -> fmt::Result {
        match self {
            Self::And(parts) => join(f, parts, " and ", in_element),
            Self::Or(parts) => join(f, parts, " or ", in_element),
            Self::Not(inner) => {
                f.write_str("not (")?;
                inner.write(f, in_element)?;
                f.write_str(")")
            }
            Self::Present(path) => {
                write_path(f, path, in_element)?;
                f.write_str(" pr")
            }
            Self::Compare(Comparison { path, operator, literal }) => {
                write_path(f, path, in_element)?;
                write!(f, " {} {literal}", operator.as_str())
            }
            Self::Element { path, condition } => {
                write!(f, "{path}[")?;
                condition.write(f, true)?;
                f.write_str("]")
            }
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Expression], word: &str, in_element: bool) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if matches!(part, Expression::Or(_)) {
            f.write_str("(")?;
            part.write(f, in_element)?;
            f.write_str(")")?;
        } else {
            part.write(f, in_element)?;
        }
    }
    Ok(())
}

fn write_path(f: &mut fmt::Formatter<'_>, path: &AttributePath, in_element: bool) -> fmt::Result {
    if in_element { f.write_str(path.leaf().name) } else { write!(f, "{path}") }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Moment(text, _) => f.write_str(&serde_json::Value::from(text.as_str()).to_string()),
            Self::Text(text) => f.write_str(&serde_json::Value::from(text.written.as_str()).to_string()),
        }
    }
}
