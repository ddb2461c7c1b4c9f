//! The side of the browser that signs in.

use kernel::Timestamp;
use signals::Entry;
use store::Tx;
use uuid::Uuid;

use super::{LOCKED_FOR, MOST, Push, PushState, PushView};
use crate::error::MfaError;
use crate::model::{Account, Origin, Provider, PushId};
use crate::service::Mfa;
use crate::store::pushes as rows;

/// What came of asking the person elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// They are asked.
    Asked,
    /// They have no other browser, or may not use it now.
    Nowhere,
    /// They were asked too often.
    Locked {
        /// Until when they are not asked.
        until: Timestamp,
    },
}

impl Mfa {
    /// Asks the person elsewhere about a sign-in. What was asked about it before is given up.
    pub(crate) async fn push(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (holder, until): (Uuid, Timestamp),
        origin: &Origin,
    ) -> Result<Pushed, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        let suspended = crate::accounts::suspension(tx, &account).await?.is_some();
        if suspended || account.locked_at.is_some() || rows::devices(tx, account.id).await?.is_empty() {
            return Ok(Pushed::Nowhere);
        }
        if let Some(until) = self.one_more(tx, &account, origin).await? {
            return Ok(Pushed::Locked { until });
        }
        let id: PushId = self.env().new_id();
        // Two digits, the first of which is no naught: it is read aloud.
        let number = (10 + self.env().rng.below(90)).to_string();
        let push = Push {
            id,
            organisation: account.organisation,
            provider: provider.tenant,
            account: account.id,
            holder,
            number: self.sealer().seal(rows::place(id), number.as_bytes()),
            state: PushState::Waiting,
            tries: 0,
            origin: origin.clone(),
            created_at: self.env().now(),
            expires_at: until,
        };
        rows::put(tx, &push).await?;
        self.tell_browsers(tx, provider, &push).await?;
        self.tell_of_person(tx, &account, origin, Entry::act("mfa.push_asked")).await?;
        Ok(Pushed::Asked)
    }

    /// Counts that the person is asked once more; says until when they are not, where it is too often.
    async fn one_more(&self, tx: &mut Tx, account: &Account, origin: &Origin) -> Result<Option<Timestamp>, MfaError> {
        let now = self.env().now();
        let (since, count, locked_until) = rows::limit(tx, account.id).await?.unwrap_or((now, 0, None));
        if let Some(until) = locked_until.filter(|until| *until > now) {
            return Ok(Some(until));
        }
        let fresh = locked_until.is_some() || since.plus(LOCKED_FOR) <= now;
        let (since, count) = if fresh { (now, 1) } else { (since, count + 1) };
        let locked_until = (count > MOST).then(|| now.plus(LOCKED_FOR));
        rows::set_limit(tx, account.id, (since, count, locked_until)).await?;
        if let Some(until) = locked_until {
            let told = serde_json::json!({ "until": until });
            self.tell_of_person(tx, account, origin, Entry::act("mfa.pushes_locked").after(&told)).await?;
        }
        Ok(locked_until)
    }

    /// What a sign-in's own page shows of the question.
    pub(crate) async fn push_of(
        &self,
        tx: &mut Tx,
        account: &Account,
        holder: Uuid,
    ) -> Result<Option<PushView>, MfaError> {
        let Some(push) = rows::of_sign_in(tx, account.id, holder).await? else { return Ok(None) };
        let number = self.sealer().open_text(rows::place(push.id), &push.number)?.expose().clone();
        Ok(Some(PushView { state: push.state, number, until: push.expires_at }))
    }
}
