//! Sources with their settings.

use directory::SourceId;
use kernel::{May, OrganisationId, Timestamp};
use serde::Serialize;
use signals::{Entry, Object};

use super::Dirsync;
use super::counts::Counted;
use crate::error::DirsyncError;
use crate::model::{Run, RunKind};
use crate::notify::status::{NotificationStatus, status};
use crate::permissions::{ChangeSettings, ReadSync};
use crate::settings::{Mode, Settings};
use crate::store::settings::Kept;
use crate::store::{runs, settings, subscriptions};

/// A source and how it is doing.
#[derive(Debug, Clone)]
pub struct SourceStatus {
    /// Its settings.
    pub kept: Kept,
    /// What people call it.
    pub name: String,
    /// Since when it is not connected any more, if so.
    pub disconnected_at: Option<Timestamp>,
    /// The run that is not over, if there is one.
    pub open_run: Option<Run>,
    /// The newest run.
    pub last_run: Option<Run>,
    /// When everything was last compared.
    pub last_full_at: Option<Timestamp>,
    /// When the source was last followed, by a full or a delta run.
    pub last_read_at: Option<Timestamp>,
    /// When the next run is due; none when the source is off.
    pub next_run_at: Option<Timestamp>,
    /// Whether there was no good run for twice the interval (NET-21).
    pub stale: bool,
    /// Whether owners can be written to: a mail server is set up.
    pub mail_is_set_up: bool,
    /// How notifications stand.
    pub notifications: NotificationStatus,
    /// Users by state and cause.
    pub users: Vec<StateCount>,
    /// Groups by state and cause.
    pub groups: Vec<StateCount>,
}

/// How many are in one state, for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SourceStateCount)]
pub struct StateCount {
    /// The state.
    pub state: String,
    /// The cause of a conflict or the reason of an exclusion.
    pub cause: Option<String>,
    /// How many.
    pub count: u64,
}

impl Dirsync {
    /// The organisation's sources.
    pub async fn list_sources(&self, may: &May<ReadSync>) -> Result<Vec<SourceStatus>, DirsyncError> {
        let mut list = Vec::new();
        for (id, _) in self.sources.list(may.actor().organisation).await? {
            list.push(self.get_source(may, id).await?);
        }
        Ok(list)
    }

    /// The organisation's sources without how many users and groups each has: counting those reads every one of them.
    pub async fn list_sources_uncounted(&self, may: &May<ReadSync>) -> Result<Vec<SourceStatus>, DirsyncError> {
        let mut list = Vec::new();
        for (id, _) in self.sources.list(may.actor().organisation).await? {
            list.push(self.get_source_uncounted(may, id).await?);
        }
        Ok(list)
    }

    /// One source.
    pub async fn get_source(&self, may: &May<ReadSync>, id: SourceId) -> Result<SourceStatus, DirsyncError> {
        let status = self.get_source_uncounted(may, id).await?;
        let mut tx = self.store.read().await?;
        let Counted { users, groups } = self.counted(&mut tx, may.actor().organisation, id).await?;
        Ok(SourceStatus { users, groups, ..status })
    }

    /// One source without how many users and groups it has.
    pub async fn get_source_uncounted(&self, may: &May<ReadSync>, id: SourceId) -> Result<SourceStatus, DirsyncError> {
        let organisation = may.actor().organisation;
        let (name, disconnected_at) = self.named(organisation, id).await?;
        let mut tx = self.store.read().await?;
        let kept = self.kept(&mut tx, organisation, id).await?;
        let full = runs::last_good(&mut tx, id, RunKind::Full).await?.and_then(|run| run.finished_at);
        let delta = runs::last_good(&mut tx, id, RunKind::Delta).await?.and_then(|run| run.finished_at);
        let last_read_at = full.max(delta);
        let connected = disconnected_at.is_none();
        let next_run_at = next_run(&kept.settings, full, last_read_at, self.env.now()).filter(|_| connected);
        let told = subscriptions::of_source(&mut tx, id).await?;
        Ok(SourceStatus {
            notifications: status(&kept.settings, self.hook.is_some(), &told, self.env.now()),
            open_run: runs::open(&mut tx, id).await?,
            last_run: runs::last(&mut tx, id).await?,
            last_full_at: full,
            last_read_at,
            next_run_at,
            stale: connected && is_stale(&kept, last_read_at, self.env.now()),
            users: Vec::new(),
            groups: Vec::new(),
            mail_is_set_up: self.mail_is_set_up(),
            kept,
            name,
            disconnected_at,
        })
    }

    /// What people call a source, and since when it is not connected any more.
    pub(super) async fn named(
        &self,
        organisation: OrganisationId,
        id: SourceId,
    ) -> Result<(String, Option<Timestamp>), DirsyncError> {
        let names = self.sources.list(organisation).await?;
        if let Some((_, name)) = names.into_iter().find(|(known, _)| *known == id) {
            return Ok((name, None));
        }
        let former = self.former(organisation, id).await?.ok_or(DirsyncError::NoSuchSource)?;
        Ok((former.name, Some(former.since)))
    }

    /// Changes a source's settings; `version` is the one that was shown to whoever changes them.
    ///
    /// Settings that let other users or groups in must be confirmed by a plan (NET-07): the next run is held.
    pub async fn put_settings(
        &self,
        may: &May<ChangeSettings>,
        version: i64,
        wanted: Settings,
    ) -> Result<Kept, DirsyncError> {
        wanted.validate()?;
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let old = self.kept(&mut tx, actor.organisation, may.source).await?;
        if old.version != version {
            return Err(DirsyncError::Stale);
        }
        if wanted.notifications && !old.settings.notifications && self.hook.is_none() {
            let text =
                "notifications need the address by which Microsoft reaches this server: set dirsync.notification_url";
            return Err(DirsyncError::Invalid(text.to_owned()));
        }
        let same = wanted.same_scope(&old.settings);
        let kept = Kept {
            version: version + 1,
            confirmed_version: if same && old.confirmed() { version + 1 } else { old.confirmed_version },
            settings: wanted,
            updated_at: self.env.now(),
            updated_by: actor.label(),
            scope_person: if same { old.scope_person } else { actor.person() },
            ..old.clone()
        };
        if !settings::put(&mut tx, &kept).await? {
            return Err(DirsyncError::Stale);
        }
        let entry = Entry::act("dirsync.settings_changed").change_of(Some(&old.settings), Some(&kept.settings));
        self.log(&mut tx, actor, Object::new("source", may.source, "directory sync"), entry).await?;
        let connected = self.former(actor.organisation, may.source).await?.is_none();
        let read_before = runs::last_good(&mut tx, may.source, RunKind::Full).await?.is_some();
        if !same && read_before && connected && kept.settings.mode != Mode::Off {
            self.supersede_hold(&mut tx, actor, may.source).await?;
            self.queue_run(&mut tx, actor, &kept, RunKind::Rescope, false, None).await?;
        }
        tx.commit().await?;
        Ok(kept)
    }
}

/// When the next run is due.
pub(crate) fn next_run(
    settings: &Settings,
    full: Option<Timestamp>,
    read: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    if settings.mode == Mode::Off {
        return None;
    }
    let minutes = |minutes: u32| std::time::Duration::from_secs(u64::from(minutes) * 60);
    let full_due = full.map_or(now, |at| at.plus(minutes(settings.full_interval_minutes)));
    let delta_due = read.map_or(now, |at| at.plus(minutes(settings.delta_interval_minutes)));
    // A preview keeps no delta links: only full compares make sense.
    Some(if settings.mode == Mode::Preview { full_due } else { full_due.min(delta_due) })
}

/// Whether a source has not been followed for twice its interval (NET-21); one that was never read counts from its
/// settings on.
pub(crate) fn is_stale(kept: &Kept, read: Option<Timestamp>, now: Timestamp) -> bool {
    let settings = &kept.settings;
    let interval = match settings.mode {
        Mode::Off => return false,
        Mode::Preview => settings.full_interval_minutes,
        Mode::On => settings.delta_interval_minutes.min(settings.full_interval_minutes),
    };
    let twice = std::time::Duration::from_secs(u64::from(interval) * 120);
    let since = read.or((kept.version > 0).then_some(kept.updated_at));
    since.is_some_and(|since| now.since(since) > twice.max(std::time::Duration::from_mins(10)))
}
