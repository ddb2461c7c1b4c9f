//! What was tried in a person's name, and what they say of it.

use kernel::{Page, PageRequest, Secret, Timestamp};
use signals::Entry;
use uuid::Uuid;

use crate::attempts::{Attempt, AttemptFilter};
use crate::error::MfaError;
use crate::lists;
use crate::model::{AttemptId, Origin};
use crate::notices::{News, Notice};
use crate::service::Mfa;
use crate::store::{attempts, portal as rows};

/// What was ended because somebody else was at work.
#[derive(Debug, Clone, PartialEq)]
pub struct NotMe {
    /// The attempt.
    pub attempt: Attempt,
    /// Other sessions of the portal.
    pub sessions: u64,
    /// Remembered browsers.
    pub devices: u64,
}

impl Mfa {
    /// One page of what was tried in the person's name, newest first.
    pub async fn activity(&self, token: &Secret<String>, page: &PageRequest) -> Result<Page<Attempt>, MfaError> {
        let after = lists::after(page)?.map(|(at, id)| (Timestamp::from_micros(at), id));
        self.heed_reach(token).await?;
        let mut tx = self.store().read().await?;
        let account = self.scene_of(&mut tx, token).await?.looking()?.account;
        let filter = AttemptFilter { account: Some(account.id), ..AttemptFilter::default() };
        let found = attempts::list(&mut tx, account.organisation, &filter, page.limit, after).await?;
        Ok(Page::from_rows(found, page.limit, |attempt| (attempt.at.micros(), Uuid::from(attempt.id))))
    }

    /// One attempt of the person's.
    pub async fn attempt_in_portal(&self, token: &Secret<String>, id: AttemptId) -> Result<Attempt, MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().read().await?;
        let account = self.scene_of(&mut tx, token).await?.looking()?.account;
        let found = attempts::get(&mut tx, account.organisation, id).await?;
        found.filter(|attempt| attempt.account == Some(account.id)).ok_or(MfaError::NotFound("attempt"))
    }

    /// An attempt was somebody else's: it is marked, every other session and every remembered browser ends, and the log
    /// says so. Said twice, it is one event.
    pub async fn say_not_me(&self, token: &Secret<String>, id: AttemptId, origin: &Origin) -> Result<NotMe, MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.looking()?;
        let account = scene.account;
        let found = attempts::get(&mut tx, account.organisation, id).await?;
        let attempt = found.filter(|attempt| attempt.account == Some(account.id));
        let attempt = attempt.ok_or(MfaError::NotFound("attempt"))?;
        let is_news = rows::disown(&mut tx, account.id, id, self.env().now()).await?;
        let (sessions, devices) = self.end_others(&mut tx, &account, scene.session.id).await?;
        if is_news {
            let after = serde_json::json!({
                "attempt": attempt.id, "at": attempt.at, "outcome": attempt.outcome, "reason": attempt.reason,
                "address": attempt.origin.address, "correlation_id": attempt.origin.correlation_id,
                "sessions": sessions, "devices": devices,
            });
            self.tell_of_person(&mut tx, &account, origin, Entry::act("mfa.not_me").after(&after)).await?;
            self.notify(&mut tx, &account, Notice::new(News::NotMe, self.env().now()).origin(origin)).await?;
        }
        tx.commit().await?;
        Ok(NotMe { attempt, sessions, devices })
    }
}
