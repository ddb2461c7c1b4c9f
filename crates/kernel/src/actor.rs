//! Who acts: an operator, an API token, or the system itself with a reason.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Denied, May, OperatorId, OrganisationId, Permission, RequestId, TokenId};

/// What an operator may do, from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, operators and keys included.
    Owner,
    /// Everything but operators and keys.
    Administrator,
    /// Reads the directory; acts on single users.
    Helpdesk,
    /// Reads everything, the audit trail included; changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Administrator, Self::Helpdesk, Self::Auditor];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Helpdesk => "helpdesk",
            Self::Auditor => "auditor",
        }
    }

    /// Reads [`Role::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorKind {
    /// A signed-in operator.
    Operator {
        /// Which.
        id: OperatorId,
        /// The user name, for people who read the audit trail.
        name: String,
    },
    /// An API token.
    Token {
        /// Which.
        id: TokenId,
        /// The token's label.
        name: String,
        /// Whose it is: the operator who made it, and for whom it acts.
        operator: OperatorId,
    },
    /// A source that pushes users and groups: a provisioning client. It may do what its room lets it do, and holds none
    /// of the operators' permissions.
    Source {
        /// Which.
        id: Uuid,
        /// What people call it.
        name: String,
    },
    /// The server itself.
    System {
        /// Why it acts, searchable in the code and in the log.
        reason: &'static str,
    },
}

/// Who acts, where, and in the course of which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub kind: ActorKind,
    /// In which organisation.
    pub organisation: OrganisationId,
    /// With which rights.
    pub role: Role,
    /// In the course of which request or job.
    pub request_id: RequestId,
    /// From which address, where there is one.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// The server itself, in one organisation. May do everything; the reason lands in the log.
    pub fn system(reason: &'static str, organisation: OrganisationId, request_id: RequestId) -> Self {
        Self { kind: ActorKind::System { reason }, organisation, role: Role::Owner, request_id, address: None }
    }

    /// A source that pushes. It is refused every permission: what it may do is its room's business.
    pub fn source(
        id: impl Into<Uuid>,
        name: impl Into<String>,
        organisation: OrganisationId,
        request_id: RequestId,
        address: Option<IpAddr>,
    ) -> Self {
        let kind = ActorKind::Source { id: id.into(), name: name.into() };
        Self { kind, organisation, role: Role::Auditor, request_id, address }
    }

    /// Asks for leave to do one thing. The proof carries its subject: leave for one run is no leave for another.
    pub fn may<P: Permission>(&self, subject: P) -> Result<May<P>, Denied> {
        if P::ROLES.contains(&self.role) && !matches!(self.kind, ActorKind::Source { .. }) {
            Ok(May::granted(self.clone(), subject))
        } else {
            Err(Denied { permission: P::NAME, role: self.role })
        }
    }

    /// The operator who acts, by signing in or by a token of their own: two actors of one person are one person. Nobody
    /// where a source or the server itself acts.
    pub fn person(&self) -> Option<OperatorId> {
        match &self.kind {
            ActorKind::Operator { id, .. } => Some(*id),
            ActorKind::Token { operator, .. } => Some(*operator),
            ActorKind::Source { .. } | ActorKind::System { .. } => None,
        }
    }

    /// A short name for lists and logs: `operator:ada`, `token:ci`, `system:scheduled sync`.
    pub fn label(&self) -> String {
        match &self.kind {
            ActorKind::Operator { name, .. } => format!("operator:{name}"),
            ActorKind::Token { name, .. } => format!("token:{name}"),
            ActorKind::Source { name, .. } => format!("source:{name}"),
            ActorKind::System { reason } => format!("system:{reason}"),
        }
    }
}
