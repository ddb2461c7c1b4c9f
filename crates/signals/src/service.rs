//! The room's door for readers: follow the log, page through it, export it, check it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream as Streaming;
use futures_util::stream;
use kernel::{May, OrganisationId, Page, PageRequest, text_enum};
use serde::Serialize;
use store::Store;
use tokio::time::{Instant, timeout_at};

use crate::chain::{self, Verdict};
use crate::permissions::{ReadAudit, ReadEvents};
use crate::{EventView, Filter, Identities, KnowObjects, Logged, Revision, SignalsError, Stream, cef, read};

/// The longest a follower may wait for news.
pub const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// The most events of one answer.
pub const MOST_EVENTS: usize = 500;
/// How often a waiting follower looks without being called: notifications are hints.
const POLL: Duration = Duration::from_secs(2);
/// How many entries an export reads at a time.
const BATCH: usize = 500;

text_enum!(
    /// How an export looks.
    pub enum ExportFormat {
        /// One JSON object a line, as the events API gives it.
        JsonLines = "jsonl",
        /// One line of Common Event Format each.
        Cef = "cef",
    }
);

impl ExportFormat {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::JsonLines => "application/jsonl; charset=utf-8",
            Self::Cef => "text/plain; charset=utf-8",
        }
    }

    fn line(self, entry: Logged) -> String {
        match self {
            Self::JsonLines => {
                serde_json::to_string(&EventView::from(entry)).expect("invariant: an entry is plain data")
            }
            Self::Cef => cef::line(&entry),
        }
    }
}

/// What a follower asks for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// What it has read already; 0 is nothing.
    pub after: Revision,
    /// Only these event names, or `user.*`; empty is all.
    pub types: Vec<String>,
    /// How many at most.
    pub limit: usize,
    /// How long to wait when there is nothing new.
    pub wait: Duration,
}

/// What a follower gets.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Events)]
pub struct Followed {
    /// The events, oldest first.
    pub events: Vec<EventView>,
    /// What to send as `after` next time; it moves past events that were not asked for.
    pub after: Revision,
    /// Where the log ends.
    pub newest: Revision,
}

/// The log for readers. Cheap to clone.
#[derive(Clone)]
pub struct Signals {
    store: Store,
    objects: Option<Arc<dyn KnowObjects>>,
}

impl Signals {
    /// The log of a database.
    pub fn new(store: Store) -> Self {
        Self { store, objects: None }
    }

    /// The same, which says where objects come from.
    #[must_use]
    pub fn with_objects(self, objects: Arc<dyn KnowObjects>) -> Self {
        Self { objects: Some(objects), ..self }
    }

    /// Events after a revision; waits for one until `closing` or the wished time. Who may not read the audit trail
    /// follows the directory's changes only.
    pub async fn follow(
        &self,
        may: &May<ReadEvents>,
        wish: Wish,
        closing: impl Future<Output = ()>,
    ) -> Result<Followed, SignalsError> {
        let actor = may.actor();
        let stream = actor.may(ReadAudit {}).is_err().then_some(Stream::Change);
        let filter = Filter { stream, names: wish.types, ..Filter::default() };
        let limit = wish.limit.clamp(1, MOST_EVENTS);
        let end = Instant::now() + wish.wait.min(LONGEST_WAIT);
        let mut closing = std::pin::pin!(closing);
        let mut changes = self.store.changes();
        let mut after = wish.after;
        loop {
            changes.borrow_and_update();
            let found = self.events(actor.organisation, &filter, after, limit).await?;
            if !found.events.is_empty() || Instant::now() >= end {
                return Ok(found);
            }
            after = found.after;
            let next_look = end.min(Instant::now() + POLL);
            tokio::select! {
                _ = timeout_at(next_look, changes.changed()) => {}
                () = &mut closing => return Ok(found),
            }
        }
    }

    /// One page of the audit trail, newest first.
    pub async fn audit(
        &self,
        may: &May<ReadAudit>,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<Page<EventView>, SignalsError> {
        check(filter)?;
        let mut tx = self.store.read().await?;
        Ok(read::list(&mut tx, may.actor().organisation, filter, page).await?.map(Into::into))
    }

    /// Every matching entry up to now, oldest first, as lines; read bit by bit, so that a log of any length streams.
    pub async fn export(
        &self,
        may: &May<ReadAudit>,
        filter: Filter,
        format: ExportFormat,
    ) -> Result<impl Streaming<Item = Result<String, SignalsError>> + Send + use<>, SignalsError> {
        check(&filter)?;
        let organisation = may.actor().organisation;
        let newest = read::newest(&mut self.store.read().await?, organisation).await?;
        let store = self.store.clone();
        Ok(stream::try_unfold((store, filter, 0), move |(store, filter, after)| async move {
            let mut tx = store.read().await?;
            let mut entries = read::oldest_first(&mut tx, organisation, &filter, after, BATCH).await?;
            drop(tx);
            entries.retain(|entry| entry.revision <= newest);
            let Some(last) = entries.last().map(|entry| entry.revision) else { return Ok(None) };
            let lines = entries.into_iter().map(|entry| format.line(entry) + "\n").collect();
            Ok(Some((lines, (store, filter, last))))
        }))
    }

    /// Checks the whole chain.
    pub async fn verify(&self, may: &May<ReadAudit>) -> Result<Verdict, SignalsError> {
        Ok(chain::verify(&self.store, may.actor().organisation).await?)
    }

    async fn events(
        &self,
        organisation: OrganisationId,
        filter: &Filter,
        after: Revision,
        limit: usize,
    ) -> Result<Followed, SignalsError> {
        let mut tx = self.store.read().await?;
        let newest = read::newest(&mut tx, organisation).await?;
        if after > newest {
            return Err(SignalsError::Ahead { after, newest });
        }
        let entries = read::oldest_first(&mut tx, organisation, filter, after, limit).await?;
        let whole = entries.len() < limit;
        let after = entries.last().filter(|_| !whole).map_or(newest, |last| last.revision);
        drop(tx);
        let known = match &self.objects {
            Some(objects) if !entries.is_empty() => objects.identities(organisation, &entries).await?,
            _ => Identities::default(),
        };
        let events = entries.into_iter().map(|entry| known.complete(entry.into())).collect();
        Ok(Followed { events, after, newest })
    }
}

fn check(filter: &Filter) -> Result<(), SignalsError> {
    match (filter.from, filter.until) {
        (Some(from), Some(until)) if from >= until => {
            Err(SignalsError::Invalid("from must be before until".to_owned()))
        }
        _ => Ok(()),
    }
}
