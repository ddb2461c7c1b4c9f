//! What follows from a verdict: who has proved themselves is let off, who has guessed is counted.

use signals::Entry;
use store::Tx;

use super::model::Means;
use super::{Proof, Refusal};
use crate::attempts::{Attempt, Outcome};
use crate::error::MfaError;
use crate::lockout::{after_failure, source_of};
use crate::model::{Account, FactorKind, Origin, Provider};
use crate::notices::{News, Notice};
use crate::service::Mfa;
use crate::store::{accounts, codes, devices, failures, portal};

impl Mfa {
    /// Writes down that somebody proved themselves: failures are forgotten, a lock is lifted.
    pub(super) async fn passed(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        means: impl Into<Means>,
        origin: &Origin,
    ) -> Result<Proof, MfaError> {
        let means = means.into();
        let now = self.env().now();
        accounts::proved(tx, account.id, now).await?;
        // A remembered browser passes by itself: that clears nobody who guesses meanwhile.
        if account.failures > 0 && means.kind != FactorKind::Device {
            failures::forget(tx, account.id).await?;
        }
        let reason = if means.registered { "registered" } else { "proven" };
        let mut attempt = Attempt::new(self, provider, Outcome::Passed, reason, origin).by(account);
        if let Some(note) = &means.note {
            attempt = attempt.detail(note);
        }
        self.record(tx, &attempt.with(means.kind, Some(&means.name))).await?;
        let proof = Proof { factor: means.factor, kind: means.kind, name: means.name, at: now };
        let with = serde_json::json!({ "factor": proof.factor, "kind": proof.kind, "name": proof.name });
        if account.locked_at.is_some() {
            self.tell_of_person(tx, account, origin, Entry::act("mfa.unlocked").after(&with)).await?;
        }
        if let Some(factor) = proof.factor.filter(|_| proof.kind == FactorKind::Recovery) {
            let left = codes::left(tx, factor).await?;
            let after = serde_json::json!({ "factor": factor, "codes_left": left });
            self.tell_of_person(tx, account, origin, Entry::act("mfa.recovery_code_used").after(&after)).await?;
        }
        self.tell_of_person(tx, account, origin, Entry::act("mfa.passed").after(&with)).await?;
        Ok(proof)
    }

    /// Writes down that somebody did not: counts it where it was a guess, which may make wait or lock.
    pub(super) async fn refused(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (refusal, note): (&Refusal, Option<String>),
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let mut attempt = Attempt::new(self, provider, Outcome::Refused, refusal.code(), origin).by(account);
        if let Some(detail) = refusal.detail().or(note) {
            attempt = attempt.detail(detail);
        }
        self.record(tx, &attempt).await?;
        let locks = refusal.counts() && self.count_failure(tx, provider, account, origin).await?;
        // Who is not even looked at is in the list of attempts alone: knocking does not fill the log.
        if refusal.until().is_none() && !matches!(refusal, Refusal::Locked { .. }) {
            let entry = Entry::act("mfa.refused").reason(refusal.code());
            self.tell_of_person(tx, account, origin, entry).await?;
        }
        if locks {
            self.tell_of_person(tx, account, origin, Entry::act("mfa.locked")).await?;
            self.notify(tx, account, Notice::new(News::Locked, self.env().now()).origin(origin)).await?;
        }
        Ok(())
    }

    /// Counts a failure of the person and the source; says whether it locked the person.
    async fn count_failure(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        origin: &Origin,
    ) -> Result<bool, MfaError> {
        let (now, source) = (self.env().now(), source_of(origin.address.as_deref()));
        let person = accounts::count_failure(tx, account.id).await?;
        let here = failures::count(tx, account, &source, now).await?;
        self.tell_of_source(tx, provider, account, origin).await?;
        let follows = after_failure(&provider.settings.lockout, person, here, now);
        failures::wait(tx, account.id, &source, follows.waits_until).await?;
        if follows.locks {
            accounts::lock(tx, account.id, now).await?;
            devices::delete_all(tx, account.id).await?;
            portal::delete_all(tx, account.id).await?;
        }
        Ok(follows.locks)
    }

    /// Tells once that no code from a source is looked at any more: it has failed for too many people, or too often.
    async fn tell_of_source(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let Some(address) = origin.address.as_deref() else { return Ok(()) };
        let (now, limit) = (self.env().now(), i64::from(provider.settings.lockout.address_limit));
        let failed = failures::standing(tx, account, &source_of(Some(address)), now).await?.source_failures;
        if limit > 0 && failed == limit {
            let told = serde_json::json!({ "address": address, "failures": failed });
            self.tell_of_person(tx, account, origin, Entry::act("mfa.source_closed").after(&told)).await?;
        }
        Ok(())
    }
}
