//! What comes next in a sign-in. Every step of it ends here, so that the order is written once:
//! somebody → enabled → consent → policies → second factor → answer.

use std::sync::Arc;

use axum::response::Response;
use uuid::Uuid;

use super::ask::Prompt;
use super::claims::Subject;
use super::flow::{self, Flow};
use super::grants::Code;
use super::judge::Question;
use super::log::{self, Step};
use super::person::Person;
use super::session::Session;
use super::visit::Visit;
use super::{deliver, page, scopes};
use crate::access::evaluate::{Outcome, Verdict};
use crate::apps::{Application, grant};
use crate::external::{control, hand_over};
use crate::identity::aadsts::{self, AadError, interactive};
use crate::world::Tenant;

/// Who signs in to what.
#[derive(Debug, Clone)]
pub struct Parties {
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// The person.
    pub person: Person,
    /// The application.
    pub application: Application,
    /// Where it is registered.
    pub home: Uuid,
}

/// Goes on with a sign-in.
pub fn advance(visit: &Visit, mut flow: Flow) -> Response {
    let Some((_, application)) = visit.world.application(flow.request.app_id) else {
        return page::error(visit, &aadsts::app_not_found(flow.request.app_id, "common"), None);
    };
    if flow.person.is_none() {
        adopt(visit, &mut flow);
    }
    match parties(visit, &flow) {
        Ok(Some(parties)) => with(visit, flow, &parties),
        Ok(None) => ask_who(visit, &flow, &application),
        Err(error) => page::error(visit, &error, None),
    }
}

/// Who signs in to what, once somebody proved to be somebody.
pub fn parties(visit: &Visit, flow: &Flow) -> Result<Option<Parties>, AadError> {
    let app_id = flow.request.app_id;
    let (home, application) = visit.world.application(app_id).ok_or_else(|| aadsts::app_not_found(app_id, "common"))?;
    let Some((tenant, person)) = flow.person else { return Ok(None) };
    let missing = || aadsts::tenant_not_found(&tenant.to_string(), "invalid_request");
    let tenant = visit.world.tenant_by_id(tenant).ok_or_else(missing)?;
    let person = Person::of(&tenant, person).ok_or_else(|| interactive::unknown_user(&tenant.display_name))?;
    Ok(Some(Parties { tenant, person, application, home: home.id }))
}

/// What policies say with what is proved so far.
pub fn verdict(visit: &Visit, flow: &Flow, parties: &Parties) -> Option<Verdict> {
    let session = session_of(visit, flow)?;
    Some(Question::of(visit, flow, parties, &session.evidence).verdict())
}

fn with(visit: &Visit, flow: Flow, parties: &Parties) -> Response {
    if !parties.person.enabled {
        return refuse(visit, &flow, parties, None, &interactive::user_disabled());
    }
    if let Err(error) = scopes::check(&visit.world, &visit.links, &parties.tenant, &flow.request.scope) {
        log::note(visit, &flow, parties, None, Some(&error));
        return visit.keep(&flow, deliver::error(visit, &flow.request.back(), &error));
    }
    match principal(visit, &flow, parties) {
        Ok(true) => {}
        Ok(false) => return ask_consent(visit, &flow, parties),
        Err(error) => return refuse(visit, &flow, parties, None, &error),
    }
    let Some(session) = session_of(visit, &flow) else {
        return page::error(visit, &interactive::not_this_browser(), None);
    };
    let verdict = Question::of(visit, &flow, parties, &session.evidence).verdict();
    let silent = flow.request.prompt == Prompt::Nothing;
    match verdict.outcome {
        Outcome::Pass => finish(visit, &flow, parties, &session, &verdict),
        Outcome::Refuse(code) => refuse(visit, &flow, parties, Some(&verdict), &interactive::refused_by_policy(code)),
        Outcome::Password if silent => refuse(visit, &flow, parties, Some(&verdict), &interactive::session_too_old()),
        Outcome::SecondFactor if silent => {
            let error = interactive::second_factor_needed(flow.request.app_id);
            refuse(visit, &flow, parties, Some(&verdict), &error)
        }
        Outcome::Password => {
            let person = &parties.person.principal_name;
            flow::remember(&mut visit.world.sign_ins.memory(), &flow, visit.trace.now);
            page::password(visit, &flow, &parties.application.display_name, person, None)
        }
        Outcome::SecondFactor => hand_over::offer(visit, &flow, parties, &verdict),
        Outcome::Control if silent => {
            refuse(visit, &flow, parties, Some(&verdict), &interactive::refused_by_policy(50158))
        }
        Outcome::Control => control::offer(visit, &flow),
    }
}

/// The end of a sign-in that may not be: noted, and said on the page, or to the application when nobody may be asked.
pub fn refuse(visit: &Visit, flow: &Flow, parties: &Parties, verdict: Option<&Verdict>, error: &AadError) -> Response {
    log::note(visit, flow, parties, verdict, Some(error));
    if flow.request.prompt == Prompt::Nothing {
        return deliver::error(visit, &flow.request.back(), error);
    }
    visit.keep(flow, page::error(visit, error, None))
}

fn session_of(visit: &Visit, flow: &Flow) -> Option<Session> {
    visit.world.sign_ins.memory().sessions.get(flow.session.as_ref()?).cloned()
}

/// The browser's session, when it will do: right tenant, right person, young enough, and nothing is to be asked again.
fn adopt(visit: &Visit, flow: &mut Flow) {
    let request = &flow.request;
    if matches!(request.prompt, Prompt::Login | Prompt::Account) {
        return;
    }
    let Some(id) = visit.session.clone() else { return };
    let Some(session) = visit.world.sign_ins.memory().sessions.get(&id).cloned() else { return };
    let Some(person) = visit.world.tenant_by_id(session.tenant).and_then(|tenant| Person::of(&tenant, session.user))
    else {
        return;
    };
    let now = visit.trace.now;
    let elsewhere = request.home.is_some_and(|tenant| tenant != session.tenant);
    let another = request.login_hint.as_deref().is_some_and(|hint| !is_meant(hint, &person));
    let old = request.max_age.is_some_and(|age| now.seconds() - session.evidence.since.seconds() >= age);
    if session.holds(&person, now) && !elsewhere && !another && !old {
        flow.person = Some((session.tenant, session.user));
        flow.session = Some(id);
        flow.steps.push(Step::before(now));
    }
}

/// A hint is a name, or the opaque `login_hint` of a token.
fn is_meant(hint: &str, person: &Person) -> bool {
    hint.eq_ignore_ascii_case(&person.principal_name)
        || hint.eq_ignore_ascii_case(&person.preferred_username())
        || hint == super::claims::login_hint(person.id)
}

fn ask_who(visit: &Visit, flow: &Flow, application: &Application) -> Response {
    if flow.request.prompt == Prompt::Nothing {
        return deliver::error(visit, &flow.request.back(), &interactive::nobody_signed_in());
    }
    flow::remember(&mut visit.world.sign_ins.memory(), flow, visit.trace.now);
    let hint = flow.request.login_hint.as_deref().filter(|hint| hint.contains('@')).unwrap_or_default();
    page::password(visit, flow, &application.display_name, hint, None)
}

/// Whether the application has its instance in the tenant and nobody asks for consent again.
fn principal(visit: &Visit, flow: &Flow, parties: &Parties) -> Result<bool, AadError> {
    let (tenant, app) = (&parties.tenant, &parties.application);
    let installed = tenant.apps().principal_of(app.app_id).cloned();
    if installed.as_ref().is_some_and(|principal| !principal.enabled) {
        let status = visit.world.switches().disabled_app_status;
        return Err(aadsts::app_disabled(app.app_id, &app.display_name, status));
    }
    let asked_again = flow.request.prompt == Prompt::Consent && !flow.consented;
    // At home an application is as good as installed.
    Ok((installed.is_some() || parties.home == tenant.id || flow.consented) && !asked_again)
}

fn ask_consent(visit: &Visit, flow: &Flow, parties: &Parties) -> Response {
    let app = &parties.application;
    if flow.request.prompt == Prompt::Nothing {
        let error = interactive::consent_missing(app.app_id, &app.display_name);
        return deliver::error(visit, &flow.request.back(), &error);
    }
    flow::remember(&mut visit.world.sign_ins.memory(), flow, visit.trace.now);
    page::consent(visit, flow, &app.display_name, &parties.person.principal_name)
}

fn finish(visit: &Visit, flow: &Flow, parties: &Parties, session: &Session, verdict: &Verdict) -> Response {
    install(visit, parties);
    match answer(visit, flow, parties, session) {
        Ok(pairs) => {
            log::note(visit, flow, parties, Some(verdict), None);
            remember_leaving(visit, flow, &parties.application);
            visit.world.sign_ins.memory().flows.remove(&flow.id);
            visit.keep(flow, deliver::send(visit, &flow.request.back(), pairs))
        }
        Err(error) => page::error(visit, &error, None),
    }
}

fn install(visit: &Visit, parties: &Parties) {
    let mut apps = parties.tenant.apps_mut();
    let now = visit.trace.now;
    grant::install(&visit.world, &mut apps, parties.home, &parties.application, now, now);
}

fn answer(
    visit: &Visit,
    flow: &Flow,
    parties: &Parties,
    session: &Session,
) -> Result<Vec<(&'static str, String)>, AadError> {
    let (request, world) = (&flow.request, &visit.world);
    let mut pairs = Vec::new();
    let mut code = None;
    if request.code {
        let text = format!("1.{}", world.rng.token::<60>());
        let made = Code::of(flow, parties, session, visit.trace.now);
        world.sign_ins.memory().codes.insert(text.clone(), made, visit.trace.now);
        pairs.push(("code", text.clone()));
        code = Some(text);
    }
    if request.id_token {
        let reached = Question::of(visit, flow, parties, &session.evidence).reached();
        let subject = Subject {
            world,
            links: &visit.links,
            tenant: &parties.tenant,
            application: &parties.application,
            person: &parties.person,
            evidence: &session.evidence,
            sid: &session.sid,
            scope: &request.scope,
            claims: &request.claims,
            reached: &reached,
            v2: request.v2,
            now: visit.trace.now,
        };
        pairs.push(("id_token", subject.id_token(request.nonce.as_deref(), code.as_deref())?));
    }
    pairs.push(("session_state", session.sid.clone()));
    Ok(pairs)
}

/// Applications with a front-channel address hear of the sign-out.
fn remember_leaving(visit: &Visit, flow: &Flow, application: &Application) {
    let Some(address) = &application.logout_url else { return };
    let mut memory = visit.world.sign_ins.memory();
    let session = flow.session.as_ref().and_then(|id| memory.sessions.get_mut(id));
    if let Some(session) = session.filter(|session| !session.leaving.contains(address)) {
        session.leaving.push(address.clone());
    }
}
