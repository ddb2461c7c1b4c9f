//! A post to our address. Whoever sends it is a stranger until it carries what only Graph was told.
//!
//! A stranger costs one look at an index, at most one body of bounded length, and nothing is written down.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::Deserialize;

use super::decide::{Heard, Item, heard, is_awaited};
use super::{HookId, Subscribed, follow, tend};
use crate::Dirsync;
use crate::error::DirsyncError;
use crate::store::subscriptions;

/// The longest body that is read; Graph puts some hundreds of items of some hundred bytes into one post.
pub const LONGEST_POST: usize = 512 * 1024;
/// The longest token that is echoed.
pub const LONGEST_TOKEN: usize = 1_024;

#[derive(Deserialize)]
struct Post {
    value: Vec<Item>,
}

/// The token to echo when Graph asks whether we are there (Graph, notification endpoint validation).
pub fn echo(token: String) -> Result<String, DirsyncError> {
    let fits = !token.is_empty() && token.len() <= LONGEST_TOKEN && !token.chars().any(char::is_control);
    if fits { Ok(token) } else { Err(DirsyncError::StrangeNotification) }
}

impl Dirsync {
    /// Refuses posts to addresses that Graph was never given.
    pub async fn expect_notifications(&self, id: HookId) -> Result<(), DirsyncError> {
        self.hooked(id).await.map(drop)
    }

    /// Takes a post in: what it says is not believed, that it came is.
    pub async fn receive_notifications(&self, id: HookId, body: &[u8]) -> Result<(), DirsyncError> {
        let row = self.hooked(id).await?;
        let outcome = match self.authentic(&row, body) {
            Ok(heard) => self.take_in(&row, heard).await,
            Err(error) => Err(error),
        };
        let result = match &outcome {
            Ok(()) => "heard",
            Err(DirsyncError::StrangeNotification) => "refused",
            Err(_) => "failed",
        };
        metrics::counter!("dirsync_notifications_total", "result" => result).increment(1);
        outcome
    }

    async fn hooked(&self, id: HookId) -> Result<Subscribed, DirsyncError> {
        if self.hook.is_none() {
            return Err(DirsyncError::StrangeNotification);
        }
        let mut tx = self.store.read().await?;
        subscriptions::find(&mut tx, id).await?.ok_or(DirsyncError::StrangeNotification)
    }

    /// What the items lead to that carry what Graph was told; none is a stranger's post.
    fn authentic(&self, row: &Subscribed, body: &[u8]) -> Result<Heard, DirsyncError> {
        let hook = self.hook.as_ref().ok_or(DirsyncError::StrangeNotification)?;
        let post: Post = serde_json::from_slice(body).map_err(|_| DirsyncError::StrangeNotification)?;
        let expected = hook.sealer.open(subscriptions::place(row.id), &row.client_state)?;
        let is_ours = |item: &&Item| {
            let shown = item.client_state.as_deref().unwrap_or_default();
            verify_slices_are_equal(shown.as_bytes(), expected.expose()).is_ok()
        };
        let ours: Vec<_> = post.value.iter().filter(is_ours).collect();
        if ours.is_empty() { Err(DirsyncError::StrangeNotification) } else { Ok(heard(ours.into_iter())) }
    }

    async fn take_in(&self, row: &Subscribed, heard: Heard) -> Result<(), DirsyncError> {
        let now = self.env.now();
        let newest = subscriptions::newest_reading(&mut self.store.read().await?, row.source_id).await?;
        // While a run is waited for, one more word changes nothing: it is not even written down.
        let told = heard.changed && !is_awaited(row.heard_at, newest);
        if !told && !heard.renew && !heard.ended {
            return Ok(());
        }
        let source = (row.organisation, row.source_id);
        let mut tx = self.store.begin().await?;
        if told {
            subscriptions::heard(&mut tx, row.id, now).await?;
            follow::enqueue(&mut tx, &self.env, source, now).await?;
        }
        if heard.ended {
            subscriptions::lost(&mut tx, row.id, now).await?;
        } else if heard.renew {
            subscriptions::renew_now(&mut tx, row.id, now).await?;
        }
        if heard.ended || heard.renew {
            tend::enqueue(&mut tx, &self.env, source).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
