//! Changes of the draft by one button, and throwing it away.

use axum::extract::State;
use axum::response::Response;
use mfa::MfaError;
use mfa::permissions::ChangePolicies;
use mfa::policy::{Policy, PolicyId};
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem, Query};

use super::{board, prepared, save_draft, whose};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::render::page;
use crate::second_factor::policies as shown;
use crate::second_factor::provider::href;

/// The version that was read.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Read {
    version: i64,
}

/// Changes the list of policies at one of them.
async fn change(
    desk: Desk,
    rooms: Rooms,
    (id, policy): (TenantId, PolicyId),
    read: Read,
    act: fn(&mut Vec<Policy>, usize),
) -> Result<Response, Problem> {
    desk.may(ChangePolicies { tenant: id })?;
    let mut policies = prepared(&board(&desk, &rooms, id).await?).to_vec();
    let at = policies.iter().position(|known| known.id == policy);
    let here = href(&id.to_string(), "/policies");
    let Some(at) = at else { return Ok(done(here, Done::Stale)) };
    act(&mut policies, at);
    match save_draft(&desk, &rooms, id, policies, read.version).await? {
        Ok(()) => Ok(done(here, Done::PolicyDraftSaved)),
        Err(MfaError::Stale) => Ok(done(here, Done::Stale)),
        Err(error) => Err(error.into()),
    }
}

/// `POST /second-factor/providers/{id}/policies/{policy}/up`.
pub async fn up(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(which): Path<(TenantId, PolicyId)>,
    Query(read): Query<Read>,
) -> Result<Response, Problem> {
    change(desk, rooms, which, read, |policies, at| policies.swap(at, at.saturating_sub(1))).await
}

/// `POST /second-factor/providers/{id}/policies/{policy}/down`.
pub async fn down(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(which): Path<(TenantId, PolicyId)>,
    Query(read): Query<Read>,
) -> Result<Response, Problem> {
    let act = |policies: &mut Vec<Policy>, at: usize| {
        let next = (at + 1).min(policies.len() - 1);
        policies.swap(at, next);
    };
    change(desk, rooms, which, read, act).await
}

/// `POST /second-factor/providers/{id}/policies/{policy}/switch`.
pub async fn switch(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(which): Path<(TenantId, PolicyId)>,
    Query(read): Query<Read>,
) -> Result<Response, Problem> {
    change(desk, rooms, which, read, |policies, at| policies[at].enabled = !policies[at].enabled).await
}

/// `POST /second-factor/providers/{id}/policies/{policy}/remove`.
pub async fn remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(which): Path<(TenantId, PolicyId)>,
    Query(read): Query<Read>,
) -> Result<Response, Problem> {
    change(desk, rooms, which, read, |policies, at| drop(policies.remove(at))).await
}

/// `GET /second-factor/providers/{id}/policies/discard`.
pub async fn ask_discard(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Query(read): Query<Read>,
) -> Result<Response, Problem> {
    desk.may(ChangePolicies { tenant: id })?;
    let whose = whose(&desk, &rooms, id).await?;
    let frame = desk.frame("Discard the draft", Section::SecondFactor);
    Ok(page(&shown::ask_discard(frame, &whose, read.version)))
}

/// `POST /second-factor/providers/{id}/policies/discard`.
pub async fn discard(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(read): Form<Read>,
) -> Result<Response, Problem> {
    let here = href(&id.to_string(), "/policies");
    match rooms.mfa.discard_draft(&desk.may(ChangePolicies { tenant: id })?, read.version).await {
        Ok(()) => Ok(done(here, Done::PolicyDraftDiscarded)),
        Err(MfaError::Stale) => Ok(done(here, Done::Stale)),
        Err(error) => Err(error.into()),
    }
}
