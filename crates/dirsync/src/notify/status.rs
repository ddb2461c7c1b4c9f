//! How notifications stand, for people: pages, the API and `doctor`.

use directory::SourceId;
use kernel::{Timestamp, text_enum};
use serde::Serialize;
use store::{Store, StoreError};

use super::{Resource, Subscribed};
use crate::settings::{Mode, Settings};
use crate::store::{settings, subscriptions};

text_enum!(
    /// How notifications of a source stand.
    pub enum NotificationState {
        /// Nobody has switched them on.
        Off = "off",
        /// They are switched on, and this server has no public address for them.
        NoAddress = "no_address",
        /// They are switched on, and the source itself is not.
        Idle = "idle",
        /// Graph has not agreed yet.
        Beginning = "beginning",
        /// Graph tells.
        On = "on",
        /// Graph was asked in vain; the timer goes on.
        Failing = "failing",
    }
);

/// How notifications of a source stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NotificationStatus {
    /// In one word.
    pub state: NotificationState,
    /// Until when Graph tells, if nothing renews it.
    pub until: Option<Timestamp>,
    /// When something was last told that called for a run.
    pub heard_at: Option<Timestamp>,
    /// What went wrong: a stable code.
    pub error_code: Option<String>,
    /// What went wrong, in words.
    pub error_detail: Option<String>,
    /// What to do about it.
    pub mend: Option<String>,
    /// When Graph is asked again.
    pub try_at: Option<Timestamp>,
}

/// How notifications of a source with these settings stand.
pub fn status(settings: &Settings, has_address: bool, rows: &[Subscribed], now: Timestamp) -> NotificationStatus {
    let failing = rows.iter().find(|row| row.trouble.is_some());
    let there = rows.iter().filter(|row| row.is_there(now)).count();
    let state = match settings {
        settings if !settings.notifications => NotificationState::Off,
        _ if !has_address => NotificationState::NoAddress,
        settings if settings.mode != Mode::On => NotificationState::Idle,
        _ if failing.is_some() => NotificationState::Failing,
        _ if there == Resource::ALL.len() => NotificationState::On,
        _ => NotificationState::Beginning,
    };
    let trouble = failing.and_then(|row| row.trouble.clone());
    NotificationStatus {
        state,
        until: rows.iter().filter(|row| row.is_there(now)).filter_map(|row| row.expires_at).min(),
        heard_at: rows.iter().filter_map(|row| row.heard_at).max(),
        try_at: failing.map(|row| row.try_at),
        error_code: trouble.as_ref().map(|trouble| trouble.code.clone()),
        error_detail: trouble.as_ref().map(|trouble| trouble.detail.clone()),
        mend: trouble.map(|trouble| trouble.mend),
    }
}

/// How notifications of every source stand that has switched them on: for `doctor`, which asks the database alone.
pub async fn survey(
    store: &Store,
    has_address: bool,
    now: Timestamp,
) -> Result<Vec<(SourceId, NotificationStatus)>, StoreError> {
    let mut tx = store.read().await?;
    let all = settings::all(&mut tx, None).await?;
    let rows = subscriptions::all(&mut tx).await?;
    let wanted = all.into_iter().filter(|kept| kept.settings.notifications);
    Ok(wanted
        .map(|kept| {
            let own: Vec<_> = rows.iter().filter(|row| row.source_id == kept.source_id).cloned().collect();
            (kept.source_id, status(&kept.settings, has_address, &own, now))
        })
        .collect())
}
