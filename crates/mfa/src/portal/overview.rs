//! What the portal opens on.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::{ErrorKind, Kinded as _, Secret, Timestamp};
use store::Tx;
use tenants::TenantId;

use super::{Scene, Standing};
use crate::attempts::{Attempt, AttemptFilter};
use crate::error::MfaError;
use crate::factors::FactorView;
use crate::model::{FactorId, FactorKind, FactorState};
use crate::outofband::{Offer, Sent};
use crate::policy::counts::Holding;
use crate::service::Mfa;
use crate::store::{attempts, providers};

/// How many attempts the overview shows.
const RECENT: usize = 5;

/// A tenant whose people have a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// The tenant.
    pub tenant: TenantId,
    /// Its friendly name.
    pub name: String,
}

/// What the portal opens on.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The tenant's friendly name.
    pub tenant: String,
    /// Which tenant.
    pub tenant_id: TenantId,
    /// What the person is called.
    pub label: String,
    /// What the session may.
    pub standing: Standing,
    /// What the person has; empty while they have not proved themselves.
    pub factors: Vec<FactorView>,
    /// Keys of models that a policy does not take: they count no more here.
    pub unfit_keys: Vec<FactorId>,
    /// What may be registered now.
    pub addable: Vec<FactorKind>,
    /// What may be shown now.
    pub kinds: Vec<FactorKind>,
    /// How many factors that count here the person has too few.
    pub missing: u32,
    /// Whether an administrator allows recovery codes.
    pub recovery: bool,
    /// The newest attempts.
    pub attempts: Vec<Attempt>,
    /// Whether Entra told when the person signed in by hand: without it no sign-in is ever fresh.
    pub entra_tells: bool,
    /// Whether only a code of an administrator's opens the door to the first factor.
    pub needs_code: bool,
    /// Since when no code is looked at.
    pub locked_at: Option<Timestamp>,
    /// Where a code can be sent, to who has not proved themselves.
    pub offers: Vec<Offer>,
    /// The code that was last sent for this session and has not been used.
    pub sent: Option<Sent>,
    /// From when another one can be sent.
    pub send_again_at: Option<Timestamp>,
    /// Whether the person can agree in another browser of theirs.
    pub may_push: bool,
    /// Whether Entra does not say now where they can be reached.
    pub unread: bool,
    /// Whether they have a way that is no registered factor: another browser, or an address that was read.
    pub other_ways: bool,
}

impl Overview {
    /// The recovery codes, if there are any.
    pub fn codes(&self) -> Option<&FactorView> {
        self.factors.iter().find(|factor| factor.kind == FactorKind::Recovery)
    }
}

impl Mfa {
    /// The tenants whose people have a portal here; none where several organisations share the server, which are nobody
    /// else's business.
    pub async fn list_portals(&self) -> Result<Vec<Portal>, MfaError> {
        let all = providers::list_all(&mut self.store().read().await?).await?;
        let (mut organisations, mut portals) = (BTreeSet::new(), Vec::new());
        for provider in all {
            match self.portal(provider.tenant).await {
                // The tenant is disconnected: what was set for it is kept.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                portal => {
                    organisations.insert(provider.organisation);
                    portals.push(portal?);
                }
            }
        }
        Ok(if organisations.len() > 1 { Vec::new() } else { portals })
    }

    /// The portal of one tenant, named by its address.
    pub async fn portal(&self, tenant: TenantId) -> Result<Portal, MfaError> {
        let provider = self.provider(&mut self.store().read().await?, tenant).await?;
        let name = self.parts.tenants.find(provider.organisation, tenant).await?.name;
        Ok(Portal { tenant, name })
    }

    /// What the portal opens on.
    pub async fn portal_overview(&self, token: &Secret<String>) -> Result<Overview, MfaError> {
        let mut tx = self.store().read().await?;
        let mut scene = self.scene_of(&mut tx, token).await?;
        let factors = self.factors_of(&mut tx, scene.account.id).await?;
        let known = self.known_ways(&mut tx, &scene).await?;
        let attempts = self.recent(&mut tx, &scene).await?;
        drop(tx);
        let reached = self.reached(&scene, &known, &factors).await?;
        scene.standing = reached.heeded(scene.standing);
        let (kinds, addable) = (self.shown_kinds(&scene, &factors), self.addable_kinds(&scene, &factors));
        let usual = u32::try_from(kinds.iter().filter(|kind| kind.is_usual()).count()).unwrap_or(u32::MAX);
        let tenant = self.parts.tenants.find(scene.provider.organisation, scene.provider.tenant).await?.name;
        let unfit_keys = factors.iter().filter(|factor| scene.is_unfit(factor)).map(|factor| factor.id).collect();
        let settings = &scene.provider.settings;
        let gap = Duration::from_secs(settings.out_of_band.resend_seconds.into());
        let (may_look, ways, now) = (scene.standing.may_look(), known.ways, self.env().now());
        let needs_code = scene.needs_code(now);
        Ok(Overview {
            tenant,
            tenant_id: scene.provider.tenant,
            label: scene.account.label,
            standing: scene.standing,
            factors: if may_look { factors } else { Vec::new() },
            unfit_keys,
            addable,
            kinds,
            missing: settings.least_factors.saturating_sub(usual),
            recovery: settings.kinds.contains(&FactorKind::Recovery),
            attempts: if may_look { attempts } else { Vec::new() },
            entra_tells: scene.session.entra_at.is_some(),
            needs_code,
            locked_at: scene.account.locked_at,
            offers: reached.offers,
            send_again_at: ways.sent.as_ref().map(|sent| sent.sent_at.plus(gap)),
            sent: ways.sent.filter(|sent| sent.expires_at > now).map(Sent::from),
            may_push: ways.may_push,
            unread: reached.unread,
            other_ways: ways.may_push || known.reachable,
        })
    }

    /// The newest attempts, where they may be seen.
    async fn recent(&self, tx: &mut Tx, scene: &Scene) -> Result<Vec<Attempt>, MfaError> {
        if !scene.standing.may_look() {
            return Ok(Vec::new());
        }
        let filter = AttemptFilter { account: Some(scene.account.id), ..AttemptFilter::default() };
        let mut found = attempts::list(tx, scene.account.organisation, &filter, RECENT, None).await?;
        found.truncate(RECENT);
        Ok(found)
    }

    /// The kinds of factors that the person can show now.
    pub(super) fn shown_kinds(&self, scene: &Scene, factors: &[FactorView]) -> Vec<FactorKind> {
        let (now, counts) = (self.env().now(), scene.provider.counts());
        let usable = |factor: &&FactorView| {
            factor.usable(now)
                && counts.has(&Holding::from(*factor))
                && (factor.kind != FactorKind::Passkey || self.has_passkeys())
        };
        factors.iter().filter(usable).map(|factor| factor.kind).collect()
    }

    /// The kinds of factors of which the person can register one more now.
    fn addable_kinds(&self, scene: &Scene, factors: &[FactorView]) -> Vec<FactorKind> {
        let settings = &scene.provider.settings;
        let usual = |factor: &&FactorView| factor.kind.is_usual() && factor.state == FactorState::Active;
        let room = factors.iter().filter(usual).count() < settings.most_factors as usize;
        let may = scene.standing.may_add() && room && (settings.guests || !scene.account.guest);
        let can = |kind: &FactorKind| {
            may && settings.kinds.contains(kind) && (*kind != FactorKind::Passkey || self.has_passkeys())
        };
        [FactorKind::Passkey, FactorKind::Totp].into_iter().filter(can).collect()
    }
}
