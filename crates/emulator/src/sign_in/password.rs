//! The forms of the sign-in page: name and password, consent.

use std::sync::Arc;

use axum::extract::Form;
use axum::response::Response;
use serde::Deserialize;

use super::advance::Parties;
use super::flow::{self, Flow};
use super::log::{self, Step};
use super::person::Person;
use super::session::{Evidence, Session};
use super::visit::Visit;
use super::{advance, deliver, page};
use crate::identity::aadsts::{AadError, interactive};
use crate::world::Tenant;

/// What the page sends.
#[derive(Debug, Deserialize)]
pub struct Entered {
    /// The sign-in.
    flow: String,
    /// The name.
    #[serde(default)]
    login: String,
    /// The password.
    #[serde(default)]
    passwd: String,
    /// `cancel`, `accept`.
    #[serde(default)]
    decision: String,
}

/// `POST /{tenant}/login`.
pub async fn answer(mut visit: Visit, Form(entered): Form<Entered>) -> Response {
    let mut flow = match flow::find(&mut visit, &entered.flow) {
        Ok(flow) => flow,
        Err(error) => return page::error(&visit, &error, None),
    };
    if entered.decision == "cancel" {
        return leave(&visit, &flow);
    }
    match prove(&visit, &flow, &entered) {
        Ok((tenant, person)) => {
            sign_in(&visit, &mut flow, &tenant, &person);
            advance::advance(&visit, flow)
        }
        Err(error) => again(&visit, &flow, &entered.login, &error),
    }
}

/// `POST /{tenant}/consent`.
pub async fn consent(mut visit: Visit, Form(entered): Form<Entered>) -> Response {
    match flow::find(&mut visit, &entered.flow) {
        Ok(flow) if entered.decision == "accept" => advance::advance(&visit, Flow { consented: true, ..flow }),
        Ok(flow) => {
            let error = crate::identity::aadsts::declined();
            deliver::error(&visit, &flow.request.back(), &error)
        }
        Err(error) => page::error(&visit, &error, None),
    }
}

fn leave(visit: &Visit, flow: &Flow) -> Response {
    visit.world.sign_ins.memory().flows.remove(&flow.id);
    deliver::error(visit, &flow.request.back(), &interactive::cancelled())
}

/// The page once more, with what was wrong. What the account itself forbids is an end of its own.
fn again(visit: &Visit, flow: &Flow, name: &str, error: &AadError) -> Response {
    let said = match error.code {
        50126 => "Your account or password is incorrect.",
        50034 => "This user name may be incorrect. Make sure that you typed it correctly.",
        50053 => "Your account is temporarily locked to prevent unauthorised use. Try again later.",
        _ => return page::error(visit, error, None),
    };
    let application = visit.world.application(flow.request.app_id).map(|(_, app)| app.display_name);
    page::password(visit, flow, &application.unwrap_or_default(), name, Some(said))
}

fn prove(visit: &Visit, flow: &Flow, entered: &Entered) -> Result<(Arc<Tenant>, Person), AadError> {
    let tenant = tenant_of(visit, flow, &entered.login)?;
    let person = Person::named(&tenant, &entered.login).ok_or_else(|| stranger(visit, &tenant, &entered.login))?;
    let (key, now) = ((tenant.id, person.id), visit.trace.now);
    if visit.world.sign_ins.memory().is_locked(key, now) {
        let error = interactive::locked();
        note(visit, flow, &tenant, &person, &error);
        return Err(error);
    }
    let own = tenant.methods().passwords.get(&person.id).cloned();
    let password = own.unwrap_or_else(|| visit.world.switches().default_password);
    if entered.passwd != password {
        visit.world.sign_ins.memory().failed(key, now);
        let error = interactive::wrong_password();
        note(visit, flow, &tenant, &person, &error);
        return Err(error);
    }
    visit.world.sign_ins.memory().failures.remove(&key);
    if person.enabled {
        return Ok((tenant, person));
    }
    let error = interactive::user_disabled();
    note(visit, flow, &tenant, &person, &error);
    Err(error)
}

/// Notes a first factor that failed.
fn note(visit: &Visit, flow: &Flow, tenant: &Arc<Tenant>, person: &Person, error: &AadError) {
    let Some((home, application)) = visit.world.application(flow.request.app_id) else { return };
    let parties = Parties { tenant: tenant.clone(), person: person.clone(), application, home: home.id };
    // Of a locked account the password is not looked at; of a disabled one it was right.
    let step = (error.code != 50053).then(|| Step::password(visit.trace.now, error.code == 50057));
    let tried = Flow { steps: step.into_iter().collect(), ..flow.clone() };
    log::note(visit, &tried, &parties, None, Some(error));
}

/// The tenant of the path or the hinted one; else that of the name's domain.
fn tenant_of(visit: &Visit, flow: &Flow, name: &str) -> Result<Arc<Tenant>, AadError> {
    let unknown = || interactive::unknown_user(&flow.request.path_tenant);
    match flow.request.home {
        Some(id) => visit.world.tenant_by_id(id).ok_or_else(unknown),
        None => name.rsplit_once('@').and_then(|(_, domain)| visit.world.tenant(domain.trim())).ok_or_else(unknown),
    }
}

/// Somebody who exists, but elsewhere.
fn stranger(visit: &Visit, tenant: &Tenant, name: &str) -> AadError {
    let home = name.rsplit_once('@').and_then(|(_, domain)| visit.world.tenant(domain.trim()));
    match home.filter(|home| home.id != tenant.id && Person::named(home, name).is_some()) {
        Some(_) => interactive::foreign_user(name, &tenant.display_name),
        None => interactive::unknown_user(&tenant.display_name),
    }
}

/// The person's session, with new evidence. What somebody else did in the same sign-in is theirs.
fn sign_in(visit: &Visit, flow: &mut Flow, tenant: &Tenant, person: &Person) {
    let who = Some((tenant.id, person.id));
    if flow.person != who {
        flow.steps.clear();
        flow.consented = false;
    }
    flow.session = Some(session(visit, tenant, person));
    flow.person = who;
    flow.steps.push(Step::password(visit.trace.now, true));
}

/// The browser's session goes on when it is this person's: applications signed in to before still hear of its end. Else a
/// new one takes its place, under a new name, so that nobody can have set it before.
fn session(visit: &Visit, tenant: &Tenant, person: &Person) -> String {
    let (world, now) = (&visit.world, visit.trace.now);
    let evidence = Evidence::password(now);
    let mut memory = world.sign_ins.memory();
    if let Some(old) = &visit.session {
        let own = memory.sessions.get_mut(old).filter(|own| (own.tenant, own.user) == (tenant.id, person.id));
        if let Some(own) = own.filter(|own| own.holds(person, now)) {
            own.evidence = evidence;
            return old.clone();
        }
        memory.sessions.remove(old);
    }
    let (id, sid) = (world.rng.token::<32>(), world.guid().to_string());
    let made = Session { sid, tenant: tenant.id, user: person.id, evidence, leaving: Vec::new() };
    memory.sessions.insert(id.clone(), made, now);
    id
}
