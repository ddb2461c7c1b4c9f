//! Scoping filters: which of the objects that an assignment names are provisioned at all.
//!
//! | set | an object that no longer fits |
//! |---|---|
//! | `groups` | falls out of scope: disabled or deleted in the target |
//! | `inputFilterGroups` | is not read any more: left as it is |
//!
//! An object fits a set when it fits any of its groups, and a group when it fits all of its clauses. Deliberately
//! without regular expressions: they are refused when the schema is written.

use serde::{Deserialize, Serialize};

/// The filters of one kind of object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Filter {
    /// Who is in scope.
    pub groups: Vec<Group>,
    /// Who is read.
    pub input_filter_groups: Vec<Group>,
}

/// Clauses that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// What an administrator calls it.
    pub name: Option<String>,
    /// The clauses.
    pub clauses: Vec<Clause>,
}

/// One assertion about a source attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clause {
    /// The source attribute.
    pub source_operand_name: String,
    /// What is asserted.
    pub operator_name: Operator,
    /// The values it is compared with.
    #[serde(default)]
    pub target_operand: Operand,
}

/// The values of a clause; any of them will do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Operand {
    /// The values.
    pub values: Vec<String>,
}

/// The operators, which compare with regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// The value is one of these.
    #[serde(rename = "EQUALS")]
    Equals,
    /// The value is none of these.
    #[serde(rename = "NOT EQUALS")]
    NotEquals,
    /// There is none.
    #[serde(rename = "IS NULL")]
    IsNull,
    /// There is one.
    #[serde(rename = "IS NOT NULL")]
    IsNotNull,
    /// It is true.
    #[serde(rename = "IS TRUE")]
    IsTrue,
    /// It is false.
    #[serde(rename = "IS FALSE")]
    IsFalse,
    /// It contains one of these.
    #[serde(rename = "INCLUDES")]
    Includes,
    /// It is a number above one of these.
    #[serde(rename = "GREATER_THAN")]
    GreaterThan,
    /// It is a number not below one of these.
    #[serde(rename = "GREATER_THAN_OR_EQUALS")]
    GreaterThanOrEquals,
}

impl Filter {
    /// Whether everybody fits.
    pub fn is_open(&self) -> bool {
        self.groups.is_empty() && self.input_filter_groups.is_empty()
    }
}

/// Whether an object fits a set of groups; none at all is fitted by everybody.
pub fn fits(groups: &[Group], value: &dyn Fn(&str) -> Option<String>) -> bool {
    groups.is_empty() || groups.iter().any(|group| group.clauses.iter().all(|clause| clause.holds(value)))
}

impl Clause {
    fn holds(&self, value: &dyn Fn(&str) -> Option<String>) -> bool {
        let found = value(&self.source_operand_name);
        let text = found.as_deref().unwrap_or_default();
        let any = |test: &dyn Fn(&str) -> bool| self.target_operand.values.iter().any(|wanted| test(wanted));
        match self.operator_name {
            Operator::Equals => any(&|wanted| found.is_some() && text == wanted),
            Operator::NotEquals => !any(&|wanted| text == wanted),
            Operator::IsNull => text.is_empty(),
            Operator::IsNotNull => !text.is_empty(),
            Operator::IsTrue => text.eq_ignore_ascii_case("true"),
            Operator::IsFalse => text.eq_ignore_ascii_case("false"),
            Operator::Includes => any(&|wanted| text.contains(wanted)),
            Operator::GreaterThan => any(&|wanted| above(text, wanted).is_some_and(std::cmp::Ordering::is_gt)),
            Operator::GreaterThanOrEquals => any(&|wanted| above(text, wanted).is_some_and(std::cmp::Ordering::is_ge)),
        }
    }
}

fn above(text: &str, wanted: &str) -> Option<std::cmp::Ordering> {
    text.trim().parse::<f64>().ok()?.partial_cmp(&wanted.trim().parse::<f64>().ok()?)
}
