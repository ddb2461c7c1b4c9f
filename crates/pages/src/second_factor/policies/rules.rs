//! `GET /second-factor/people/{id}/rules`: what is in force for a person, and why.

use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Cell, PageHead, Path};
use crate::render::sentence;
use crate::second_factor::people::HERE;
use crate::table::{Column, Row, Table};

/// One rule in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// What it says.
    pub said: String,
    /// Where it counts, in words.
    pub at: &'static str,
    /// The policy that gave it; empty where the settings did.
    pub policy: String,
    /// The groups through which the policy is for the person: name and address.
    pub path: Vec<(String, String)>,
}

/// Whose rules they are.
#[derive(Debug, Clone)]
pub struct RulesOf {
    pub id: String,
    pub name: String,
    /// The revision of the tenant's policies; 0 where there never were any.
    pub revision: i64,
    /// Where the tenant's policies are.
    pub policies_href: String,
    /// What is known of their risk, in words; empty where no policy asks for it.
    pub risk: String,
}

/// The page.
pub fn page(frame: Frame, of: &RulesOf, rows: &[RuleRow]) -> ListPage {
    let lead = match of.revision {
        0 => "The tenant has no policies: its settings are in force.".to_owned(),
        revision => format!("By revision {revision} of the policies, and the settings where no policy says anything."),
    };
    let lead = if of.risk.is_empty() { lead } else { format!("{lead} {}", sentence(&of.risk)) };
    let head = PageHead::new("Rules in force")
        .crumb("Registered people", HERE)
        .crumb(&of.name, format!("{HERE}/{}", of.id))
        .lead(lead)
        .action(Action::go("Policies", &of.policies_href));
    let lines = rows.iter().map(|row| {
        let why = if row.policy.is_empty() { Cell::Muted("The settings".to_owned()) } else { Cell::text(&row.policy) };
        let path = match row.path.as_slice() {
            [] => Cell::Blank,
            path => Cell::Paths(vec![Path::new(path.to_vec())]),
        };
        Row::new(vec![Cell::name(&row.said, ""), Cell::text(row.at), why, path])
    });
    let columns = ["Rule", "Where", "By", "Member of"].map(Column::new);
    ListPage::new(frame, head, Table::new("rules", "Rules in force", columns.into(), lines.collect()))
}
