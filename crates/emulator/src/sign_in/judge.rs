//! Asks Conditional Access about a sign-in, and about a refresh.

use std::net::IpAddr;

use kernel::Timestamp;
use uuid::Uuid;

use super::advance::Parties;
use super::flow::Flow;
use super::scopes;
use super::session::Evidence;
use super::visit::Visit;
use crate::access::evaluate::{self, Verdict, evaluate};
use crate::access::situation::{Situation, client, system};
use crate::apps::catalogue::GRAPH_APP_ID;
use crate::links::Links;
use crate::world::World;

/// Scopes of Graph that are not worth a policy.
const LOW: [&str; 6] =
    ["openid", "profile", "email", "offline_access", "User.Read", "https://graph.microsoft.com/User.Read"];

/// What is asked, and by whom.
#[derive(Debug)]
pub struct Question<'a> {
    /// The emulator.
    pub world: &'a World,
    /// The address the client used.
    pub links: &'a Links,
    /// Who signs in to what.
    pub parties: &'a Parties,
    /// What the person proved.
    pub evidence: &'a Evidence,
    /// What tokens are for.
    pub scope: &'a str,
    /// The authentication contexts asked for.
    pub contexts: Vec<String>,
    /// From where.
    pub address: IpAddr,
    /// The kind of client.
    pub client: &'static str,
    /// The name of the browser, or of the program.
    pub agent: &'a str,
    /// When it began: "every time" means every sign-in, not every token.
    pub began: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl<'a> Question<'a> {
    /// Of a sign-in with what is proved so far.
    pub fn of(visit: &'a Visit, flow: &'a Flow, parties: &'a Parties, evidence: &'a Evidence) -> Self {
        Self {
            world: &visit.world,
            links: &visit.links,
            parties,
            evidence,
            scope: &flow.request.scope,
            contexts: flow.request.contexts(),
            address: visit.address,
            client: client(flow.request.platform),
            agent: &visit.agent,
            began: flow.began,
            now: visit.trace.now,
        }
    }

    /// What policies say.
    pub fn verdict(&self) -> Verdict {
        let situation = self.situation();
        evaluate(&self.parties.tenant.access(), &situation)
    }

    /// What policies say when a method is registered instead.
    pub fn of_registration(&self) -> Verdict {
        let action = Some("urn:user:registersecurityinfo");
        let situation = Situation { targets: Vec::new(), contexts: Vec::new(), action, ..self.situation() };
        evaluate(&self.parties.tenant.access(), &situation)
    }

    /// The authentication contexts that are reached, asked for or not.
    pub fn reached(&self) -> Vec<String> {
        let situation = self.situation();
        evaluate::reached(&self.parties.tenant.access(), &situation)
    }

    fn situation(&self) -> Situation<'_> {
        let person = &self.parties.person;
        Situation {
            person,
            targets: self.targets(),
            contexts: self.contexts.clone(),
            action: None,
            address: self.address,
            risk: self.parties.tenant.access().risk(person.id),
            client: self.client,
            system: system(self.agent),
            evidence: self.evidence,
            began: self.began,
            now: self.now,
        }
    }

    /// The application itself, and the API it wants a token for.
    fn targets(&self) -> Vec<Uuid> {
        let mut targets = vec![self.parties.application.app_id];
        for one in self.scope.split_ascii_whitespace().filter(|one| !LOW.contains(one)) {
            let resource = one.rsplit_once('/').map_or("https://graph.microsoft.com", |(resource, _)| resource);
            if crate::auth::is_graph_audience(resource, self.links) {
                targets.push(GRAPH_APP_ID);
            } else if let Some(app) = scopes::application(self.world, resource) {
                targets.push(app.app_id);
            }
        }
        targets
    }
}
