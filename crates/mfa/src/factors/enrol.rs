//! What registering, listing, naming and removing have in common; recovery codes.

use kernel::{May, Secret};
use signals::Entry;
use store::Tx;

use super::model::{Details, Factor};
use super::written::{SALT, Written};
use super::{FactorRule, FactorView};
use crate::accounts::{reason_of, suspension};
use crate::error::MfaError;
use crate::events::object;
use crate::model::{Account, AccountId, FactorId, FactorKind, FactorState, Origin, Provider};
use crate::notices::{News, Notice};
use crate::permissions::{ReadMfa, RemoveFactor};
use crate::service::Mfa;
use crate::store::{accounts, codes, factors as rows};

/// How many recovery codes are given at a time.
const RECOVERY_CODES: usize = 10;
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// What recovery codes are called.
const RECOVERY_NAME: &str = "Recovery codes";

/// The key of an authenticator app that waits to be confirmed. Shown once.
#[derive(Debug)]
pub struct PendingTotp {
    /// The factor, to be confirmed by a code.
    pub factor: FactorId,
    /// The key, to be typed.
    pub secret: Secret<String>,
    /// The key as an address, to be opened on the same device.
    pub uri: Secret<String>,
    /// The address as a picture, to be photographed: SVG. As secret as the key.
    pub qr_svg: String,
}

impl Mfa {
    /// A person's factors, oldest first, without what is secret. Suspended where the directory has the person so.
    pub(crate) async fn factors_of(&self, tx: &mut Tx, account: AccountId) -> Result<Vec<FactorView>, MfaError> {
        let mut views = Vec::new();
        for factor in rows::of(tx, account).await? {
            let written = matches!(factor.kind, FactorKind::Recovery | FactorKind::Temporary);
            let left = if written { Some(codes::left(tx, factor.id).await?) } else { None };
            views.push(factor.view(left));
        }
        Ok(views)
    }

    /// A person's factors, for administrators.
    pub async fn list_factors(&self, may: &May<ReadMfa>, id: AccountId) -> Result<Vec<FactorView>, MfaError> {
        let mut tx = self.store().read().await?;
        let account = accounts::get(&mut tx, may.actor().organisation, id).await?;
        let account = account.ok_or(MfaError::NotFound("account"))?;
        let suspended = suspension(&mut tx, &account).await?.is_some();
        let mut views = self.factors_of(&mut tx, id).await?;
        if suspended {
            for view in &mut views {
                view.state = FactorState::Suspended;
            }
        }
        Ok(views)
    }

    /// Whether a person may register one more factor of a kind.
    pub(super) async fn may_enrol(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        kind: FactorKind,
    ) -> Result<(), MfaError> {
        if suspension(tx, account).await?.is_some() {
            return Err(FactorRule::Suspended.into());
        }
        if !provider.settings.kinds.contains(&kind) {
            return Err(FactorRule::KindOff.into());
        }
        if account.guest && !provider.settings.guests {
            return Err(FactorRule::NoGuests.into());
        }
        // The next one replaces what is reported lost.
        let held = |factor: &&Factor| factor.kind.is_usual() && factor.state == FactorState::Active;
        let count = rows::of(tx, account.id).await?.iter().filter(held).count();
        if count >= provider.settings.most_factors as usize {
            return Err(FactorRule::Most.into());
        }
        Ok(())
    }

    /// Gives a person ten recovery codes, to be shown once. Those given before are worth nothing from now on.
    pub async fn issue_recovery_codes(
        &self,
        tx: &mut Tx,
        account: &Account,
        origin: &Origin,
    ) -> Result<Vec<Secret<String>>, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        for factor in rows::of(tx, account.id).await? {
            if factor.kind == FactorKind::Recovery {
                rows::delete(tx, factor.id).await?;
            }
        }
        let drawn = self.draw_codes(tx, account.id, RECOVERY_CODES).await?;
        let factor = self.written_factor(&account, FactorKind::Recovery, RECOVERY_NAME, Details::Recovery {});
        self.put_codes(tx, &factor, &drawn).await?;
        let after = serde_json::json!({ "factor": factor.id, "codes": drawn.len() });
        self.tell_of_person(tx, &account, origin, Entry::act("mfa.recovery_codes_issued").after(&after)).await?;
        let news = Notice::new(News::FactorAdded, self.env().now()).about(&factor).origin(origin);
        self.notify(tx, &account, news).await?;
        Ok(drawn.iter().map(Written::shown).collect())
    }

    /// Codes that have no place in common with any of the person's.
    pub(super) async fn draw_codes(
        &self,
        tx: &mut Tx,
        account: AccountId,
        count: usize,
    ) -> Result<Vec<Written>, MfaError> {
        let mut taken = codes::places(tx, account).await?;
        let mut drawn = Vec::with_capacity(count);
        for _ in 0..count {
            let code = Written::draw(&self.env().rng, &taken);
            taken.push(code.place.clone());
            drawn.push(code);
        }
        Ok(drawn)
    }

    /// A factor of codes, with a salt of its own.
    pub(super) fn written_factor(&self, account: &Account, kind: FactorKind, name: &str, details: Details) -> Factor {
        let id: FactorId = self.env().new_id();
        Factor {
            id,
            organisation: account.organisation,
            account: account.id,
            kind,
            name: name.to_owned(),
            state: FactorState::Active,
            secret: self.sealer().seal(rows::place(id), &self.env().rng.bytes::<SALT>()),
            details,
            last_step: 0,
            drift: 0,
            created_at: self.env().now(),
            last_used_at: None,
            expires_at: None,
        }
    }

    pub(super) async fn put_codes(&self, tx: &mut Tx, factor: &Factor, drawn: &[Written]) -> Result<(), MfaError> {
        let salt = self.sealer().open(rows::place(factor.id), &factor.secret)?;
        let hashes = drawn.iter().map(|code| (code.place.clone(), code.hash(salt.expose()))).collect();
        rows::insert(tx, factor, None).await?;
        Ok(codes::insert(tx, factor.account, factor.id, hashes).await?)
    }

    /// Calls a person's factor something else.
    pub async fn rename_factor(
        &self,
        tx: &mut Tx,
        account: &Account,
        factor: FactorId,
        name: &str,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        let before = self.own_factor(tx, account.id, factor).await?;
        let name = name_of(name)?;
        rows::rename(tx, factor, &name).await?;
        let entry = Entry::act("mfa.factor_renamed").reason(format!("{} is now {name}", before.name));
        Ok(self.tell_of_person(tx, &account, origin, entry).await?)
    }

    /// Takes a factor from a person who asked for it, and tells them.
    pub async fn remove_factor(
        &self,
        tx: &mut Tx,
        account: &Account,
        factor: FactorId,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let gone = self.drop_factor(tx, account, factor, origin).await?;
        let news = Notice::new(News::FactorRemoved, self.env().now()).about(&gone).origin(origin);
        Ok(self.notify(tx, account, news).await?)
    }

    /// Takes a factor from a person; they are told by whoever asks for it.
    pub(crate) async fn drop_factor(
        &self,
        tx: &mut Tx,
        account: &Account,
        factor: FactorId,
        origin: &Origin,
    ) -> Result<Factor, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        let gone = self.own_factor(tx, account.id, factor).await?;
        rows::delete(tx, factor).await?;
        let entry = Entry::act("mfa.factor_removed").change_of(Some(&gone.clone().view(None)), None::<&FactorView>);
        self.tell_of_person(tx, &account, origin, entry).await?;
        Ok(gone)
    }

    /// Takes a factor from a person, by an administrator.
    pub async fn take_factor(&self, may: &May<RemoveFactor>, reason: &str) -> Result<(), MfaError> {
        let factor = may.factor.ok_or(MfaError::NotFound("factor"))?;
        let reason = reason_of(reason)?;
        let mut tx = self.store().begin().await?;
        let account = self.own_account(&mut tx, may.actor().organisation, may.account).await?;
        let gone = self.own_factor(&mut tx, account.id, factor).await?;
        rows::delete(&mut tx, factor).await?;
        let news = Notice::new(News::FactorRemoved, self.env().now()).about(&gone).by_administrator(reason);
        self.notify(&mut tx, &account, news).await?;
        let entry = Entry::act("mfa.factor_removed").object(object(&account)).reason(reason);
        let entry = entry.change_of(Some(&gone.view(None)), None::<&FactorView>);
        self.tell(&mut tx, may.actor(), entry).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn own_factor(
        &self,
        tx: &mut Tx,
        account: AccountId,
        factor: FactorId,
    ) -> Result<Factor, MfaError> {
        let found = rows::of(tx, account).await?.into_iter().find(|known| known.id == factor);
        found.ok_or(MfaError::NotFound("factor"))
    }
}

/// A name that people can read.
pub(crate) fn name_of(text: &str) -> Result<String, MfaError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(MfaError::Invalid(format!("a name has 1 to {LONGEST_NAME} characters")));
    }
    Ok(name.to_owned())
}
