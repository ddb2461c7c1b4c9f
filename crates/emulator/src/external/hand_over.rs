//! The method picker, and the page that takes the browser to the provider.

use axum::extract::Form;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::Pending;
use super::metadata::provider;
use super::request::{Errand, Request};
use crate::access::evaluate::{Outcome, Verdict};
use crate::apps::Application;
use crate::identity::aadsts::external::{endpoint_not_registered, principal_missing};
use crate::identity::aadsts::{self, AadError, interactive};
use crate::links::Links;
use crate::methods::external::Configuration;
use crate::sign_in::advance::{self, Parties};
use crate::sign_in::flow::{self, Flow};
use crate::sign_in::judge::Question;
use crate::sign_in::person::Person;
use crate::sign_in::visit::Visit;
use crate::sign_in::{deliver, log, page};
use crate::world::{Tenant, World};

/// A second factor is needed: shows what there is to choose from, or what there is to register.
pub fn offer(visit: &Visit, flow: &Flow, parties: &Parties, verdict: &Verdict) -> Response {
    let methods = parties.tenant.methods();
    let (mut own, mut others) = methods.offered(&parties.person);
    if !visit.world.switches().external_methods_need_registration {
        own.append(&mut others);
    }
    let registering = own.is_empty();
    let choices: Vec<(Uuid, String)> =
        if registering { others } else { own }.into_iter().map(|method| (method.id, method.name.clone())).collect();
    drop(methods);
    if choices.is_empty() {
        let error = interactive::enrolment_needed(flow.request.app_id);
        return advance::refuse(visit, flow, parties, Some(verdict), &error);
    }
    if registering && let Some(error) = may_not_register(visit, flow, parties) {
        return advance::refuse(visit, flow, parties, Some(verdict), &error);
    }
    flow::remember(&mut visit.world.sign_ins.memory(), flow, visit.trace.now);
    page::picker(visit, flow, &parties.person.preferred_username(), &choices, registering)
}

/// What policies about registering say.
fn may_not_register(visit: &Visit, flow: &Flow, parties: &Parties) -> Option<AadError> {
    let session = visit.world.sign_ins.memory().sessions.get(flow.session.as_ref()?).cloned()?;
    match Question::of(visit, flow, parties, &session.evidence).of_registration().outcome {
        Outcome::Refuse(code) => Some(interactive::refused_by_policy(code)),
        _ => None,
    }
}

/// What the picker sends.
#[derive(Debug, Deserialize)]
pub struct Picked {
    flow: String,
    #[serde(default)]
    method: Option<Uuid>,
    #[serde(default)]
    decision: String,
}

/// `POST /{tenant}/method`. Without a method, the picker again.
pub async fn pick(mut visit: Visit, Form(picked): Form<Picked>) -> Response {
    let flow = match flow::find(&mut visit, &picked.flow) {
        Ok(flow) => flow,
        Err(error) => return page::error(&visit, &error, None),
    };
    if picked.decision == "cancel" {
        visit.world.sign_ins.memory().flows.remove(&flow.id);
        return deliver::error(&visit, &flow.request.back(), &interactive::cancelled());
    }
    let Some(method) = picked.method else { return advance::advance(&visit, flow) };
    let parties = match advance::parties(&visit, &flow) {
        Ok(Some(parties)) => parties,
        Ok(None) => return page::error(&visit, &interactive::not_this_browser(), None),
        Err(error) => return page::error(&visit, &error, None),
    };
    match leave(&visit, &flow, &parties, method).await {
        Ok(response) => response,
        Err(error) => stay(&visit, &flow, &parties, &error),
    }
}

/// What went wrong with a method: noted, said, and there is another try.
pub fn stay(visit: &Visit, flow: &Flow, parties: &Parties, error: &AadError) -> Response {
    let verdict = advance::verdict(visit, flow, parties);
    log::note(visit, flow, parties, verdict.as_ref(), Some(error));
    let again = page::Again { action: format!("/{}/method", flow.request.path_tenant), flow: &flow.id };
    visit.keep(flow, page::error(visit, error, Some(&again)))
}

/// Takes the browser to one of the person's own methods. Who has none registers one on the way.
async fn leave(visit: &Visit, flow: &Flow, parties: &Parties, method: Uuid) -> Result<Response, AadError> {
    let (method, registered) = {
        let methods = parties.tenant.methods();
        let (own, others) = methods.offered(&parties.person);
        let open = own.is_empty() || !visit.world.switches().external_methods_need_registration;
        let further = others.iter().filter(|_| open);
        let found = own.iter().chain(further).find(|known| known.id == method).map(|known| (*known).clone());
        let registered = own.iter().any(|known| known.id == method);
        (found.ok_or_else(|| interactive::enrolment_needed(flow.request.app_id))?, registered)
    };
    let registering = !registered && visit.world.switches().external_methods_need_registration;
    if registering && let Some(error) = may_not_register(visit, flow, parties) {
        return Err(error);
    }
    let quirks = visit.world.external.quirks.strike();
    let (action, request) =
        prepare(&visit.world, &visit.links, &parties.tenant, &parties.person, &method, flow.correlation_id, &quirks)
            .await?;
    let pending =
        Pending { flow: Some(flow.id.clone()), session: flow.session.clone(), registering, ..request.pending };
    visit.world.external.memory().pending.insert(request.state, pending, visit.trace.now);
    Ok(visit.keep(flow, page::posting_all(visit, &action, &request.fields)))
}

/// Everything that must hold before a browser is sent away, and the request it takes along.
pub async fn prepare(
    world: &World,
    links: &Links,
    tenant: &Tenant,
    person: &Person,
    method: &Configuration,
    correlation_id: Uuid,
    quirks: &[super::quirks::Quirk],
) -> Result<(String, Request), AadError> {
    let application = consented(world, tenant, method.app_id)?;
    let provider = provider(world, &method.discovery_url).await?;
    let address = provider.authorization_endpoint.clone();
    // A reply URL matches, or is the beginning of the address (External MFA: application registration).
    if !application.all_redirects().any(|uri| address.starts_with(uri.as_str())) {
        return Err(endpoint_not_registered(&address));
    }
    let now = world.clock.now();
    let errand = Errand { world, links, tenant, person, method, application: &application, correlation_id, now };
    let request = errand.request(quirks).map_err(|_| aadsts::malformed_assertion("The hint could not be signed."))?;
    Ok((address, request))
}

/// The provider's application, which is consented to in the tenant.
pub(super) fn consented(world: &World, tenant: &Tenant, app_id: Uuid) -> Result<Application, AadError> {
    let missing = || principal_missing(app_id);
    let now = world.clock.now();
    let principal = tenant.apps().principal_of(app_id).cloned();
    principal.filter(|principal| principal.enabled && principal.effective <= now).ok_or_else(missing)?;
    world.application(app_id).map(|(_, application)| application).ok_or_else(missing)
}
