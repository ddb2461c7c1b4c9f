//! What is known of people's risk, out of what was read.

use std::collections::HashMap;

use kernel::Timestamp;
use store::Tx;
use tenants::TenantId;
use uuid::Uuid;

use super::{KnownRisk, Reading, RiskLevel, RiskUnknown, Risky};
use crate::error::MfaError;
use crate::policy::Policy;
use crate::service::Mfa;
use crate::store::risks as rows;

/// Whether any of these policies asks for it.
pub(crate) fn ask_risk(policies: &[Policy]) -> bool {
    policies.iter().any(|policy| policy.enabled && policy.whom.risk.is_some())
}

/// What is known of some people.
#[derive(Debug, Clone, Default)]
pub(crate) struct Risks {
    unknown: Option<RiskUnknown>,
    read_at: Option<Timestamp>,
    people: HashMap<Uuid, Option<RiskLevel>>,
}

impl Risks {
    pub(super) fn new(reading: Option<&Reading>, people: Vec<Risky>, now: Timestamp) -> Self {
        Self {
            unknown: reading.map_or(Some(RiskUnknown::NotChosen), |reading| reading.unknown(now)),
            read_at: reading.and_then(|reading| reading.read_at),
            people: people.into_iter().map(|one| (one.object_id, one.level)).collect(),
        }
    }

    /// What is known of one of them.
    pub(crate) fn of(&self, person: Uuid) -> KnownRisk {
        let known = |level, unknown| KnownRisk { level, unknown, read_at: self.read_at };
        match self.people.get(&person) {
            None => known(None, self.unknown),
            Some(None) => known(None, self.unknown.or(Some(RiskUnknown::Hidden))),
            Some(level) => known(*level, self.unknown),
        }
    }

    /// Why it is not known who of them has come to be at risk; nothing where it is.
    pub(crate) fn unknown(&self) -> Option<RiskUnknown> {
        self.unknown
    }
}

impl Mfa {
    /// What is known of the risk of these people.
    pub(crate) async fn risks(&self, tx: &mut Tx, tenant: TenantId, people: &[Uuid]) -> Result<Risks, MfaError> {
        let reading = rows::reading(tx, tenant).await?;
        let found = if people.is_empty() { Vec::new() } else { rows::of(tx, tenant, people).await? };
        Ok(Risks::new(reading.as_ref(), found, self.env().now()))
    }

    /// The same, where any of these policies asks for it; else nothing is looked up, and nothing known.
    pub(crate) async fn risks_asked(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        policies: &[Policy],
        people: &[Uuid],
    ) -> Result<Option<Risks>, MfaError> {
        if ask_risk(policies) { Ok(Some(self.risks(tx, tenant, people).await?)) } else { Ok(None) }
    }
}
