//! What is in force for a person.

use axum::extract::State;
use axum::response::Response;
use mfa::AccountId;
use mfa::permissions::ReadMfa;
use mfa::policy::{Door, DoorRules, Rule};
use web::{Path, Problem};

use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::render::page;
use crate::second_factor::policies::rules::{self as shown, RuleRow, RulesOf};
use crate::second_factor::policies::words;
use crate::second_factor::provider::href;

/// `GET /second-factor/people/{id}/rules`.
pub async fn rules(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<AccountId>) -> Result<Response, Problem> {
    let may = desk.may(ReadMfa {})?;
    let account = rooms.mfa.get_account(&may, id).await?.account;
    let found = rooms.mfa.get_rules(&may, id).await?;
    let of = RulesOf {
        id: id.to_string(),
        name: account.name.clone().unwrap_or_else(|| account.label.clone()),
        revision: found.revision,
        policies_href: href(&account.provider.to_string(), "/policies"),
        risk: found.risk.as_ref().map(words::risk).unwrap_or_default(),
    };
    let rows: Vec<_> = Rule::ALL.iter().flat_map(|rule| lines(&found.doors, *rule)).collect();
    Ok(page(&shown::page(desk.frame("Rules in force", Section::SecondFactorPeople), &of, &rows)))
}

/// A rule as it is at each door; as one line where it is the same at all of them.
fn lines(doors: &[DoorRules], rule: Rule) -> Vec<RuleRow> {
    let mut rows: Vec<RuleRow> = doors.iter().filter_map(|door| line(door, rule)).collect();
    let same = rows.windows(2).all(|two| RuleRow { at: two[1].at, ..two[0].clone() } == two[1]);
    if same {
        rows.truncate(1);
        for row in &mut rows {
            row.at = "Everywhere";
        }
    }
    rows
}

fn line(door: &DoorRules, rule: Rule) -> Option<RuleRow> {
    let because = door.because.iter().find(|reason| reason.given.rule == rule);
    let path = because.map(|reason| reason.path.as_slice()).unwrap_or_default();
    Some(RuleRow {
        said: words::said(&door.rules, rule)?,
        at: match door.door {
            Door::Entra => "In sign-ins",
            Door::Portal => "At the portal",
        },
        policy: because.map(|reason| reason.given.name.clone()).unwrap_or_default(),
        path: path.iter().map(|hop| (hop.name.clone(), format!("/directory/groups/{}", hop.id))).collect(),
    })
}
