//! What counts where somebody proves themselves: which kinds of proof, and keys of which models. Pure.
//!
//! | who says which models are taken | at registration | at a sign-in |
//! |---|---|---|
//! | the tenant's settings | lists, proof, what was reported | nothing: keys that are there go on |
//! | a policy | the same | lists and proof: keys of other models count no more |
//!
//! What a policy says has been previewed, so that whom it locks out is known before. Other settings of models and imports of
//! metadata are not, and take no key from anybody.

use uuid::Uuid;

use crate::factors::FactorView;
use crate::factors::model::{Details, Factor, Passkey};
use crate::model::FactorKind;
use crate::models::{Unfit, fits};
use crate::settings::Attestation;

/// What a key has told of its model (W3C WebAuthn §6.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeyModel {
    /// Which one, where it tells.
    pub aaguid: Option<Uuid>,
    /// Whether it has proved it.
    pub attested: bool,
}

/// Something that somebody holds: a registered factor, or another way that was ever seen to lead to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding {
    pub kind: FactorKind,
    /// Of a passkey or security key.
    pub key: Option<KeyModel>,
}

/// What counts for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts<'a> {
    pub kinds: &'a [FactorKind],
    /// Which models of keys do, where a policy says so.
    pub models: Option<&'a Attestation>,
}

impl Counts<'_> {
    /// Whether something counts.
    pub(crate) fn has(&self, holding: &Holding) -> bool {
        self.kinds.contains(&holding.kind) && self.unfit(holding).is_none()
    }

    /// Why a key does not count, where it is for its model.
    pub(crate) fn unfit(&self, holding: &Holding) -> Option<Unfit> {
        fits(self.models?, holding.key?).err()
    }
}

impl From<FactorKind> for Holding {
    fn from(kind: FactorKind) -> Self {
        Self { kind, key: None }
    }
}

impl From<&Passkey> for KeyModel {
    fn from(passkey: &Passkey) -> Self {
        Self { aaguid: passkey.aaguid, attested: passkey.attested }
    }
}

impl Holding {
    /// A registered factor of a kind.
    pub(crate) fn of(kind: FactorKind, details: Option<&Details>) -> Self {
        let passkey =
            |details: &Details| if let Details::Passkey(key) = details { Some(KeyModel::from(key)) } else { None };
        Self { kind, key: details.and_then(passkey) }
    }
}

impl From<&Factor> for Holding {
    fn from(factor: &Factor) -> Self {
        Self { kind: factor.kind, key: factor.passkey().map(KeyModel::from) }
    }
}

impl From<&FactorView> for Holding {
    fn from(view: &FactorView) -> Self {
        Self { kind: view.kind, key: view.passkey.as_ref().map(KeyModel::from) }
    }
}
