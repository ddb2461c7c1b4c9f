//! Which codes can be sent, and where to. Pure.
//!
//! | it is offered when | else |
//! |---|---|
//! | the kind is allowed for people and Entra takes its `amr` | hidden |
//! | somebody delivers it: a mail server, a gateway | hidden |
//! | the address is one that the way reaches: text messages go to the mobile telephone alone | hidden |
//! | the number's country is allowed | hidden |
//! | the address has not changed lately, or the settings let it pass | hidden |

use std::time::Duration;

use kernel::{Secret, Timestamp};

use super::address::{masked_mail, masked_number, number};
use super::countries::country_of;
use super::{Offer, Target};
use crate::model::FactorKind;
use crate::settings::{OutOfBand, WhenChanged};

/// Where Entra says that a person can be reached.
#[derive(Debug, Clone)]
pub struct Address {
    /// What it is.
    pub target: Target,
    /// The address as Entra has it.
    pub text: Secret<String>,
    /// Since when, as far as that is known.
    pub since: Timestamp,
}

/// What the offers rest on.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// What an administrator has set.
    pub settings: &'a OutOfBand,
    /// The kinds that are allowed, taken by Entra for this sign-in, and delivered by somebody.
    pub kinds: &'a [FactorKind],
    /// Whether the person has another factor that counts for this sign-in.
    pub has_another: bool,
    /// The time.
    pub now: Timestamp,
}

/// What can be offered, in the order of addresses.
pub fn offers(ground: &Ground<'_>, addresses: &[Address]) -> Vec<Offer> {
    let mut offers = Vec::new();
    for address in addresses.iter().filter(|address| may_be_used(ground, address)) {
        for way in ways(address.target).iter().copied().filter(|way| ground.kinds.contains(way)) {
            offers.extend(offer(ground, address, way));
        }
    }
    offers
}

pub(crate) fn ways(target: Target) -> &'static [FactorKind] {
    match target {
        Target::Email => &[FactorKind::Email],
        Target::Mobile => &[FactorKind::Sms, FactorKind::Voice],
        Target::AlternateMobile | Target::Office => &[FactorKind::Voice],
    }
}

fn offer(ground: &Ground<'_>, address: &Address, way: FactorKind) -> Option<Offer> {
    let (target, text) = (address.target, address.text.expose());
    if way == FactorKind::Email {
        let shown = masked_mail(text);
        return text.contains('@').then(|| Offer { way, target, shown, country: None, to: address.text.clone() });
    }
    let number = number(text)?;
    let country =
        country_of(&number).filter(|country| ground.settings.countries.iter().any(|known| known == country))?;
    let shown = masked_number(&number);
    Some(Offer { way, target, shown, country: Some(country), to: Secret::new(number) })
}

/// Whether the address is old enough, or a fresh one is let pass.
fn may_be_used(ground: &Ground<'_>, address: &Address) -> bool {
    let raised = Duration::from_hours(24 * u64::from(ground.settings.changed_days));
    if address.since.plus(raised) <= ground.now {
        return true;
    }
    match ground.settings.when_changed {
        WhenChanged::Deny => false,
        WhenChanged::AskAnother => !ground.has_another,
    }
}
