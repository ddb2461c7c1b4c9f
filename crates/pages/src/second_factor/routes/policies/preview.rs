//! Whom policies would concern, and the buttons that put them in force.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Kinded as _, PageRequest};
use mfa::MfaError;
use mfa::permissions::{ChangePolicies, ReadMfa};
use mfa::policy::{Affected, AffectedFilter, Order, PolicyEffect, Preview, Undo};
use mfa::risk::RiskFigures;
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem, Query};

use super::{board, whose};
use crate::Rooms;
use crate::address::Address;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::{Asked, Listing};
use crate::render::{page, page_with, sentence};
use crate::second_factor::policies::preview::{
    AffectedRow, EFFECTS, Looked, PEOPLE, PreviewPage, PreviewView, ReachRow, RiskReach,
};
use crate::second_factor::policies::words as policy_words;
use crate::second_factor::provider::href;
use crate::second_factor::words;
use crate::sheet::{self, Rows};

/// Whom is listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    q: String,
    effect: String,
}

impl Narrowed {
    fn filter(&self) -> AffectedFilter {
        let text = Some(self.q.trim().to_owned()).filter(|text| !text.is_empty());
        AffectedFilter { effect: PolicyEffect::parse(&self.effect), text }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct Of {
    revision: Option<i64>,
}

/// `POST /second-factor/providers/{id}/policies/preview`.
pub async fn preview(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Query(of): Query<Of>,
) -> Result<Response, Problem> {
    match rooms.mfa.preview_policies(&desk.may(ChangePolicies { tenant: id })?, of.revision).await {
        Ok(_) => Ok(done(href(&id.to_string(), "/policies/preview"), Done::PoliciesPreviewed)),
        Err(error @ MfaError::Conflict(_)) => {
            let here = Address::new(href(&id.to_string(), "/policies/preview"));
            let list = Listing { wanted: Narrowed::default(), asked: Asked::default(), here };
            match view(&desk, &rooms, id, list, sentence(&error.public_detail())).await? {
                Some(view) => Ok(page_with(StatusCode::CONFLICT, &PreviewPage::new(frame(&desk), view))),
                None => Ok(done(href(&id.to_string(), "/policies"), Done::Stale)),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /second-factor/providers/{id}/policies/preview`: what was worked out last.
pub async fn show_preview(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    match view(&desk, &rooms, id, list, String::new()).await? {
        Some(view) => Ok(page(&PreviewPage::new(frame(&desk), view))),
        None => Ok(done(href(&id.to_string(), "/policies"), Done::Stale)),
    }
}

/// `GET /second-factor/providers/{id}/policies/preview/export`.
pub async fn export(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    PEOPLE.csv(people(&desk, &rooms, id, &list.wanted)?, &list.asked).await
}

fn frame(desk: &Desk) -> crate::layout::Frame {
    desk.frame("Preview of the policies", Section::SecondFactor)
}

/// What was worked out, as long as there is something to say about it.
async fn view(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    list: Listing<Narrowed>,
    error: String,
) -> Result<Option<PreviewView>, Problem> {
    let (whose, board) = (whose(desk, rooms, id).await?, board(desk, rooms, id).await?);
    let Some(found) = rooms.mfa.get_preview(&desk.may(ReadMfa {})?, id).await? else { return Ok(None) };
    let affected = PEOPLE.page(&people(desk, rooms, id, &list.wanted)?, &list.asked).await?;
    let looked = match (found.draft, found.revision) {
        (Some(version), _) => Looked::Draft(version),
        (None, revision) => Looked::Back(revision.unwrap_or(0)),
    };
    let gone =
        matches!(looked, Looked::Draft(version) if board.draft.as_ref().map(|draft| draft.version) != Some(version));
    let Preview { counted_at, counted_by, in_force, figures, .. } = found;
    let policies = figures.policies.iter().map(|policy| ReachRow {
        name: policy.name.clone(),
        people: policy.people,
        without: policy.without,
        unknown: policy.unknown_groups.len(),
    });
    Ok(Some(PreviewView {
        whose,
        looked,
        counted: counted_at,
        by: counted_by,
        outdated: gone || in_force != board.revision,
        in_force,
        people: figures.people,
        outside: figures.outside,
        loses_last: figures.loses_last,
        loses: figures.loses,
        gains: figures.gains,
        short: figures.short,
        policies: policies.collect(),
        risk: figures.risk.as_ref().map(reach),
        affected,
        effect: list.wanted.effect,
        words: list.wanted.q,
        here: list.here,
        error,
    }))
}

fn people(desk: &Desk, rooms: &Rooms, id: TenantId, wanted: &Narrowed) -> Result<Rows<AffectedRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadMfa {})?, id, wanted.filter());
    Ok(sheet::rows(context, |context, request: PageRequest| async move {
        let (rooms, may, id, filter) = &*context;
        Ok(rooms.mfa.list_affected(may, *id, filter, &request).await?.map(|one| row(&one)))
    }))
}

fn reach(figures: &RiskFigures) -> RiskReach {
    RiskReach {
        low: figures.low,
        medium: figures.medium,
        high: figures.high,
        unknown: figures.unknown,
        why: figures.why.map(policy_words::unknown).unwrap_or_default(),
        stuck: figures.stuck_if_high,
    }
}

fn row(one: &Affected) -> AffectedRow {
    let effect = EFFECTS.iter().find(|(word, _)| *word == one.effect.as_str());
    AffectedRow {
        object_id: one.object_id.to_string(),
        name: one.name.clone(),
        upn: one.upn.clone(),
        effect: effect.map_or("", |(_, name)| name),
        lost: words::kinds(&one.lost),
        gained: words::kinds(&one.gained),
        policy: one.policy.clone().unwrap_or_default(),
        href: format!("/second-factor/people/{}", one.account),
    }
}

/// What the button sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    version: i64,
    in_force: i64,
    to: i64,
    confirmation: Option<String>,
    reason: Option<String>,
}

/// `POST /second-factor/providers/{id}/policies/apply`.
pub async fn apply(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangePolicies { tenant: id })?;
    let order = Order { version: sent.version, confirmation: sent.confirmation, reason: sent.reason };
    let applied = rooms.mfa.apply_policies(&may, &order).await.map(drop);
    after(&desk, &rooms, id, applied, Done::PoliciesApplied).await
}

/// `POST /second-factor/providers/{id}/policies/undo`.
pub async fn undo(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangePolicies { tenant: id })?;
    let Sent { in_force, to, confirmation, reason, .. } = sent;
    let undo = Undo { in_force, to: Some(to), confirmation, reason };
    let undone = rooms.mfa.undo_policies(&may, &undo).await.map(drop);
    after(&desk, &rooms, id, undone, Done::PoliciesUndone).await
}

async fn after(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    came_of: Result<(), MfaError>,
    well: Done,
) -> Result<Response, Problem> {
    let here = href(&id.to_string(), "/policies");
    let (status, error) = match came_of {
        Ok(()) => return Ok(done(here, well)),
        Err(MfaError::Stale) => return Ok(done(format!("{here}/preview"), Done::Stale)),
        Err(error @ (MfaError::LastFactors { .. } | MfaError::Conflict(_))) => (StatusCode::CONFLICT, error),
        Err(error @ MfaError::Invalid(_)) => (StatusCode::UNPROCESSABLE_ENTITY, error),
        Err(error) => return Err(error.into()),
    };
    let list =
        Listing { wanted: Narrowed::default(), asked: Asked::default(), here: Address::new(format!("{here}/preview")) };
    match view(desk, rooms, id, list, sentence(&error.public_detail())).await? {
        Some(view) => Ok(page_with(status, &PreviewPage::new(frame(desk), view))),
        None => Err(error.into()),
    }
}
