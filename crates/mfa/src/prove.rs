//! The person's side of a sign-in: what they are offered, what they show, and how it ends.

mod elsewhere;
mod enrol;
mod keep;
mod passkeys;
mod sent;
pub(crate) mod ways;

use kernel::{Secret, Timestamp};
use store::Tx;

pub use keep::Keep;

use crate::accounts::InTurn;
use crate::answer::Posted;
use crate::attempts::{Attempt, Outcome};
use crate::error::MfaError;
use crate::factors::{FactorView, Refusal, Shown, Verdict};
use crate::model::{Account, AccountId, FactorKind, FactorState, Origin, Provider, ProviderState, TransactionId};
use crate::newcomer::OtherWay;
use crate::outofband::{Offer, Sent};
use crate::policy::Door;
use crate::policy::counts::Holding;
use crate::push::PushView;
use crate::service::Mfa;
use crate::store::accounts;
use crate::transactions::{TransactionState, Waiting};
use ways::Occasion;

/// What a person is shown.
#[derive(Debug)]
pub struct Challenge {
    /// Which sign-in.
    pub transaction: TransactionId,
    /// The tenant's friendly name.
    pub tenant: String,
    /// Who Entra says it is.
    pub label: String,
    /// Until when.
    pub until: Timestamp,
    /// The person's account: what their browser keeps its key under.
    pub account: AccountId,
    /// The factors that Entra would take for this sign-in.
    pub factors: Vec<FactorView>,
    /// Whether the person has keys of models that a policy does not take.
    pub unfit_keys: bool,
    /// Where a code can be sent.
    pub offers: Vec<Offer>,
    /// Whether Entra does not say now where a code can be sent to somebody who has no factor.
    pub unread: bool,
    /// Whether the person has ways to prove themselves, whatever of them counts for this sign-in.
    pub has_others: bool,
    /// The code that was last sent for this sign-in.
    pub sent: Option<Sent>,
    /// From when another one can be sent.
    pub send_again_at: Option<Timestamp>,
    /// Whether the person can agree in another browser of theirs.
    pub may_push: bool,
    /// That they are asked there, and how it stands.
    pub push: Option<PushView>,
    /// Whether a browser of theirs is remembered, which this one may be.
    pub has_devices: bool,
    /// Days for which this browser can be remembered; 0: it cannot.
    pub remember_days: u32,
    /// Whether the person can have this browser ask them about sign-ins elsewhere.
    pub may_approve: bool,
    /// What the person may register now, having none: empty where registering within a sign-in is off.
    pub enrol: Vec<FactorKind>,
    /// What an administrator has people told while they register.
    pub enrol_message: Option<String>,
    /// Since when the person is locked.
    pub locked_at: Option<Timestamp>,
    /// Entra's id of the sign-in, for the helpdesk.
    pub correlation_id: Option<String>,
}

/// How showing a proof ended.
#[derive(Debug)]
pub enum Proved {
    /// The answer goes to Entra.
    Answer(Posted),
    /// Not proved; the person may try again while there is time.
    Again(Refusal),
}

/// A sign-in with all that it rests on.
struct Scene {
    waiting: Waiting,
    provider: Provider,
    account: Account,
}

impl Scene {
    /// What the person proves themselves for; `taken` is the provider with what Entra takes for it.
    fn occasion<'a>(&'a self, taken: &'a Provider) -> Occasion<'a> {
        Occasion { holder: self.waiting.id.0, until: self.waiting.expires_at, provider: taken, account: &self.account }
    }

    /// The provider as far as Entra takes its kinds of proof for this sign-in.
    fn narrowed(&self) -> Provider {
        let mut provider = self.provider.clone();
        provider.settings.kinds.retain(|kind| self.waiting.request.wanted.takes(*kind));
        provider
    }

    /// Whether a kind of proof is allowed here and taken by Entra for this sign-in.
    fn takes(&self, kind: FactorKind) -> bool {
        self.provider.settings.kinds.contains(&kind) && self.waiting.request.wanted.takes(kind)
    }

    /// What the person may register now, if they are new: who has lost a factor, whose factors are suspended, or who is locked
    /// needs the helpdesk. A code of an administrator's that is over leaves them as new as they were.
    fn enrol(&self, all: &[FactorView], has_passkeys: bool, now: Timestamp) -> Vec<FactorKind> {
        let none = all.iter().all(|factor| factor.state == FactorState::Pending || factor.is_over(now));
        let settings = &self.provider.settings;
        let open = settings.enrol_inline && self.account.locked_at.is_none();
        let may = none && open && (settings.guests || !self.account.guest);
        let kinds: &[FactorKind] =
            if has_passkeys { &[FactorKind::Passkey, FactorKind::Totp] } else { &[FactorKind::Totp] };
        kinds.iter().copied().filter(|kind| may && self.takes(*kind)).collect()
    }
}

impl Mfa {
    /// What the person is shown.
    pub async fn challenge(&self, id: TransactionId, browser: &Secret<String>) -> Result<Challenge, MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        let (all, taken) = (self.factors_of(&mut tx, scene.account.id).await?, scene.narrowed());
        let ways = self.ways(&mut tx, &scene.occasion(&taken)).await?;
        let now = self.env().now();
        let mut enrol = scene.enrol(&all, self.has_passkeys(), now);
        let beside = if enrol.is_empty() { None } else { Some(self.beside(&mut tx, &scene.account).await?) };
        drop(tx);
        let has_another = self.has_another(&scene, &all);
        let offers = self.offers(&scene.occasion(&taken), &ways.delivered, has_another).await;
        let other_way = match &beside {
            Some(beside) => self.other_way(beside, &scene.account, id.0).await?,
            None => OtherWay::Some,
        };
        if other_way != OtherWay::None {
            enrol.clear();
        }
        let has_others = other_way == OtherWay::Some && beside.is_some() || all.iter().any(|factor| factor.usable(now));
        let unfit = |factor: &FactorView| scene.provider.counts().unfit(&Holding::from(factor)).is_some();
        let unfit_keys = all.iter().any(|factor| factor.state == FactorState::Active && unfit(factor));
        let factors = all.into_iter().filter(|factor| self.is_offered(&scene, factor)).collect();
        let Scene { waiting, provider, account } = scene;
        let tenant = self.parts.tenants.find(provider.organisation, provider.tenant).await?;
        let settings = provider.settings;
        let gap = std::time::Duration::from_secs(settings.out_of_band.resend_seconds.into());
        Ok(Challenge {
            transaction: id,
            tenant: tenant.name,
            label: account.label,
            until: waiting.expires_at,
            account: account.id,
            enrol,
            factors,
            unfit_keys,
            unread: other_way == OtherWay::Unread,
            has_others,
            offers,
            send_again_at: ways.sent.as_ref().map(|sent| sent.sent_at.plus(gap)),
            sent: ways.sent.map(Sent::from),
            may_push: ways.may_push,
            push: ways.push,
            has_devices: ways.has_devices,
            remember_days: if settings.kinds.contains(&FactorKind::Device) { settings.devices.days } else { 0 },
            may_approve: settings.kinds.contains(&FactorKind::Push),
            enrol_message: settings.enrol_message,
            locked_at: account.locked_at,
            correlation_id: waiting.origin.correlation_id,
        })
    }

    /// Whether a registered factor is offered for a sign-in.
    fn is_offered(&self, scene: &Scene, factor: &FactorView) -> bool {
        factor.usable(self.env().now())
            && scene.takes(factor.kind)
            && scene.provider.counts().has(&Holding::from(factor))
            && (factor.kind != FactorKind::Passkey || self.has_passkeys())
    }

    fn has_another(&self, scene: &Scene, all: &[FactorView]) -> bool {
        all.iter().any(|factor| self.is_offered(scene, factor))
    }

    /// Judges what the person shows; right, the sign-in ends and Entra is answered.
    pub async fn prove(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        shown: &Shown,
        origin: &Origin,
    ) -> Result<Proved, MfaError> {
        self.prove_and_keep(id, browser, shown, None, origin).await
    }

    /// The same; a browser that shows its key is remembered, or asks about sign-ins elsewhere from now on, as the person
    /// wishes. That this does not work out spoils no sign-in.
    pub async fn prove_and_keep(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        shown: &Shown,
        keep: Option<&Keep>,
        origin: &Origin,
    ) -> Result<Proved, MfaError> {
        let reset_at = self.reset_of(id, browser, shown).await?;
        let mut tx = self.store().begin().await?;
        let (scene, account) = self.scene_by_turn(&mut tx, id, browser).await?;
        self.forget_devices_before(&mut tx, &account, reset_at).await?;
        let origin = with_request_id(origin, &scene.waiting);
        // What Entra would not take is not looked at, and so not used up.
        let verdict = self.verify(&mut tx, &scene.narrowed(), &account, shown, &origin).await?;
        if let (Verdict::Proven(proof), Some(keep)) = (&verdict, keep) {
            self.keep(&mut tx, &scene, proof.kind(), keep, &origin).await?;
        }
        self.conclude(tx, scene, verdict).await
    }

    /// The person gives up: Entra is told so.
    pub async fn decline(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        origin: &Origin,
    ) -> Result<Posted, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        self.end_transaction(&mut tx, id, TransactionState::Declined).await?;
        let origin = with_request_id(origin, &scene.waiting);
        let attempt = Attempt::new(self, &scene.provider, Outcome::Declined, "given_up", &origin).by(&scene.account);
        self.record(&mut tx, &attempt).await?;
        tx.commit().await?;
        let kept = scene.waiting.request;
        Ok(Posted::error(kept.redirect_uri, "access_denied", kept.state.as_deref()))
    }

    /// Commits what was learnt, whichever way it went, and answers where it went well.
    async fn conclude(&self, mut tx: Tx, scene: Scene, verdict: Verdict) -> Result<Proved, MfaError> {
        match verdict {
            Verdict::Refused(refusal) => {
                tx.commit().await?;
                Ok(Proved::Again(refusal))
            }
            Verdict::Proven(proof) => {
                self.end_transaction(&mut tx, scene.waiting.id, TransactionState::Passed).await?;
                let key = self.signing_key(&mut tx, scene.provider.tenant).await?;
                tx.commit().await?;
                Ok(Proved::Answer(self.answer(&key, &scene.provider, &scene.waiting.request, &proof)?))
            }
        }
    }

    /// The sign-in of a person whose turn is taken until the unit of work ends.
    async fn scene_by_turn(
        &self,
        tx: &mut Tx,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<(Scene, InTurn), MfaError> {
        let waiting = self.waiting(tx, id, browser).await?;
        let account = self.turn_of(tx, waiting.account).await?;
        Ok((self.scene_of_sign_in(tx, waiting, account.clone()).await?, account))
    }

    async fn scene(&self, tx: &mut Tx, id: TransactionId, browser: &Secret<String>) -> Result<Scene, MfaError> {
        let waiting = self.waiting(tx, id, browser).await?;
        let account = accounts::get(tx, waiting.organisation, waiting.account).await?.ok_or(MfaError::Over)?;
        self.scene_of_sign_in(tx, waiting, account).await
    }

    async fn scene_of_sign_in(&self, tx: &mut Tx, waiting: Waiting, account: Account) -> Result<Scene, MfaError> {
        let provider = self.provider(tx, waiting.provider).await?;
        if provider.state == ProviderState::Off {
            return Err(MfaError::Over);
        }
        let provider = self.ruled(tx, provider, &account, Door::Entra).await?;
        Ok(Scene { waiting, provider, account })
    }
}

fn with_request_id(origin: &Origin, waiting: &Waiting) -> Origin {
    let Origin { address, user_agent, .. } = origin.clone();
    Origin { address, user_agent, ..waiting.origin.clone() }
}
