//! Proving by what nobody registers here: a code that is sent, another browser of the person's. Whoever can prove themselves
//! so is no newcomer: a password alone registers nothing for them.
//!
//! Whether a code can be sent is Entra's to say. Where it does not answer, nobody is new until it does.

use std::time::Duration;

use kernel::{Secret, Timestamp};
use store::Tx;

use super::{Scene, Standing};
use crate::error::MfaError;
use crate::factors::FactorView;
use crate::model::{FactorKind, Origin};
use crate::newcomer::{Beside, OtherWay};
use crate::outofband::{NotSent, Offer, Sending, Target, Wording};
use crate::prove::ways::{Occasion, Ways, wanted};
use crate::push::{PushView, Pushed};
use crate::service::Mfa;
use crate::store::messages;

/// How long a question in another browser waits for its answer: as long as within a sign-in.
const ASKED_FOR: Duration = Duration::from_mins(5);

/// What a person can use beside registered factors, as the database knows it.
pub(super) struct Known {
    pub(super) ways: Ways,
    /// Whether a code could be sent to them the last time that Entra was asked.
    pub(super) reachable: bool,
    /// What tells whether somebody without factors is new.
    beside: Option<Beside>,
}

/// Where a person can be reached now.
pub(super) struct Reached {
    /// Where to.
    pub(super) offers: Vec<Offer>,
    /// Whether Entra does not say.
    pub(super) unread: bool,
    other_way: OtherWay,
}

impl Reached {
    /// What a session may whose person can be reached.
    pub(super) fn heeded(&self, standing: Standing) -> Standing {
        if self.other_way != OtherWay::None && standing.is_newcomer() { Standing::Prove } else { standing }
    }
}

impl Scene {
    /// What is proved here, at a moment.
    pub(super) fn occasion(&self, now: Timestamp) -> Occasion<'_> {
        Occasion {
            holder: self.session.id.0,
            until: self.session.expires_at.min(now.plus(ASKED_FOR)),
            provider: &self.provider,
            account: &self.account,
        }
    }
}

impl Mfa {
    /// What the person can use beside registered factors; what has expired is none of it.
    pub(super) async fn known_ways(&self, tx: &mut Tx, scene: &Scene) -> Result<Known, MfaError> {
        let now = self.env().now();
        let mut ways = self.ways(tx, &scene.occasion(now)).await?;
        ways.push = ways.push.filter(|push| push.until > now);
        let reachable = !ways.delivered.is_empty() && !messages::addresses(tx, scene.account.id).await?.is_empty();
        let beside = if scene.standing.is_newcomer() { Some(self.beside(tx, &scene.account).await?) } else { None };
        Ok(Known { ways, reachable, beside })
    }

    /// Where the person can be reached who has not proved themselves yet. Asks Entra, outside of any unit of work.
    pub(super) async fn reached(
        &self,
        scene: &Scene,
        known: &Known,
        factors: &[FactorView],
    ) -> Result<Reached, MfaError> {
        if scene.standing == Standing::Proved {
            return Ok(Reached { offers: Vec::new(), unread: false, other_way: OtherWay::Some });
        }
        let occasion = scene.occasion(self.env().now());
        let has_another = !self.shown_kinds(scene, factors).is_empty();
        let offers = self.offers(&occasion, &known.ways.delivered, has_another).await;
        let other_way = match &known.beside {
            Some(beside) => self.other_way(beside, &scene.account, occasion.holder).await?,
            None => OtherWay::Some,
        };
        let silent = offers.is_empty() && known.reachable && self.out_of_band.failed.contains_key(&occasion.holder);
        Ok(Reached { unread: silent || other_way == OtherWay::Unread, offers, other_way })
    }

    /// Refuses whoever counts as a newcomer and can be sent a code: they show it first.
    pub(super) async fn heed_reach(&self, token: &Secret<String>) -> Result<(), MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene_of(&mut tx, token).await?;
        if !scene.standing.is_newcomer() {
            return Ok(());
        }
        let factors = self.factors_of(&mut tx, scene.account.id).await?;
        let known = self.known_ways(&mut tx, &scene).await?;
        drop(tx);
        match self.reached(&scene, &known, &factors).await?.heeded(scene.standing) {
            Standing::Prove => Err(MfaError::ProveFirst),
            _ => Ok(()),
        }
    }

    /// Sends a code to one of the person's addresses, in place of the one before: by the limits of any sign-in.
    pub async fn send_in_portal(
        &self,
        token: &Secret<String>,
        where_to: (FactorKind, Target),
        wording: Wording<'_>,
        origin: &Origin,
    ) -> Result<Sending, MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene_of(&mut tx, token).await?;
        let factors = self.factors_of(&mut tx, scene.account.id).await?;
        let known = self.known_ways(&mut tx, &scene).await?;
        drop(tx);
        let offer = match wanted(self.reached(&scene, &known, &factors).await?.offers, where_to) {
            Ok(offer) => offer,
            Err(why) => return Ok(Sending::Not(why)),
        };
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?;
        if scene.standing == Standing::Proved {
            return Ok(Sending::Not(NotSent::NotOffered));
        }
        self.send_code(tx, &scene.occasion(self.env().now()), &offer, wording, origin).await
    }

    /// Asks the person in their other browsers whether it is them.
    pub async fn push_in_portal(&self, token: &Secret<String>, origin: &Origin) -> Result<Pushed, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?;
        let occasion = scene.occasion(self.env().now());
        if scene.standing == Standing::Proved || !occasion.takes(FactorKind::Push) {
            return Ok(Pushed::Nowhere);
        }
        let (provider, account, until) = (occasion.provider, occasion.account, (occasion.holder, occasion.until));
        let pushed = self.push(&mut tx, provider, account, until, origin).await?;
        tx.commit().await?;
        Ok(pushed)
    }

    /// How the question stands that the person is asked elsewhere; none where none is, or its time is over.
    pub async fn push_state_in_portal(&self, token: &Secret<String>) -> Result<Option<PushView>, MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene_of(&mut tx, token).await?;
        let known = self.known_ways(&mut tx, &scene).await?;
        Ok(known.ways.push.filter(|_| scene.standing != Standing::Proved))
    }
}
