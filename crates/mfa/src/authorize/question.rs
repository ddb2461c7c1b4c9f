//! What is asked for: a second factor, or, the old way, what a custom control wants (eam.md §4, §7).

use std::collections::BTreeMap;

use oidc::{Amr, Said, Wanted, WantedError, claims_asked};
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::model::FactorKind;
use crate::settings::CustomControls;

/// What is asked for. Any kind of proof will do for a custom control, and its answer names none: it is no second factor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Question {
    /// A second factor, by External MFA.
    Factor(Wanted),
    /// A custom control's claims, with what is answered.
    Control { answers: BTreeMap<String, String> },
}

impl Question {
    /// Reads what External MFA asks for.
    pub(super) fn of_factor(claims: &str) -> Result<Self, Fault> {
        Ok(Self::Factor(Wanted::parse(claims).map_err(refused)?))
    }

    /// Reads what a custom control asks for: nothing but what an administrator lets be answered.
    pub(super) fn of_control(claims: &str, controls: &CustomControls) -> Result<Self, Fault> {
        let asked = claims_asked(claims).map_err(refused)?;
        let unknown = |claim| Fault::back("claims_unknown", format!("the claim {claim} is not to be answered so"));
        Ok(Self::Control { answers: controls.answers(&asked).map_err(unknown)? })
    }

    /// Whether a kind of proof will do.
    pub(crate) fn takes(&self, kind: FactorKind) -> bool {
        self.said(kind.amr()).is_some()
    }

    /// What is answered when somebody proved themselves so; none: Entra would not take it.
    pub(crate) fn said(&self, amr: Amr) -> Option<Said<'_>> {
        match self {
            Self::Factor(wanted) => wanted.acr_for(amr).map(|acr| Said::Factor { acr, amr: [amr] }),
            Self::Control { answers } => Some(Said::Control(answers)),
        }
    }

    /// Whether a custom control asks.
    pub(crate) fn is_control(&self) -> bool {
        matches!(self, Self::Control { .. })
    }
}

fn refused(error: WantedError) -> Fault {
    Fault::back(error.code(), error.to_string())
}
