//! Remembered browsers and open sessions, and how they end.

use kernel::{Secret, Timestamp};

use super::{SessionId, Standing};
use crate::devices::{Device, DeviceChallenge};
use crate::error::MfaError;
use crate::factors::FactorRule;
use crate::model::{AccountId, DeviceId, FactorKind, Origin};
use crate::prove::Keep;
use crate::push::PushDevice;
use crate::service::Mfa;
use crate::store::portal as rows;

/// A session of the portal, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub is_own: bool,
    /// From which address it was begun.
    pub address: Option<String>,
    /// What its browser calls itself.
    pub user_agent: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last seen.
    pub last_seen_at: Timestamp,
}

/// Every browser that something rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browsers {
    /// The person's account: what their browser keeps its key under.
    pub account: AccountId,
    /// Those that are remembered.
    pub remembered: Vec<Device>,
    /// Those in which the person agrees to sign-ins elsewhere.
    pub approvers: Vec<PushDevice>,
    /// Whether there can be any: an administrator allows it.
    pub may_approve: bool,
    /// Whether this one can become one now: the person has proved themselves in this session.
    pub may_add: bool,
    /// Where the person is signed in to the portal.
    pub sessions: Vec<SessionView>,
}

impl Mfa {
    /// Every browser that something of the person's rests on.
    pub async fn browsers_in_portal(&self, token: &Secret<String>) -> Result<Browsers, MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().read().await?;
        let scene = self.scene_of(&mut tx, token).await?.looking()?;
        let remembered = self.devices_of(&mut tx, &scene.provider, &scene.account).await?;
        let approvers = self.approvers_of(&mut tx, &scene.account).await?;
        let (own, now) = (scene.session.id, self.env().now());
        let sessions = rows::of(&mut tx, scene.account.id).await?.into_iter().filter(|one| one.counts(now));
        let sessions = sessions.map(|one| SessionView {
            is_own: one.id == own,
            id: one.id,
            address: one.address,
            user_agent: one.user_agent,
            created_at: one.created_at,
            last_seen_at: one.last_seen_at,
        });
        let sessions = sessions.collect();
        let may_approve = scene.provider.settings.kinds.contains(&FactorKind::Push);
        let (account, may_add) = (scene.account.id, may_approve && scene.standing == Standing::Proved);
        Ok(Browsers { account, remembered, approvers, may_approve, may_add, sessions })
    }

    /// A fresh text for this browser to sign with its key.
    pub async fn begin_device_in_portal(&self, token: &Secret<String>) -> Result<DeviceChallenge, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_of(&mut tx, token).await?.proved()?;
        let challenge = self.begin_device(&mut tx, &scene.account, scene.session.id.0).await?;
        tx.commit().await?;
        Ok(challenge)
    }

    /// Has this browser, which shows its key, ask the person about sign-ins elsewhere from now on. Who may add a factor here
    /// may do so: they have proved themselves in this session.
    pub async fn approve_in_portal(
        &self,
        token: &Secret<String>,
        shown: &Keep,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.proved()?;
        if !scene.provider.settings.kinds.contains(&FactorKind::Push) {
            return Err(FactorRule::KindOff.into());
        }
        let ceremony = (shown.ceremony, scene.session.id.0);
        if !self.shows_key(&mut tx, &scene.account, ceremony, &shown.public_key, &shown.signature).await? {
            tx.commit().await?;
            return Err(MfaError::Over);
        }
        self.add_approver(&mut tx, &scene.account, &shown.public_key, &shown.name, origin).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a browser, whatever rests on it; or all that are remembered.
    pub async fn forget_in_portal(
        &self,
        token: &Secret<String>,
        device: Option<DeviceId>,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.looking()?;
        let all = self.devices_of(&mut tx, &scene.provider, &scene.account).await?;
        match device {
            Some(id) if all.iter().all(|known| known.id != id) => {
                self.remove_approver(&mut tx, &scene.account, id, origin).await?;
            }
            Some(id) => self.forget_device(&mut tx, &scene.account, id, origin).await?,
            None => {
                for known in all {
                    self.forget_device(&mut tx, &scene.account, known.id, origin).await?;
                }
            }
        }
        Ok(tx.commit().await?)
    }

    /// Ends every other session of the person's; returns how many.
    pub async fn end_other_sessions(&self, token: &Secret<String>) -> Result<u64, MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.looking()?;
        let ended = rows::delete_others(&mut tx, scene.account.id, scene.session.id).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
