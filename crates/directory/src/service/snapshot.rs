//! The whole directory at one revision, line by line: what a new consumer begins with.
//!
//! ```text
//! {"type":"snapshot","format":1,"organisation":…,"revision":…,"at":…}
//! {"type":"user",…}      every user, and
//! {"type":"group",…}     every group, that is not kept out; deleted ones too, as long as they can be restored
//! {"type":"members",…}   up to 1,000 direct members of one group
//! {"type":"end","users":…,"groups":…,"memberships":…}
//! ```
//!
//! Read under one snapshot of the database, bit by bit: memory does not grow with the directory. Whoever has read the
//! last line goes on with the events after `revision`; without the last line it broke off, and is worth nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use kernel::{May, OrganisationId, Timestamp};
use serde::Serialize;
use signals::permissions::ReadEvents;
use store::{StoreError, Tx};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;
use uuid::Uuid;

use super::{Directory, rows};
use crate::attributes::GroupAttributes;
use crate::error::DirectoryError;
use crate::model::{Group, GroupId, MemberKind};
use crate::views::{GroupSummary, UserView};

/// How many snapshots a node gives at once: each holds a connection and a view of the database.
pub(super) const AT_ONCE: usize = 2;
/// How many rows are read together.
const BATCH: usize = 500;
/// How many memberships are read together, and stand on one line at most.
const MEMBERS: usize = 1_000;
/// How long a reader may take for the next part: a view of the database is not kept for one who sleeps.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Snapshot { format: u32, organisation: OrganisationId, revision: i64, at: Timestamp },
    User(Box<UserView>),
    Group(GroupLine<'a>),
    Members { group_id: GroupId, source_id: Uuid, object_id: Uuid, members: Vec<MemberLine> },
    End { revision: i64, users: u64, groups: u64, memberships: u64 },
}

#[derive(Serialize)]
struct GroupLine<'a> {
    #[serde(flatten)]
    summary: GroupSummary,
    attributes: &'a GroupAttributes,
    created_at: Timestamp,
}

#[derive(Serialize)]
struct MemberLine {
    kind: MemberKind,
    object_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

impl Directory {
    /// The whole directory as lines, at the revision that the first one names.
    pub async fn snapshot(
        &self,
        may: &May<ReadEvents>,
    ) -> Result<impl Stream<Item = Result<String, DirectoryError>> + Send + use<>, DirectoryError> {
        let permit = self.snapshots.clone().try_acquire_owned().map_err(|_| DirectoryError::TooManySnapshots)?;
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        let revision = signals::newest(&mut tx, organisation).await?;
        let (out, lines) = mpsc::channel(2);
        let whole = Arc::new(AtomicBool::new(false));
        let writer = Writer { tx, out, organisation, revision, users: 0, groups: 0, memberships: 0 };
        tokio::spawn(writer.run(self.env.now(), whole.clone(), permit));
        let lines = stream::unfold((lines, whole, false), |(mut lines, whole, ended)| async move {
            if ended {
                return None;
            }
            match lines.recv().await {
                Some(part) => Some((part, (lines, whole, false))),
                None if whole.load(Ordering::Acquire) => None,
                None => Some((Err(DirectoryError::BrokenOff), (lines, whole, true))),
            }
        });
        // Whoever packs it asks once more after its end.
        Ok(lines.fuse())
    }
}

/// Why nothing more is written.
enum Stop {
    /// Nobody reads, or too slowly.
    Unread,
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

struct Writer {
    tx: Tx,
    out: mpsc::Sender<Result<String, DirectoryError>>,
    organisation: OrganisationId,
    revision: i64,
    users: u64,
    groups: u64,
    memberships: u64,
}

impl Writer {
    async fn run(mut self, at: Timestamp, whole: Arc<AtomicBool>, _permit: OwnedSemaphorePermit) {
        match self.write(at).await {
            Ok(()) => whole.store(true, Ordering::Release),
            Err(Stop::Unread) => {}
            Err(Stop::Failed(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a snapshot broke off");
            }
        }
    }

    async fn write(&mut self, at: Timestamp) -> Result<(), Stop> {
        let (organisation, revision) = (self.organisation, self.revision);
        self.say(line(&Line::Snapshot { format: 1, organisation, revision, at })).await?;
        self.write_users().await?;
        self.write_groups().await?;
        self.write_members().await?;
        let Self { users, groups, memberships, .. } = *self;
        self.say(line(&Line::End { revision, users, groups, memberships })).await
    }

    async fn say(&self, text: String) -> Result<(), Stop> {
        match timeout(PATIENCE, self.out.send(Ok(text))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Stop::Unread),
        }
    }

    async fn write_users(&mut self) -> Result<(), Stop> {
        let mut after = 0;
        loop {
            let users = rows::snapshot::users_after(&mut self.tx, self.organisation, after, BATCH).await?;
            let Some(last) = users.last().map(|user| user.ordinal) else { return Ok(()) };
            after = last;
            let mut text = String::new();
            for user in users {
                self.users += 1;
                text.push_str(&line(&Line::User(Box::new(user.into()))));
            }
            self.say(text).await?;
        }
    }

    async fn write_groups(&mut self) -> Result<(), Stop> {
        let mut after = 0;
        loop {
            let groups = rows::snapshot::groups_after(&mut self.tx, self.organisation, after, BATCH).await?;
            let Some(last) = groups.last().map(|group| group.ordinal) else { return Ok(()) };
            after = last;
            let mut text = String::new();
            for group in &groups {
                self.groups += 1;
                let (summary, created_at) = (GroupSummary::from(group), group.created_at);
                let group = GroupLine { summary, attributes: &group.attributes, created_at };
                text.push_str(&line(&Line::Group(group)));
            }
            self.say(text).await?;
        }
    }

    async fn write_members(&mut self) -> Result<(), Stop> {
        let mut after = 0;
        loop {
            let groups = rows::snapshot::groups_after(&mut self.tx, self.organisation, after, BATCH).await?;
            let Some(last) = groups.last().map(|group| group.ordinal) else { return Ok(()) };
            after = last;
            self.write_members_of(&groups).await?;
        }
    }

    async fn write_members_of(&mut self, groups: &[Group]) -> Result<(), Stop> {
        let ordinals: Vec<u32> = groups.iter().map(|group| group.ordinal).collect();
        let mut after = (0, Uuid::nil());
        loop {
            let found = rows::snapshot::members_after(&mut self.tx, &ordinals, after, MEMBERS).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = (last.group, last.member.object_id);
            let mut text = String::new();
            for of_group in found.chunk_by(|one, other| one.group == other.group) {
                let Some(group) = groups.iter().find(|group| group.ordinal == of_group[0].group) else { continue };
                let members: Vec<MemberLine> = of_group
                    .iter()
                    .map(|one| MemberLine { kind: one.member.kind, object_id: one.member.object_id, id: one.id })
                    .collect();
                self.memberships += u64::try_from(members.len()).unwrap_or(0);
                let (source_id, object_id) = (group.source.id.0, group.object_id);
                text.push_str(&line(&Line::Members { group_id: group.id, source_id, object_id, members }));
            }
            self.say(text).await?;
        }
    }
}

fn line(line: &Line<'_>) -> String {
    serde_json::to_string(line).expect("invariant: a line is plain data") + "\n"
}
