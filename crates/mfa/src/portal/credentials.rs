//! Naming, trying, removing, reporting lost; recovery codes.

use kernel::{Secret, Timestamp};
use signals::Entry;

use super::Scene;
use crate::error::MfaError;
use crate::factors::model::Factor;
use crate::factors::{FactorRule, FactorView, Refusal, Shown, Verdict};
use crate::model::{FactorId, FactorKind, FactorState, Origin};
use crate::notices::{News, Notice};
use crate::service::Mfa;
use crate::store::factors as rows;

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tested {
    /// It works.
    Works {
        /// How far its clock is off, in seconds.
        clock_off_seconds: i64,
    },
    /// It was another one of the person's.
    Other {
        /// What that is called.
        name: String,
    },
    /// It does not count.
    Refused(Refusal),
}

/// What was ended when something was reported lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    /// What it was called.
    pub name: String,
    /// Other sessions of the portal.
    pub sessions: u64,
    /// Remembered browsers.
    pub devices: u64,
    /// Usual factors that are left.
    pub left: usize,
}

/// One factor of the person's.
#[derive(Debug, Clone)]
pub struct Own {
    /// The factor.
    pub factor: FactorView,
    /// Whether it is a key of a model that a policy does not take: it counts no more here.
    pub unfit: bool,
    /// By which rule it cannot be taken away, if by any.
    pub stays: Option<FactorRule>,
}

impl Mfa {
    /// Calls a factor something else.
    pub async fn rename_in_portal(
        &self,
        token: &Secret<String>,
        factor: FactorId,
        name: &str,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.proved()?;
        self.rename_factor(&mut tx, &scene.account, factor, name, origin).await?;
        Ok(tx.commit().await?)
    }

    /// Tries a factor, and no other: judged and counted as in any sign-in.
    pub async fn test_in_portal(
        &self,
        token: &Secret<String>,
        factor: FactorId,
        shown: &Shown,
        origin: &Origin,
    ) -> Result<Tested, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.proved()?;
        scene.factor(factor)?;
        let account = self.turn_of(&mut tx, scene.account.id).await?;
        let tried = match shown {
            Shown::Code(code) => &Shown::Tried { factor, code: code.clone() },
            shown => shown,
        };
        let verdict = self.verify(&mut tx, &scene.provider, &account, tried, origin).await?;
        let after = self.factors_of(&mut tx, scene.account.id).await?;
        tx.commit().await?;
        Ok(match verdict {
            Verdict::Refused(refusal) => Tested::Refused(refusal),
            Verdict::Proven(proof) if proof.factor() != Some(factor) => Tested::Other { name: proof.name().to_owned() },
            Verdict::Proven(_) => {
                let tested = after.into_iter().find(|known| known.id == factor);
                Tested::Works { clock_off_seconds: tested.and_then(|known| known.clock_off_seconds).unwrap_or(0) }
            }
        })
    }

    /// Takes a factor away, unless a rule has it stay.
    pub async fn remove_in_portal(
        &self,
        token: &Secret<String>,
        factor: FactorId,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.proved()?;
        if let Some(rule) = scene.stays(factor, self.env().now())? {
            return Err(rule.into());
        }
        self.remove_factor(&mut tx, &scene.account, factor, origin).await?;
        Ok(tx.commit().await?)
    }

    /// A factor is lost: it counts no more, every other session and every remembered browser ends, and the log says so.
    /// The last one is kept as one that cannot be used, so that a password alone does not register another.
    pub async fn report_lost(
        &self,
        token: &Secret<String>,
        factor: FactorId,
        origin: &Origin,
    ) -> Result<Lost, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.proved()?;
        let gone = scene.factor(factor)?.clone();
        let left = scene.usable_beside(factor, self.env().now());
        let Scene { session, account, .. } = scene;
        if left > 0 || !gone.kind.is_usual() {
            self.drop_factor(&mut tx, &account, factor, origin).await?;
        } else {
            rows::set_state(&mut tx, factor, FactorState::Suspended).await?;
        }
        let (sessions, devices) = self.end_others(&mut tx, &account, session.id).await?;
        let lost = Lost { name: gone.name.clone(), sessions, devices, left };
        let after = serde_json::json!({
            "factor": factor, "kind": gone.kind, "name": lost.name, "sessions": sessions, "devices": devices,
        });
        self.tell_of_person(&mut tx, &account, origin, Entry::act("mfa.factor_lost").after(&after)).await?;
        let news = Notice::new(News::FactorLost, self.env().now()).about(&gone).origin(origin);
        self.notify(&mut tx, &account, news).await?;
        tx.commit().await?;
        Ok(lost)
    }

    /// Gives the person ten recovery codes, shown once; those given before are worth nothing from now on.
    pub async fn recovery_codes_in_portal(
        &self,
        token: &Secret<String>,
        origin: &Origin,
    ) -> Result<Vec<Secret<String>>, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.proved()?;
        if !scene.provider.settings.kinds.contains(&FactorKind::Recovery) {
            return Err(FactorRule::KindOff.into());
        }
        let codes = self.issue_recovery_codes(&mut tx, &scene.account, origin).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// One factor of the person's.
    pub async fn factor_in_portal(&self, token: &Secret<String>, factor: FactorId) -> Result<Own, MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene_of(&mut tx, token).await?.proved()?;
        let found = self.factors_of(&mut tx, scene.account.id).await?.into_iter().find(|known| known.id == factor);
        let factor = found.ok_or(MfaError::NotFound("factor"))?;
        let stays = scene.stays(factor.id, self.env().now())?;
        Ok(Own { unfit: scene.is_unfit(&factor), stays, factor })
    }
}

impl Scene {
    fn factor(&self, factor: FactorId) -> Result<&Factor, MfaError> {
        self.factors.iter().find(|known| known.id == factor).ok_or(MfaError::NotFound("factor"))
    }

    /// By which rule a factor cannot be taken away. The last one stays, also when it is reported lost: without it the person
    /// could not come in again by themselves, or anybody with their password could register another.
    fn stays(&self, factor: FactorId, now: Timestamp) -> Result<Option<FactorRule>, MfaError> {
        let gone = self.factor(factor)?;
        let (left, least) = (self.usable_beside(factor, now), self.provider.settings.least_factors as usize);
        let counts = gone.kind.is_usual() && gone.state != FactorState::Pending;
        Ok(match gone.kind {
            FactorKind::Temporary => Some(FactorRule::Issued),
            _ if counts && left == 0 => Some(FactorRule::Last),
            _ if counts && gone.usable(now) && left < least => Some(FactorRule::Least),
            _ => None,
        })
    }
}
