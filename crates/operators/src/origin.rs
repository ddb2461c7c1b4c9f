//! Where a call comes from that has no caller yet: signing in, using a link.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use kernel::{Actor, ActorKind, OperatorId, OrganisationId, RequestId, Role, Secret};
use web::{Problem, RequestContext, SessionToken};

/// Where a call comes from. An extractor of its own.
#[derive(Debug, Clone)]
pub struct Origin {
    /// In the course of which request.
    pub request_id: RequestId,
    /// From which address.
    pub address: Option<IpAddr>,
    /// With which browser, as it says itself; cut at 256 characters.
    pub user_agent: Option<String>,
    /// The session the browser showed, which a new sign-in replaces.
    pub session: Option<Secret<String>>,
}

impl Origin {
    /// The server itself, before anyone has shown who they are.
    pub(crate) fn stranger(&self, reason: &'static str, organisation: OrganisationId) -> Actor {
        Actor { address: self.address, ..Actor::system(reason, organisation, self.request_id) }
    }

    /// An operator who has just shown who they are.
    pub(crate) fn operator(&self, organisation: OrganisationId, id: OperatorId, name: &str, role: Role) -> Actor {
        let kind = ActorKind::Operator { id, name: name.to_owned() };
        Actor { kind, organisation, role, request_id: self.request_id, address: self.address }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let context = RequestContext::from_request_parts(parts, state).await?;
        let session = <Option<SessionToken> as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            request_id: context.request_id,
            address: context.address,
            user_agent: user_agent.map(|text| text.chars().take(256).collect()),
            session: session.map(|session| session.0),
        })
    }
}
