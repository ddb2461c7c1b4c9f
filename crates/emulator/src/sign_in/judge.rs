//! Asks Conditional Access about a sign-in, and about a refresh.

use std::net::IpAddr;

use kernel::Timestamp;
use uuid::Uuid;

use super::advance::Parties;
use super::flow::Flow;
use super::session::Evidence;
use super::visit::Visit;
use crate::access::evaluate::{Verdict, evaluate};
use crate::access::situation::{Situation, client, system};
use crate::apps::catalogue::GRAPH_APP_ID;
use crate::links::Links;
use crate::world::World;

/// Scopes of Graph that are not worth a policy.
const LOW: [&str; 6] =
    ["openid", "profile", "email", "offline_access", "User.Read", "https://graph.microsoft.com/User.Read"];

/// What policies say to a sign-in with what is proved so far.
pub fn sign_in(visit: &Visit, flow: &Flow, parties: &Parties, evidence: &Evidence) -> Verdict {
    let access = parties.tenant.access();
    let situation = Situation {
        person: &parties.person,
        targets: targets(&visit.world, &visit.links, parties.application.app_id, &flow.request.scope),
        contexts: flow.request.contexts(),
        action: None,
        address: visit.address,
        risk: access.risk(parties.person.id),
        client: client(flow.request.platform),
        system: system(&visit.agent),
        evidence,
        began: flow.began,
        now: visit.trace.now,
    };
    evaluate(&access, &situation)
}

/// The same for a person who registers a method.
pub fn registration(visit: &Visit, flow: &Flow, parties: &Parties, evidence: &Evidence) -> Verdict {
    let access = parties.tenant.access();
    let situation = Situation {
        person: &parties.person,
        targets: Vec::new(),
        contexts: Vec::new(),
        action: Some("urn:user:registersecurityinfo"),
        address: visit.address,
        risk: access.risk(parties.person.id),
        client: client(flow.request.platform),
        system: system(&visit.agent),
        evidence,
        began: flow.began,
        now: visit.trace.now,
    };
    evaluate(&access, &situation)
}

/// What a refresh is about.
#[derive(Debug)]
pub struct Renewal<'a> {
    /// What the person proved when signing in.
    pub evidence: &'a Evidence,
    /// What tokens are for.
    pub scope: &'a str,
    /// The authentication contexts asked for.
    pub contexts: Vec<String>,
    /// From where.
    pub address: IpAddr,
    /// The kind of client.
    pub client: &'static str,
    /// Now.
    pub now: Timestamp,
}

/// What policies say to a refresh. "Every time" means every sign-in, not every token.
pub fn renewal(world: &World, links: &Links, parties: &Parties, renewal: Renewal<'_>) -> Verdict {
    let access = parties.tenant.access();
    let situation = Situation {
        person: &parties.person,
        targets: targets(world, links, parties.application.app_id, renewal.scope),
        contexts: renewal.contexts,
        action: None,
        address: renewal.address,
        risk: access.risk(parties.person.id),
        client: renewal.client,
        system: None,
        evidence: renewal.evidence,
        began: renewal.evidence.since,
        now: renewal.now,
    };
    evaluate(&access, &situation)
}

/// The application itself, and the API it wants a token for.
fn targets(world: &World, links: &Links, app_id: Uuid, scope: &str) -> Vec<Uuid> {
    let mut targets = vec![app_id];
    for one in scope.split_ascii_whitespace().filter(|one| !LOW.contains(one)) {
        let resource = one.rsplit_once('/').map_or("https://graph.microsoft.com", |(resource, _)| resource);
        if crate::auth::is_graph_audience(resource, links) {
            targets.push(GRAPH_APP_ID);
        } else if let Some(app) = super::redeem::application(world, resource) {
            targets.push(app.app_id);
        }
    }
    targets
}
