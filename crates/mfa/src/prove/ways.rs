//! What a person can prove themselves by beside what is registered: a code that is sent to them, another browser of theirs.
//! The same at a sign-in and at their portal.

use kernel::Timestamp;
use store::Tx;
use uuid::Uuid;

use crate::error::MfaError;
use crate::model::{Account, FactorKind, Origin, Provider};
use crate::outofband::offers::{Ground, offers};
use crate::outofband::{Message, NotSent, Offer, Sending, Target, Wording};
use crate::push::PushView;
use crate::service::Mfa;
use crate::store::{messages, pushes};

/// For what somebody proves themselves: a sign-in, or a session of their portal.
pub(crate) struct Occasion<'a> {
    /// Its id: what is sent and asked for it counts for nothing else.
    pub(crate) holder: Uuid,
    /// Until when that counts at the longest.
    pub(crate) until: Timestamp,
    /// The provider, with the kinds of proof alone that are taken for it.
    pub(crate) provider: &'a Provider,
    pub(crate) account: &'a Account,
}

impl Occasion<'_> {
    /// Whether a kind of proof is taken.
    pub(crate) fn takes(&self, kind: FactorKind) -> bool {
        self.provider.settings.kinds.contains(&kind)
    }
}

/// What a person can use beside registered factors, as the database knows it.
#[derive(Default)]
pub(crate) struct Ways {
    pub(crate) delivered: Vec<FactorKind>,
    pub(crate) sent: Option<Message>,
    pub(crate) may_push: bool,
    pub(crate) push: Option<PushView>,
    pub(crate) has_devices: bool,
}

impl Mfa {
    /// What a person can use beside registered factors, as the database knows it.
    pub(crate) async fn ways(&self, tx: &mut Tx, occasion: &Occasion<'_>) -> Result<Ways, MfaError> {
        let (account, holder) = (occasion.account, occasion.holder);
        let mut ways = Ways::default();
        if FactorKind::ALL.iter().any(|kind| kind.is_sent() && occasion.takes(*kind)) {
            ways.delivered = self.delivered(tx, occasion.provider).await?;
            ways.delivered.retain(|kind| occasion.takes(*kind));
            ways.sent = messages::find(tx, account.id, holder).await?.filter(|sent| sent.used_at.is_none());
        }
        if occasion.takes(FactorKind::Push) && account.locked_at.is_none() {
            ways.may_push = !pushes::devices(tx, account.id).await?.is_empty();
            ways.push = self.push_of(tx, account, holder).await?;
        }
        if occasion.takes(FactorKind::Device) && account.locked_at.is_none() {
            ways.has_devices = !self.devices_of(tx, occasion.provider, account).await?.is_empty();
        }
        Ok(ways)
    }

    /// Where a code can be sent. Asks Entra, outside of any unit of work.
    pub(crate) async fn offers(
        &self,
        occasion: &Occasion<'_>,
        delivered: &[FactorKind],
        has_another: bool,
    ) -> Vec<Offer> {
        if delivered.is_empty() || occasion.account.locked_at.is_some() {
            return Vec::new();
        }
        let addresses = self.addresses(occasion.provider, occasion.account, occasion.holder).await;
        let settings = &occasion.provider.settings.out_of_band;
        offers(&Ground { settings, kinds: delivered, has_another, now: self.env().now() }, &addresses)
    }

    /// Writes a code down in the unit of work, in place of the one before, commits, and sends it.
    pub(crate) async fn send_code(
        &self,
        mut tx: Tx,
        occasion: &Occasion<'_>,
        offer: &Offer,
        wording: Wording<'_>,
        origin: &Origin,
    ) -> Result<Sending, MfaError> {
        let (provider, account, until) = (occasion.provider, occasion.account, (occasion.holder, occasion.until));
        match self.draft(&mut tx, provider, account, until, offer, origin).await? {
            Ok(draft) => {
                tx.commit().await?;
                self.deliver(provider, account, &draft, wording, origin).await
            }
            Err((why, is_written)) => {
                if is_written {
                    tx.commit().await?;
                }
                Ok(Sending::Not(why))
            }
        }
    }
}

/// The offer of a way and an address, if it is made.
pub(crate) fn wanted(offers: Vec<Offer>, (way, target): (FactorKind, Target)) -> Result<Offer, NotSent> {
    offers.into_iter().find(|offer| offer.way == way && offer.target == target).ok_or(NotSent::NotOffered)
}
