//! `POST /common/federation/externalauthprovider`: the browser brings the provider's answer; that of a custom control to
//! `OAuth2ClaimsProvider` beside it.
//!
//! A `state` is answered once, within five minutes. What fails is said on the page, with another try.

use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use kernel::Timestamp;
use url::form_urlencoded;

use super::control;
use super::hand_over::stay;
use super::metadata::{provider, read_again};
use super::verify::{self, Proof};
use super::{Answered, Pending};
use crate::World;
use crate::identity::aadsts::external::{bad_token, refused};
use crate::identity::aadsts::{AadError, interactive, missing_parameter};
use crate::methods::Registration;
use crate::sign_in::advance;
use crate::sign_in::ask::{Pairs, value};
use crate::sign_in::flow;
use crate::sign_in::log::Step;
use crate::sign_in::page;
use crate::sign_in::visit::Visit;

/// Receives an answer of a second factor.
pub async fn receive(visit: Visit, body: Bytes) -> Response {
    take(visit, &body, false).await
}

/// Receives an answer of a custom control.
pub async fn receive_control(visit: Visit, body: Bytes) -> Response {
    take(visit, &body, true).await
}

async fn take(mut visit: Visit, body: &[u8], of_control: bool) -> Response {
    // The form was posted by a page of the provider, whose policy may forbid redirects to the application.
    visit.by_page = true;
    let pairs: Pairs = form_urlencoded::parse(body).into_owned().collect();
    let state = value(&pairs, "state");
    let pending = state.and_then(|state| {
        let mut memory = visit.world.external.memory();
        let is_here = memory.pending.get(state).is_some_and(|pending| pending.control.is_some() == of_control);
        if is_here { memory.pending.remove(state) } else { None }
    });
    let Some(pending) = pending else {
        let error = if state.is_some() { interactive::flow_expired() } else { missing_parameter("state") };
        note(&visit, state, None, value(&pairs, "error"), &Err(error.clone()));
        return page::error(&visit, &error, None);
    };
    let outcome = check(&visit.world, &pending, &pairs, visit.trace.now).await;
    let outcome = outcome.and_then(|proof| still_theirs(&visit.world, &pending).map(|()| proof));
    note(&visit, state, Some(&pending), value(&pairs, "error"), &outcome);
    match &pending.flow {
        Some(id) => go_on(visit, id.clone(), &pending, outcome),
        None => match outcome {
            Ok(proof) => page::accepted(&visit, &proof.amr),
            Err(error) => page::error(&visit, &error, None),
        },
    }
}

async fn check(world: &World, pending: &Pending, pairs: &Pairs, now: Timestamp) -> Result<Proof, AadError> {
    let life = Duration::from_secs(world.switches().external_minutes * 60);
    if now >= pending.since.plus(life) {
        return Err(interactive::flow_expired());
    }
    if let Some(error) = value(pairs, "error") {
        return Err(refused(error));
    }
    let token = value(pairs, "id_token").ok_or_else(|| missing_parameter("id_token"))?;
    let mut known = provider(world, &pending.discovery_url).await?;
    let unknown = !known.keys.iter().any(|key| Some(&key.kid) == verify::kid(token).as_ref());
    if unknown && world.switches().external_refetch_on_unknown_key {
        known = read_again(world, &pending.discovery_url).await?;
    }
    match &pending.control {
        None => verify::verify(token, &known, pending, now),
        Some(control) => verify::verify_control(token, &known, pending, control, now),
    }
}

/// By now the sign-in may be somebody else's: an answer counts for the person and the session that left with the request.
fn still_theirs(world: &World, pending: &Pending) -> Result<(), AadError> {
    let flow = pending.flow.as_ref().and_then(|id| world.sign_ins.memory().flows.get(id).cloned());
    let left = (Some((pending.tenant, pending.user)), &pending.session);
    let theirs = flow.is_none_or(|flow| (flow.person, &flow.session) == left);
    if theirs { Ok(()) } else { Err(bad_token("The subject is not the person who is signing in.")) }
}

fn note(
    visit: &Visit,
    state: Option<&str>,
    pending: Option<&Pending>,
    error: Option<&str>,
    outcome: &Result<Proof, AadError>,
) {
    let (proof, wrong) = (outcome.as_ref().ok(), outcome.as_ref().err());
    visit.world.external.note(Answered {
        at: visit.trace.now,
        state: state.map(str::to_owned),
        tenant: pending.map(|pending| pending.tenant),
        user: pending.map(|pending| pending.user),
        method: pending.map(|pending| pending.name.clone()),
        code: wrong.map_or(0, |error| error.code),
        reason: wrong.map(|error| error.text.clone()),
        amr: proof.map(|proof| proof.amr.clone()).filter(|amr| !amr.is_empty()),
        acr: proof.map(|proof| proof.acr.clone()).filter(|acr| !acr.is_empty()),
        error: error.map(str::to_owned),
    });
}

fn go_on(mut visit: Visit, id: String, pending: &Pending, outcome: Result<Proof, AadError>) -> Response {
    let mut flow = match flow::find(&mut visit, &id) {
        Ok(flow) => flow,
        Err(error) => return page::error(&visit, &error, None),
    };
    flow.steps.push(step(&visit, pending, &outcome));
    flow::remember(&mut visit.world.sign_ins.memory(), &flow, visit.trace.now);
    match outcome {
        Ok(proof) => {
            passed(&visit, pending, proof);
            advance::advance(&visit, flow)
        }
        Err(error) => match advance::parties(&visit, &flow) {
            Ok(Some(parties)) if pending.control.is_some() => control::stay(&visit, &flow, &parties, &error),
            Ok(Some(parties)) => stay(&visit, &flow, &parties, &error),
            _ => page::error(&visit, &error, None),
        },
    }
}

fn step(visit: &Visit, pending: &Pending, outcome: &Result<Proof, AadError>) -> Step {
    let of_control = pending.control.is_some();
    let result = match outcome {
        Ok(_) if of_control => "Custom control passed".to_owned(),
        Ok(proof) => format!("MFA successfully completed ({})", proof.amr),
        Err(error) => error.headline(),
    };
    Step {
        at: visit.trace.now,
        method: pending.name.clone(),
        detail: if of_control { "Custom control" } else { "External authentication method" }.to_owned(),
        succeeded: outcome.is_ok(),
        result,
        requirement: if of_control { "Custom control" } else { "Multifactor authentication" },
    }
}

/// The session has its second factor, and the method is registered when that was the purpose. A custom control is noted and
/// proves nothing else.
fn passed(visit: &Visit, pending: &Pending, proof: Proof) {
    let (world, now) = (&visit.world, visit.trace.now);
    let id = pending.session.clone().unwrap_or_default();
    if let Some(control) = &pending.control {
        if let Some(session) = world.sign_ins.memory().sessions.get_mut(&id) {
            session.evidence.controls.push(control.id.clone());
        }
        return;
    }
    if let Some(session) = world.sign_ins.memory().sessions.get_mut(&id) {
        session.evidence.second = Some(now);
        session.evidence.amr.retain(|word| *word != proof.amr);
        session.evidence.amr.push(proof.amr);
    }
    let Some(tenant) = world.tenant_by_id(pending.tenant) else { return };
    tenant.access_mut().remedied(pending.user, now);
    if pending.registering {
        let made = Registration {
            id: world.guid(),
            configuration: pending.configuration,
            name: pending.name.clone(),
            created: now,
        };
        tenant.methods_mut().register(pending.user, made);
    }
}
