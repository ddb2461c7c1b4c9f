//! Policies of a tenant: look, prepare, preview, apply, go back.

mod draft;
mod editor;
mod preview;
mod risk;
mod rules;

use std::collections::{BTreeSet, HashMap};

use axum::extract::State;
use axum::response::Response;
use mfa::MfaError;
use mfa::permissions::{ChangePolicies, ReadMfa};
use mfa::policy::{Board, NewDraft, Policy, RevisionSummary};
use tenants::TenantId;
use uuid::Uuid;
use web::{Path, Problem};

pub use draft::{ask_discard, discard, down, remove, switch, up};
pub use editor::{edit, find, new, save};
pub use preview::{apply, export, preview, show_preview, undo};
pub use risk::{export_risk, risk};
pub use rules::rules;

use super::tenant_name;
use crate::Rooms;
use crate::desk::Desk;
use crate::directory::routes::pick::{Wanted, named};
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::second_factor::policies::history::{self as past, RevisionRow};
use crate::second_factor::policies::{self as shown, BoardView, DraftView, PolicyRow, Whose, words};

/// Groups of one policy whose names are looked up: more are not shown.
const NAMED: usize = 3;

async fn whose(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<Whose, Problem> {
    Ok(Whose { id: id.to_string(), tenant: tenant_name(desk, rooms, id).await? })
}

async fn board(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<Board, Problem> {
    Ok(rooms.mfa.get_policies(&desk.may(ReadMfa {})?, id).await?)
}

/// What is being prepared, else what is in force: what a change begins with.
fn prepared(board: &Board) -> &[Policy] {
    board.draft.as_ref().map_or(&board.policies, |draft| &draft.policies)
}

/// Saves a list of policies as the draft, over the version that was read.
async fn save_draft(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    policies: Vec<Policy>,
    version: i64,
) -> Result<Result<(), MfaError>, Problem> {
    let may = desk.may(ChangePolicies { tenant: id })?;
    let saved = rooms.mfa.save_draft(&may, NewDraft { policies, version: Some(version) }).await;
    Ok(saved.map(drop))
}

/// Policies as lines, with what their groups are called.
async fn rows(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    policies: &[Policy],
    in_force: &[Policy],
) -> Result<Vec<PolicyRow>, Problem> {
    let shown = |groups: &[Uuid]| groups.iter().copied().take(NAMED).collect::<Vec<_>>();
    let named_ones: BTreeSet<Uuid> = policies
        .iter()
        .flat_map(|policy| [shown(&policy.whom.groups), shown(&policy.whom.except_groups)])
        .flatten()
        .collect();
    let wanted: Vec<_> = named_ones.iter().copied().map(Wanted::group).collect();
    let picks = named(desk, rooms, id.0.into(), &wanted).await?;
    let names: HashMap<Uuid, String> = named_ones.into_iter().zip(picks.into_iter().map(|pick| pick.name)).collect();
    let name_of = |group: Uuid| names.get(&group).cloned().unwrap_or_else(|| group.to_string());
    Ok(policies.iter().map(|policy| words::row(policy, in_force, &name_of)).collect())
}

/// `GET /second-factor/providers/{id}/policies`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let (whose, board) = (whose(&desk, &rooms, id).await?, board(&desk, &rooms, id).await?);
    let policies = rows(&desk, &rooms, id, prepared(&board), &board.policies).await?;
    let draft = board.draft.as_ref().map(|draft| DraftView {
        saved: draft.saved_at,
        by: draft.saved_by.clone(),
        dropped: board
            .policies
            .iter()
            .filter(|known| draft.policies.iter().all(|policy| policy.id != known.id))
            .map(|policy| policy.name.clone())
            .collect(),
    });
    let risk = unknown_risk(&desk, &rooms, id).await?;
    let view = BoardView { whose, policies, draft, revision: board.revision, version: board.draft_version, risk };
    let frame = desk.frame(format!("Policies of {}", view.whose.tenant), Section::SecondFactor);
    Ok(page(&shown::page(frame, &view)))
}

/// Why risks are not known that a policy asks for, and what to do.
async fn unknown_risk(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<Option<(&'static str, String)>, Problem> {
    let risk = rooms.mfa.get_risk(&desk.may(ReadMfa {})?, id).await?;
    Ok(risk.unknown.filter(|_| risk.asked).map(|why| (words::unknown(why), risk.mend)))
}

fn row(summary: &RevisionSummary) -> RevisionRow {
    RevisionRow {
        revision: summary.revision,
        at: summary.applied_at,
        by: summary.applied_by.clone(),
        reason: summary.reason.clone().unwrap_or_default(),
        restores: summary.restores,
        policies: u64::try_from(summary.policy_count).unwrap_or(0),
        loses_last: summary.loses_last,
    }
}

/// `GET /second-factor/providers/{id}/policies/history`.
pub async fn history(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing,
) -> Result<Response, Problem> {
    let (whose, board) = (whose(&desk, &rooms, id).await?, board(&desk, &rooms, id).await?);
    let found = rooms.mfa.list_policy_revisions(&desk.may(ReadMfa {})?, id, &list.asked.page).await?;
    let lines: Vec<_> = found.items.iter().map(row).collect();
    let next = found.next.as_ref().map(kernel::Cursor::as_str);
    let frame = desk.frame(format!("Policies of {}", whose.tenant), Section::SecondFactor);
    Ok(page(&past::page(frame, &whose, (&lines, board.revision), next, &list.here)))
}

/// `GET /second-factor/providers/{id}/policies/history/{revision}`.
pub async fn revision(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, revision)): Path<(TenantId, i64)>,
) -> Result<Response, Problem> {
    let (whose, board) = (whose(&desk, &rooms, id).await?, board(&desk, &rooms, id).await?);
    let found = rooms.mfa.get_policy_revision(&desk.may(ReadMfa {})?, id, revision).await?;
    let policies = rows(&desk, &rooms, id, &found.policies, &found.policies).await?;
    let frame = desk.frame(format!("Revision {revision} of the policies"), Section::SecondFactor);
    Ok(page(&past::revision(frame, &whose, &row(&found.summary), &policies, board.revision)))
}
