//! Who is new: somebody with nothing at all to prove themselves with. A password alone registers a first factor for them, so
//! that nothing makes anybody new which merely hides a way of theirs: not what a sign-in asks for, because the browser brings
//! that along and may change it; not a policy, or an address that has just changed, both of which raise the bar; not Graph,
//! when it does not answer. A way that the tenant's settings rule out for everybody is none.
//!
//! Privileged people are never new: their first factor needs an administrator's code, to which another one has agreed.

use std::collections::HashSet;

use store::Tx;
use uuid::Uuid;

use crate::accounts::{is_privileged, user_of};
use crate::error::MfaError;
use crate::model::{Account, FactorKind, Provider};
use crate::outofband::Granted;
use crate::outofband::offers::{Ground, offers};
use crate::service::Mfa;
use crate::settings::{OutOfBand, WhenChanged};
use crate::store::{messages, pushes};

/// What the database knows of a person beside registered factors.
pub(crate) struct Beside {
    /// The provider, without the policies in force for them.
    provider: Provider,
    /// Whether they are privileged, or agree to sign-ins in another browser.
    is_known: bool,
    /// The kinds of codes that the tenant's people can be sent.
    sent: Vec<FactorKind>,
    /// Whether an address of theirs was read once.
    was_reachable: bool,
}

/// Whether somebody has a way to prove themselves beside registered factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherWay {
    /// None: without factors they are new.
    None,
    /// Entra does not say.
    Unread,
    /// They have.
    Some,
}

impl Mfa {
    /// What the database knows of a person beside registered factors.
    pub(crate) async fn beside(&self, tx: &mut Tx, account: &Account) -> Result<Beside, MfaError> {
        let provider = self.provider(tx, account.provider).await?;
        let allowed: HashSet<FactorKind> = provider.any_kinds().collect();
        let mut sent = self.delivered(tx, &provider).await?;
        sent.retain(|kind| allowed.contains(kind));
        let was_reachable = !messages::addresses(tx, account.id).await?.is_empty();
        let agrees = !pushes::devices(tx, account.id).await?.is_empty();
        let is_known = agrees || self.privileged(tx, &provider, account).await?;
        Ok(Beside { provider, is_known, sent, was_reachable })
    }

    async fn privileged(&self, tx: &mut Tx, provider: &Provider, account: &Account) -> Result<bool, MfaError> {
        let named = &provider.settings.privileged_groups;
        if named.is_empty() {
            return Ok(false);
        }
        let groups = self.groups_at_hand(tx, provider, named.iter().copied()).await?;
        let user = user_of(tx, account.provider, account.object_id).await?;
        Ok(is_privileged(provider, &groups, user.as_ref()))
    }

    /// Whether the person has another way, whatever may be used of it now. Asks Entra, outside of any unit of work, and holds
    /// what it says for the length of the sign-in, or of the session, `holder`.
    pub(crate) async fn other_way(
        &self,
        beside: &Beside,
        account: &Account,
        holder: Uuid,
    ) -> Result<OtherWay, MfaError> {
        let provider = &beside.provider;
        if beside.is_known {
            return Ok(OtherWay::Some);
        }
        if beside.sent.is_empty() {
            return Ok(OtherWay::None);
        }
        let addresses = self.addresses(provider, account, holder).await;
        // However lately they have changed.
        let settings = OutOfBand { when_changed: WhenChanged::AskAnother, ..provider.settings.out_of_band.clone() };
        let ground = Ground { settings: &settings, kinds: &beside.sent, has_another: false, now: self.env().now() };
        if !offers(&ground, &addresses).is_empty() {
            return Ok(OtherWay::Some);
        }
        let tenant = self.parts.tenants.find(provider.organisation, provider.tenant).await?;
        let withdrawn = beside.was_reachable && Granted::of(&tenant) != Granted::Granted;
        let silent = self.out_of_band.failed.contains_key(&holder);
        Ok(if silent || withdrawn { OtherWay::Unread } else { OtherWay::None })
    }
}
