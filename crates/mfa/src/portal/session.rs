//! Sessions: rows that a secret in the browser opens, on every node; the row has the secret's hash alone.

use std::time::Duration;

use kernel::{Secret, Timestamp};
use signals::Entry;
use store::Tx;

use super::{Session, SessionId};
use crate::authorize::hash_of;
use crate::error::MfaError;
use crate::model::{Account, Origin};
use crate::policy::Door;
use crate::service::Mfa;
use crate::store::{devices, portal as rows, pushes};

/// How long a session lasts without anything being asked.
const IDLE: Duration = Duration::from_mins(20);
/// How exactly it is written down when a session was last seen.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// What opens a session from now on.
#[derive(Debug)]
pub struct Entered {
    /// The secret, for the browser's cookie and nowhere else.
    pub token: Secret<String>,
    /// Until when at the longest.
    pub until: Timestamp,
}

impl Session {
    /// Whether it is neither too old nor too long unused.
    pub(crate) fn counts(&self, now: Timestamp) -> bool {
        self.expires_at > now && self.last_seen_at.plus(IDLE) > now
    }
}

impl Mfa {
    /// The session that a browser shows, if it counts.
    pub(crate) async fn session(&self, tx: &mut Tx, token: &Secret<String>) -> Result<Session, MfaError> {
        let now = self.env().now();
        let found = rows::find(tx, hash_of(token.expose())).await?;
        found.filter(|session| session.counts(now)).ok_or(MfaError::SignedOut)
    }

    /// Begins a session of a person who comes back from Entra.
    pub(crate) async fn begin_session(
        &self,
        tx: &mut Tx,
        account: &Account,
        entra_at: Option<Timestamp>,
        origin: &Origin,
    ) -> Result<Entered, MfaError> {
        let (now, token) = (self.env().now(), Secret::new(self.env().rng.token::<32>()));
        let provider = self.provider(tx, account.provider).await?;
        let rules = self.ruled(tx, provider, account, Door::Portal).await?.settings;
        let session = Session {
            id: self.env().new_id(),
            organisation: account.organisation,
            provider: account.provider,
            account: account.id,
            entra_at,
            proved_at: None,
            address: origin.address.clone(),
            user_agent: origin.user_agent.clone(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(Duration::from_mins(rules.session_minutes.into())),
        };
        rows::insert(tx, &session, hash_of(token.expose())).await?;
        self.tell_of_person(tx, account, origin, Entry::act("mfa.portal_signed_in")).await?;
        Ok(Entered { token, until: session.expires_at })
    }

    /// The rights of a session have risen: the secret that was known before opens nothing any more.
    pub(crate) async fn renew_session(
        &self,
        tx: &mut Tx,
        former: &Secret<String>,
        mut session: Session,
    ) -> Result<Entered, MfaError> {
        session.last_seen_at = self.env().now();
        let token = Secret::new(self.env().rng.token::<32>());
        if !rows::renew(tx, &session, hash_of(former.expose()), hash_of(token.expose())).await? {
            return Err(MfaError::SignedOut);
        }
        Ok(Entered { token, until: session.expires_at })
    }

    /// Notes that a session is in use, and ends those of a person who may not be let in any more.
    pub async fn touch_portal(&self, token: &Secret<String>) -> Result<(), MfaError> {
        let now = self.env().now();
        let mut tx = self.store().read().await?;
        let session = self.session(&mut tx, token).await?;
        let (id, account, seen_at) = (session.id, session.account, session.last_seen_at);
        let scene = self.scene_behind(&mut tx, session).await;
        drop(tx);
        let ends = matches!(scene, Err(MfaError::SignedOut));
        if ends || now.since(seen_at) >= SEEN_EVERY {
            let mut tx = self.store().begin().await?;
            if ends {
                rows::delete_all(&mut tx, account).await?;
            } else {
                rows::seen(&mut tx, id, now).await?;
            }
            tx.commit().await?;
        }
        scene.map(drop)
    }

    /// Signs out.
    pub async fn leave_portal(&self, token: &Secret<String>) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        if let Some(session) = rows::find(&mut tx, hash_of(token.expose())).await? {
            rows::delete(&mut tx, session.id).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Ends whatever else is open in the name of a person: sessions but this one; browsers that are remembered, or in which
    /// sign-ins are agreed to. Returns how many sessions and browsers.
    pub(super) async fn end_others(
        &self,
        tx: &mut Tx,
        account: &Account,
        kept: SessionId,
    ) -> Result<(u64, u64), MfaError> {
        let sessions = rows::delete_others(tx, account.id, kept).await?;
        let browsers = devices::delete_all(tx, account.id).await? + pushes::delete_all(tx, account.id).await?;
        Ok((sessions, browsers))
    }
}
