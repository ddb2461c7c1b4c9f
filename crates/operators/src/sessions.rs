//! Sessions: a random token of 256 bits at the browser, its hash here; an end by idleness and an end for good.

use std::time::Duration;

use kernel::{Actor, ActorKind, May, OperatorId, Page, PageRequest, Secret};
use signals::{Entry, Object};
use store::{StoreError, Tx};

use crate::permissions::{ActForOneself, ReadSessions, RevokeSession, SignOutOperator};
use crate::service::{hash_of, object_of};
use crate::store::operators::{self, Presence, Record};
use crate::store::sessions::{self, Found, NewSession};
use crate::{OperatorState, OperatorView, Operators, OperatorsError, Origin, Session, SessionId, SessionView};

/// Last use is written down at most so often: reading must not become writing.
pub(crate) const TOUCH_EVERY: Duration = Duration::from_mins(1);

impl Operators {
    /// The operator who acts; API tokens and the server itself are none.
    pub async fn me(&self, may: &May<ActForOneself>) -> Result<OperatorView, OperatorsError> {
        let id = operator_of(may.actor())?;
        let mut tx = self.store.read().await?;
        let found = operators::find_view(&mut tx, may.actor().organisation, id, self.limits()).await?;
        found.ok_or(OperatorsError::NoSuchOperator(id))
    }

    /// The sessions of the operator who acts; `current` marks the one that asks.
    pub async fn list_own_sessions(
        &self,
        may: &May<ActForOneself>,
        current: Option<&Secret<String>>,
        page: &PageRequest,
    ) -> Result<Page<SessionView>, OperatorsError> {
        let id = operator_of(may.actor())?;
        let current = current.map(hash_of);
        let mut tx = self.store.read().await?;
        let organisation = may.actor().organisation;
        Ok(sessions::list(&mut tx, organisation, Some(id), self.limits(), current.as_deref(), page).await?)
    }

    /// Ends one of one's own sessions.
    pub async fn revoke_own_session(&self, may: &May<ActForOneself>, id: SessionId) -> Result<(), OperatorsError> {
        let own = operator_of(may.actor())?;
        self.revoke(may.actor(), id, Some(own)).await
    }

    /// Ends all of one's own sessions but the one that asks; returns how many.
    pub async fn revoke_other_sessions(
        &self,
        may: &May<ActForOneself>,
        current: Option<&Secret<String>>,
    ) -> Result<u64, OperatorsError> {
        let actor = may.actor();
        let id = operator_of(actor)?;
        let mut tx = self.store.begin().await?;
        let ended = sessions::delete_others(&mut tx, id, &current.map(hash_of).unwrap_or_default()).await?;
        if ended > 0 {
            let entry = Entry::act("operators.sessions_revoked").object(Object::new("operator", id, actor_name(actor)));
            self.note(&mut tx, actor, entry.after(&serde_json::json!({ "ended": ended }))).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Everybody's sessions, or one operator's.
    pub async fn list_sessions(
        &self,
        may: &May<ReadSessions>,
        operator: Option<OperatorId>,
        current: Option<&Secret<String>>,
        page: &PageRequest,
    ) -> Result<Page<SessionView>, OperatorsError> {
        let current = current.map(hash_of);
        let mut tx = self.store.read().await?;
        let organisation = may.actor().organisation;
        Ok(sessions::list(&mut tx, organisation, operator, self.limits(), current.as_deref(), page).await?)
    }

    /// Ends anybody's session.
    pub async fn revoke_session(&self, may: &May<RevokeSession>) -> Result<(), OperatorsError> {
        self.revoke(may.actor(), may.session, None).await
    }

    /// Ends every session of an operator; returns how many.
    pub async fn sign_out_operator(&self, may: &May<SignOutOperator>) -> Result<u64, OperatorsError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let found = operators::find(&mut tx, actor.organisation, may.operator).await?;
        let record = found.ok_or(OperatorsError::NoSuchOperator(may.operator))?;
        let ended = sessions::delete_all(&mut tx, record.id).await?;
        let entry = Entry::act("operators.sessions_revoked").object(object_of(&record));
        self.note(&mut tx, actor, entry.after(&serde_json::json!({ "ended": ended }))).await?;
        tx.commit().await?;
        Ok(ended)
    }

    async fn revoke(&self, actor: &Actor, id: SessionId, only_of: Option<OperatorId>) -> Result<(), OperatorsError> {
        let mut tx = self.store.begin().await?;
        let found = sessions::find(&mut tx, actor.organisation, id).await?;
        let session = found
            .filter(|session| only_of.is_none_or(|own| own == session.operator))
            .ok_or(OperatorsError::NoSuchSession(id))?;
        sessions::delete(&mut tx, actor.organisation, id).await?;
        let object = Object::new("operator", session.operator, &session.user_name);
        let ended = serde_json::json!({ "session": id, "address": session.address, "since": session.created_at });
        let entry = Entry::act("operators.session_revoked").object(object).change_of(Some(&ended), None::<&()>);
        self.note(&mut tx, actor, entry).await?;
        Ok(tx.commit().await?)
    }

    /// Opens a session in this unit of work.
    pub(crate) async fn open_session(
        &self,
        tx: &mut Tx,
        record: Record,
        origin: &Origin,
    ) -> Result<Session, StoreError> {
        let now = self.env.now();
        let token = Secret::new(self.env.rng.token::<32>());
        let expires_at = now.plus(self.config.longest());
        let new = NewSession {
            id: self.env.new_id(),
            organisation: record.organisation,
            operator: record.id,
            token_hash: hash_of(&token),
            address: origin.address.map(|address| address.to_string()),
            user_agent: origin.user_agent.clone(),
            created_at: now,
            expires_at,
        };
        sessions::insert(tx, new).await?;
        let must_change_password = record.must_change_password;
        Ok(Session {
            token,
            operator: record.view(Presence { last_seen_at: Some(now), session_count: 1 }),
            must_change_password,
            expires_at,
        })
    }

    /// A session that counts now, of an operator who may sign in.
    pub(crate) async fn find_session(&self, token: &Secret<String>) -> Result<Option<Found>, StoreError> {
        let mut tx = self.store.read().await?;
        let found = sessions::find_by_hash(&mut tx, &hash_of(token)).await?;
        let limits = self.limits();
        Ok(found.filter(|found| {
            found.state == OperatorState::Active
                && found.expires_at > limits.now
                && found.last_seen_at > limits.idle_since
        }))
    }
}

/// The operator who acts.
pub(crate) fn operator_of(actor: &Actor) -> Result<OperatorId, OperatorsError> {
    match &actor.kind {
        ActorKind::Operator { id, .. } => Ok(*id),
        ActorKind::Token { .. } | ActorKind::Source { .. } | ActorKind::System { .. } => {
            Err(OperatorsError::NeedsOperator)
        }
    }
}

fn actor_name(actor: &Actor) -> &str {
    match &actor.kind {
        ActorKind::Operator { name, .. } | ActorKind::Token { name, .. } | ActorKind::Source { name, .. } => name,
        ActorKind::System { reason } => reason,
    }
}
