//! What a client may turn into tokens: codes, which live a minute and work once, and refresh tokens, which live on.

use std::time::Duration;

use kernel::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::advance::Parties;
use super::ask::{Platform, Request};
use super::flow::Flow;
use super::session::{Evidence, Session};
use crate::kept::Passing;

/// About a minute.
const CODE_LIFE: Duration = Duration::from_mins(1);
/// A refresh token that nobody uses.
const REFRESH_LIFE: Duration = Duration::from_hours(90 * 24);
/// A single-page application's, used or not.
const SPA_LIFE: Duration = Duration::from_hours(24);

/// One code.
#[derive(Debug, Clone)]
pub struct Code {
    /// What was asked.
    pub request: Request,
    /// What it stands for.
    pub grant: Refresh,
    /// Until when it may be used.
    pub until: Timestamp,
    /// It was.
    pub used: bool,
}

/// One refresh token, and what a code stands for.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// The tenant.
    pub tenant: Uuid,
    /// The person.
    pub user: Uuid,
    /// The application.
    pub app_id: Uuid,
    /// What kind of application.
    pub platform: Platform,
    /// What it was consented for.
    pub scope: String,
    /// How the person proved it.
    pub evidence: Evidence,
    /// The session.
    pub sid: String,
    /// The `claims` request.
    pub claims: Value,
    /// When it was made.
    pub issued: Timestamp,
    /// Until when it may be used.
    pub until: Timestamp,
    /// Sessions were revoked since.
    pub revoked: bool,
}

impl Code {
    /// For a sign-in that is over.
    pub fn of(flow: &Flow, parties: &Parties, session: &Session, now: Timestamp) -> Self {
        let request = flow.request.clone();
        let life = if request.platform == Platform::Spa { SPA_LIFE } else { REFRESH_LIFE };
        let grant = Refresh {
            tenant: parties.tenant.id,
            user: parties.person.id,
            app_id: request.app_id,
            platform: request.platform,
            scope: request.scope.clone(),
            evidence: session.evidence.clone(),
            sid: session.sid.clone(),
            claims: request.claims.clone(),
            issued: now,
            until: now.plus(life),
            revoked: false,
        };
        Self { request, grant, until: now.plus(CODE_LIFE), used: false }
    }
}

impl Passing for Code {
    fn gone(&self) -> Timestamp {
        self.until.plus(CODE_LIFE * 60)
    }
}

impl Passing for Refresh {
    fn gone(&self) -> Timestamp {
        self.until.plus(REFRESH_LIFE)
    }
}

impl Refresh {
    /// The next one: it begins now, but a single-page application's ends with the first.
    #[must_use]
    pub fn renewed(&self, now: Timestamp) -> Self {
        let until = if self.platform == Platform::Spa { self.until } else { now.plus(REFRESH_LIFE) };
        Self { issued: now, until, ..self.clone() }
    }
}
