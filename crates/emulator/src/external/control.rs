//! Custom controls (retiring): the browser is taken to the provider that a policy asks for, in the same form as for a second
//! factor. What comes back proves none.

use axum::extract::Form;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::Pending;
use super::hand_over::consented;
use super::metadata::provider;
use super::request::Errand;
use crate::identity::aadsts::{self, AadError, interactive};
use crate::methods::external::Configuration;
use crate::sign_in::advance::{self, Parties};
use crate::sign_in::flow::{self, Flow};
use crate::sign_in::visit::Visit;
use crate::sign_in::{log, page};

/// Where answers are posted to.
pub const RETURN_PATH: &str = "/common/federation/OAuth2ClaimsProvider";

/// A policy asks for a custom control: a page that goes on by itself to where the provider's documents are read.
pub fn offer(visit: &Visit, flow: &Flow) -> Response {
    flow::remember(&mut visit.world.sign_ins.memory(), flow, visit.trace.now);
    visit.keep(flow, page::posting(visit, &action(flow), &[("flow", flow.id.clone())]))
}

fn action(flow: &Flow) -> String {
    format!("/{}/control", flow.request.path_tenant)
}

/// What that page sends.
#[derive(Debug, Deserialize)]
pub struct Going {
    flow: String,
}

/// `POST /{tenant}/control`.
pub async fn leave(mut visit: Visit, Form(going): Form<Going>) -> Response {
    let flow = match flow::find(&mut visit, &going.flow) {
        Ok(flow) => flow,
        Err(error) => return page::error(&visit, &error, None),
    };
    let parties = match advance::parties(&visit, &flow) {
        Ok(Some(parties)) => parties,
        Ok(None) => return page::error(&visit, &interactive::not_this_browser(), None),
        Err(error) => return page::error(&visit, &error, None),
    };
    let wanted = advance::verdict(&visit, &flow, &parties).and_then(|verdict| verdict.control);
    let Some(wanted) = wanted else { return advance::advance(&visit, flow) };
    match go(&visit, &flow, &parties, &wanted).await {
        Ok(response) => response,
        Err(error) => stay(&visit, &flow, &parties, &error),
    }
}

/// What went wrong: noted, said, and there is another try.
pub fn stay(visit: &Visit, flow: &Flow, parties: &Parties, error: &AadError) -> Response {
    let verdict = advance::verdict(visit, flow, parties);
    log::note(visit, flow, parties, verdict.as_ref(), Some(error));
    let again = page::Again { action: action(flow), flow: &flow.id };
    visit.keep(flow, page::error(visit, error, Some(&again)))
}

async fn go(visit: &Visit, flow: &Flow, parties: &Parties, wanted: &str) -> Result<Response, AadError> {
    let (world, tenant) = (&visit.world, &parties.tenant);
    let found = tenant.access().control(wanted).map(|(custom, control)| (custom.clone(), control.clone()));
    let (custom, control) = found.ok_or_else(|| interactive::refused_by_policy(50170))?;
    let method = Configuration {
        id: Uuid::nil(),
        name: control.name.clone(),
        enabled: true,
        app_id: custom.app_id,
        client_id: custom.client_id,
        discovery_url: custom.discovery_url,
        include: Vec::new(),
        exclude: Vec::new(),
    };
    let application = consented(world, tenant, method.app_id)?;
    let address = provider(world, &method.discovery_url).await?.authorization_endpoint.clone();
    let errand = Errand {
        world,
        links: &visit.links,
        tenant,
        person: &parties.person,
        method: &method,
        application: &application,
        correlation_id: flow.correlation_id,
        now: visit.trace.now,
    };
    let request = errand.request(&[]).map_err(|_| aadsts::malformed_assertion("The hint could not be signed."))?;
    let mut fields = request.fields;
    for (name, value) in &mut fields {
        match name.as_str() {
            "redirect_uri" => *value = format!("{}{RETURN_PATH}", visit.links.base()),
            "claims" => *value = control.claims().to_string(),
            _ => {}
        }
    }
    let (id, session) = (Some(flow.id.clone()), flow.session.clone());
    let pending = Pending { flow: id, session, control: Some(control), ..request.pending };
    world.external.memory().pending.insert(request.state, pending, visit.trace.now);
    Ok(visit.keep(flow, page::posting_all(visit, &address, &fields)))
}
