//! A sign-in that is not over: what was asked, who it is so far, and what is awaited.

use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

use super::Memory;
use super::ask::Request;
use super::log::Step;
use super::visit::Visit;
use crate::identity::aadsts::{AadError, interactive};
use crate::kept::Passing;

/// After this the sign-in page no longer works.
const LIFE: Duration = Duration::from_hours(1);

/// One sign-in.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its id, in every form of its pages.
    pub id: String,
    /// The cookie of the browser that began it.
    pub browser: String,
    /// When it began.
    pub began: Timestamp,
    /// Follows the sign-in through logs.
    pub correlation_id: Uuid,
    /// What the application asked.
    pub request: Request,
    /// The browser's session, once somebody proved to be somebody.
    pub session: Option<String>,
    /// The tenant and the user.
    pub person: Option<(Uuid, Uuid)>,
    /// What was done so far.
    pub steps: Vec<Step>,
    /// The person consented in it.
    pub consented: bool,
}

impl Flow {
    /// A new one.
    pub fn begin(visit: &Visit, request: Request) -> Self {
        let rng = &visit.world.rng;
        Self {
            id: rng.token::<32>(),
            browser: visit.browser.clone().unwrap_or_else(|| rng.token::<24>()),
            began: visit.trace.now,
            correlation_id: visit.trace.correlation_id,
            request,
            session: None,
            person: None,
            steps: Vec::new(),
            consented: false,
        }
    }
}

impl Passing for Flow {
    fn gone(&self) -> Timestamp {
        self.began.plus(LIFE * 2)
    }
}

/// The sign-in a form names, if it is this browser's and not too old. Its ids go on in the answer.
pub fn find(visit: &mut Visit, id: &str) -> Result<Flow, AadError> {
    let found = visit.world.sign_ins.memory().flows.get(id).cloned();
    let flow = found.filter(|flow| visit.began(flow)).ok_or_else(interactive::not_this_browser)?;
    visit.trace.correlation_id = flow.correlation_id;
    if visit.trace.now >= flow.began.plus(LIFE) {
        visit.world.sign_ins.memory().flows.remove(id);
        return Err(interactive::flow_expired());
    }
    Ok(flow)
}

/// Remembers a sign-in as it is now.
pub fn remember(memory: &mut Memory, flow: &Flow, now: Timestamp) {
    memory.flows.insert(flow.id.clone(), flow.clone(), now);
}
