//! Signing in and out.
//!
//! | the account | the attempt | the answer | in the log |
//! |---|---|---|---|
//! | unknown | a stand-in hash is checked | refused | `sign_in_failed`, without the name: it may be a password |
//! | disabled, locked | is not counted, a stand-in hash is checked | refused | `sign_in_failed` with the reason |
//! | active | is counted, then the password is checked | refused, or a session | `sign_in_failed`, `locked`; `signed_in` |
//!
//! An address that tries too often is turned away before any of this. Counting comes first: of many guesses at once only [`crate::rules::FAILURES_TO_LOCK`] are looked at.

use kernel::{Actor, Kinded as _, Secret};
use signals::Entry;
use store::{StoreError, Tx};

use crate::password::Hasher;
use crate::service::{hash_of, object_of};
use crate::store::operators::{self, Record};
use crate::store::{organisations, sessions};
use crate::{OperatorState, Operators, OperatorsError, Origin, Session, rules};

impl Operators {
    /// Signs somebody in. A session that `origin` showed ends: the new one replaces it.
    pub async fn sign_in(
        &self,
        user_name: &str,
        password: &Secret<String>,
        origin: &Origin,
    ) -> Result<Session, OperatorsError> {
        if origin.address.is_some_and(|address| self.attempts.check(address).is_err()) {
            return Err(OperatorsError::TooManySignIns);
        }
        let counted = self.count_attempt(user_name).await?;
        let stored = counted.as_ref().and_then(|record| record.password_hash.as_deref());
        let fits = self.hasher.verify(stored, password).await?;
        match counted {
            Some(record) if fits => {
                self.rehash(&record, password).await?;
                self.admit(record, origin).await
            }
            counted => Err(self.refuse(user_name, counted, origin).await?),
        }
    }

    /// Ends the session that the browser showed. Ending what has ended is no failure.
    pub async fn sign_out(&self, origin: &Origin) -> Result<(), OperatorsError> {
        let Some(session) = &origin.session else { return Ok(()) };
        let hash = hash_of(session);
        let mut tx = self.store.begin().await?;
        if let Some(found) = sessions::find_by_hash(&mut tx, &hash).await? {
            sessions::delete_by_hash(&mut tx, &hash).await?;
            let actor = origin.operator(found.organisation, found.operator, &found.user_name, found.role);
            self.note(&mut tx, &actor, Entry::act("operators.signed_out")).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Chooses a new password. Every session of the operator ends; the answer is a new one.
    pub async fn change_password(
        &self,
        current: &Secret<String>,
        new: &Secret<String>,
        origin: &Origin,
    ) -> Result<Session, OperatorsError> {
        let session = origin.session.as_ref().ok_or(OperatorsError::SessionEnded)?;
        let found = self.find_session(session).await?.ok_or(OperatorsError::SessionEnded)?;
        rules::check_password(&found.user_name, new.expose())?;
        if new.expose() == current.expose() {
            return Err(OperatorsError::WeakPassword("must differ from the current one"));
        }
        let counted = self.count_attempt(&found.user_name).await?;
        let stored = counted.as_ref().and_then(|record| record.password_hash.as_deref());
        let fits = self.hasher.verify(stored, current).await?;
        let Some(record) = counted.filter(|_| fits) else { return Err(OperatorsError::WrongPassword) };
        let hash = self.hasher.hash(new).await?;

        let actor = origin.operator(record.organisation, record.id, &record.user_name, record.role);
        let mut tx = self.store.begin().await?;
        operators::set_password(&mut tx, record.id, &hash, false).await?;
        operators::unlock(&mut tx, record.id).await?;
        sessions::delete_all(&mut tx, record.id).await?;
        let entry = Entry::act("operators.password_changed").object(object_of(&record));
        let changed = operators::find(&mut tx, record.organisation, record.id).await?.unwrap_or(record);
        let session = self.open_session(&mut tx, changed, origin).await?;
        self.note(&mut tx, &actor, entry).await?;
        tx.commit().await?;
        Ok(session)
    }

    /// Counts the attempt and locks the account if it is one too many; success takes both back.
    async fn count_attempt(&self, user_name: &str) -> Result<Option<Record>, StoreError> {
        let now = self.env.now();
        let mut tx = self.store.begin().await?;
        let mut counted = operators::count_attempt(&mut tx, user_name, now).await?;
        if let Some(record) = &mut counted {
            record.locked_until = rules::locked_until(record.failed_attempts, now);
            if let Some(until) = record.locked_until {
                operators::lock(&mut tx, record.id, until).await?;
            }
        }
        tx.commit().await?;
        Ok(counted)
    }

    async fn admit(&self, record: Record, origin: &Origin) -> Result<Session, OperatorsError> {
        let actor = origin.operator(record.organisation, record.id, &record.user_name, record.role);
        let mut tx = self.store.begin().await?;
        operators::unlock(&mut tx, record.id).await?;
        operators::signed_in(&mut tx, record.id, self.env.now()).await?;
        let again = operators::find(&mut tx, record.organisation, record.id).await?;
        // Disabled or removed while the password was looked at.
        let Some(record) = again.filter(|record| record.state == OperatorState::Active) else {
            return Err(OperatorsError::SignInRefused);
        };
        if let Some(replaced) = &origin.session {
            sessions::delete_by_hash(&mut tx, &hash_of(replaced)).await?;
        }
        let entry = Entry::act("operators.signed_in").object(object_of(&record));
        let session = self.open_session(&mut tx, record, origin).await?;
        self.note(&mut tx, &actor, entry).await?;
        tx.commit().await?;
        Ok(session)
    }

    /// Writes the failure down; the error is the same for every reason.
    async fn refuse(
        &self,
        user_name: &str,
        counted: Option<Record>,
        origin: &Origin,
    ) -> Result<OperatorsError, StoreError> {
        let mut tx = self.store.begin().await?;
        let known = operators::find_by_name(&mut tx, user_name).await?;
        let home = organisations::first(&mut tx).await?;
        let organisation = known.as_ref().map(|record| record.organisation).or(home.map(|home| home.id));
        if let Some(organisation) = organisation {
            let actor = origin.stranger("sign-in", organisation);
            let reason = reason(known.as_ref(), counted.as_ref());
            let mut entry = Entry::act("operators.sign_in_failed").reason(reason);
            entry.object = known.as_ref().map(object_of);
            self.note(&mut tx, &actor, entry).await?;
            if let Some(locked) = counted.filter(|record| record.locked_until.is_some()) {
                self.note_lock(&mut tx, &actor, &locked).await?;
            }
        }
        tx.commit().await?;
        tracing::info!(operators.address = ?origin.address, code = OperatorsError::SignInRefused.code(), "a sign-in was refused");
        Ok(OperatorsError::SignInRefused)
    }

    async fn note_lock(&self, tx: &mut Tx, actor: &Actor, locked: &Record) -> Result<(), StoreError> {
        let after = serde_json::json!({
            "failed_attempts": locked.failed_attempts,
            "locked_until": locked.locked_until,
        });
        self.note(tx, actor, Entry::act("operators.locked").object(object_of(locked)).after(&after)).await
    }

    /// Keeps pace with stronger parameters: the password is at hand only now.
    async fn rehash(&self, record: &Record, password: &Secret<String>) -> Result<(), OperatorsError> {
        if !record.password_hash.as_deref().is_some_and(Hasher::is_outdated) {
            return Ok(());
        }
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.store.begin().await?;
        operators::set_password(&mut tx, record.id, &hash, record.must_change_password).await?;
        Ok(tx.commit().await?)
    }
}

fn reason(known: Option<&Record>, counted: Option<&Record>) -> &'static str {
    match (known, counted) {
        (None, _) => "unknown user name",
        (Some(_), Some(_)) => "wrong password",
        (Some(known), None) if known.state == OperatorState::Disabled => "the operator is disabled",
        (Some(_), None) => "the account is locked",
    }
}
