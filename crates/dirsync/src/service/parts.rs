//! Which part of a held plan is allowed (NET-03).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use store::Tx;

use crate::error::DirsyncError;
use crate::model::RunId;
use crate::store::changes::{self, ChangeFilter};
use crate::totals::Effect;

/// Which part of a held plan is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// All of it.
    All,
    /// All but what would be lost: creations, updates and returns go on.
    WithoutLosses,
    /// All but the items with one of these causes.
    WithoutCauses {
        /// Causes.
        causes: Vec<String>,
    },
    /// All but these items.
    Without {
        /// Their places in the plan.
        items: Vec<i64>,
    },
    /// These items and no others.
    Only {
        /// Their places in the plan.
        items: Vec<i64>,
    },
    /// The items with one of these causes and no others.
    OnlyCauses {
        /// Causes.
        causes: Vec<String>,
    },
    /// The items with one of these effects and no others.
    OnlyEffects {
        /// Effects.
        effects: Vec<Effect>,
    },
}

/// Leaves out what is not allowed; returns how many items.
pub(super) async fn narrow(tx: &mut Tx, run: RunId, part: &Part) -> Result<u64, DirsyncError> {
    Ok(match part {
        Part::All => 0,
        Part::WithoutLosses => {
            let mut count = 0;
            for effect in [Effect::Lose, Effect::Purge] {
                let filter = ChangeFilter { effect: Some(effect), ..ChangeFilter::default() };
                count += changes::reject(tx, run, &filter).await?;
            }
            let filter = ChangeFilter { removing_members: true, ..ChangeFilter::default() };
            count + changes::reject(tx, run, &filter).await?
        }
        Part::WithoutCauses { causes } => {
            let mut count = 0;
            for cause in causes {
                let filter = ChangeFilter { cause: Some(cause.clone()), ..ChangeFilter::default() };
                count += changes::reject(tx, run, &filter).await?;
            }
            count
        }
        Part::Without { items } => changes::decide(tx, run, items, "rejected").await?,
        Part::Only { .. } | Part::OnlyCauses { .. } | Part::OnlyEffects { .. } => only(tx, run, part).await?,
    })
}

/// Leaves out everything but what is named; returns how many items.
async fn only(tx: &mut Tx, run: RunId, part: &Part) -> Result<u64, DirsyncError> {
    let all = changes::reject(tx, run, &ChangeFilter::default()).await?;
    let mut allowed = 0;
    match part {
        Part::Only { items } => allowed += changes::decide(tx, run, items, "allowed").await?,
        Part::OnlyCauses { causes } => {
            for cause in causes.iter().collect::<BTreeSet<_>>() {
                let filter = ChangeFilter { cause: Some(cause.clone()), ..ChangeFilter::default() };
                allowed += changes::allow(tx, run, &filter).await?;
            }
        }
        Part::OnlyEffects { effects } => {
            for effect in effects.iter().copied().collect::<BTreeSet<_>>() {
                let filter = ChangeFilter { effect: Some(effect), ..ChangeFilter::default() };
                allowed += changes::allow(tx, run, &filter).await?;
            }
        }
        _ => {}
    }
    if allowed == 0 {
        return Err(DirsyncError::Invalid("this would allow nothing; reject the plan instead".to_owned()));
    }
    Ok(all.saturating_sub(allowed))
}
