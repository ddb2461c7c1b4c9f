//! Collect: reads the source into the staging tables, some pages at a time, each time one unit of work.
//!
//! Deliberately decides nothing. After a stop it goes on with the page after the last one kept. An error ends the run;
//! what was read is never taken for the whole.

use std::collections::{HashMap, HashSet};

use directory::{ObjectKind, StateName};
use graph::GraphError;
use kernel::Env;
use uuid::Uuid;

use crate::error::DirsyncError;
use crate::model::{RunKind, RunState};
use crate::sources::{After, From, Item, Look, Pages, Source};
use crate::store::settings;
use crate::store::staged::{self, Removed, Staged, StagedMember};
use crate::work::Work;

mod confirm;
mod kind;
mod single;

use kind::Kind;

pub(crate) use single::Subject;

/// From how many objects on the database is told that there are many.
const MANY: u64 = 2_000;
/// How many objects are written together.
const ENOUGH: usize = 2_000;
/// How long pages are gathered before they are written.
const LONG: std::time::Duration = std::time::Duration::from_secs(1);

/// Reads what the run is to read.
pub(crate) async fn collect(work: &mut Work, source: &dyn Source) -> Result<(), DirsyncError> {
    match work.run.kind {
        RunKind::Rescope | RunKind::Undo | RunKind::Detach => Ok(()),
        RunKind::Single => single::collect(work, source).await,
        RunKind::Full | RunKind::Delta => match read_all(work, source).await {
            Err(DirsyncError::Graph(GraphError::DeltaReset { .. })) if !work.run.resume.reset => {
                start_over(work).await?;
                read_all(work, source).await
            }
            outcome => outcome,
        },
    }
}

async fn read_all(work: &mut Work, source: &dyn Source) -> Result<(), DirsyncError> {
    let (users_from, groups_from) = beginnings(work).await?;
    if work.run.kind == RunKind::Full && work.run.progress.users_expected.is_none() {
        // Only for the progress bar: a source that does not say is no reason to stop.
        work.run.progress.users_expected = source.user_count().await.unwrap_or_default();
    }
    if let Some(from) = users_from.filter(|_| !work.skips(ObjectKind::User)) {
        let earlier = Earlier::of(&from);
        let pages = source.users(from).await?;
        drain(work, pages, earlier).await?;
    }
    if let Some(from) = groups_from.filter(|_| !work.skips(ObjectKind::Group)) {
        let earlier = Earlier::of(&from);
        let pages = source.groups(from).await?;
        drain(work, pages, earlier).await?;
    }
    if work.run.progress.users + work.run.progress.groups >= MANY {
        let mut tx = work.store.begin().await?;
        staged::analyze(&mut tx).await?;
        tx.commit().await?;
    }
    if !work.run.resume.confirmed {
        confirm::confirm(work, source).await?;
    }
    Ok(())
}

/// Where to begin with users and with groups; `None` where reading is over already.
async fn beginnings(work: &mut Work) -> Result<(Option<From>, Option<From>), DirsyncError> {
    let (mut users, mut groups) = (From::Everything, From::Everything);
    if work.run.kind == RunKind::Delta {
        let mut tx = work.store.read().await?;
        let links = (
            settings::cursor(&mut tx, work.run.source_id, "user").await?,
            settings::cursor(&mut tx, work.run.source_id, "group").await?,
        );
        match links {
            (Some(user_link), Some(group_link)) => (users, groups) = (From::Link(user_link), From::Link(group_link)),
            // The other kind is not read now.
            (Some(user_link), None) if work.skips(ObjectKind::Group) => users = From::Link(user_link),
            (None, Some(group_link)) if work.skips(ObjectKind::User) => groups = From::Link(group_link),
            _ => work.run.kind = RunKind::Full,
        }
    }
    let resume = &work.run.resume;
    let pick = |done: &Option<String>, next: &Option<String>, first| match (done, next) {
        (Some(_), _) => None,
        (None, Some(next)) => Some(From::Next(next.clone())),
        (None, None) => Some(first),
    };
    let users = pick(&resume.users_delta, &resume.users_next, users);
    let groups = pick(&resume.groups_delta, &resume.groups_next, groups);
    Ok((users, groups))
}

/// The source refused the delta link: everything is read, and compared with what is known (NET-18).
async fn start_over(work: &mut Work) -> Result<(), DirsyncError> {
    tracing::info!(dirsync.run_id = %work.run.id, "the delta link is no longer accepted; reading everything");
    work.run.kind = RunKind::Full;
    work.run.resume = crate::model::Resume { reset: true, ..Default::default() };
    work.run.progress = crate::model::Progress::default();
    let mut tx = work.store.begin().await?;
    staged::clear(&mut tx, work.run.id).await?;
    settings::drop_cursors(&mut tx, work.run.source_id).await?;
    work.save(&mut tx, RunState::Collecting).await?;
    tx.commit().await?;
    Ok(())
}

/// Reads every page, fetching the next ones while the last ones are written. Pages that come fast are written several at
/// a time: a unit of work for each would write the same pages of the tables again and again.
async fn drain<T: Kind + 'static>(
    work: &mut Work,
    mut pages: Box<dyn Pages<T>>,
    mut earlier: Earlier,
) -> Result<(), DirsyncError> {
    let mut next = gather(pages.as_mut(), work.env.clone()).await?;
    while let Some(current) = next {
        work.go_on()?;
        let last = matches!(current.after, After::Link(_));
        let env = work.env.clone();
        let kept = keep(work, current, &mut earlier);
        let (read, kept) = if last { (Ok(None), kept.await) } else { tokio::join!(gather(pages.as_mut(), env), kept) };
        kept?;
        next = read?;
    }
    Ok(())
}

/// What is read until there is enough to write, or for long enough to lose no more of it.
async fn gather<T>(pages: &mut dyn Pages<T>, env: Env) -> Result<Option<Gathered<T>>, GraphError> {
    let (begin, mut gathered) = (env.now(), None::<Gathered<T>>);
    while let Some(page) = pages.next().await? {
        let read = gathered.get_or_insert_with(|| Gathered { items: Vec::new(), pages: 0, after: page.after.clone() });
        read.items.extend(page.items);
        read.pages += 1;
        read.after = page.after;
        let weight: usize = read.items.iter().map(|item| 1 + item.members.len() / 20).sum();
        if weight >= ENOUGH || matches!(read.after, After::Link(_)) || env.now().since(begin) >= LONG {
            break;
        }
    }
    Ok(gathered)
}

/// Some pages together.
struct Gathered<T> {
    items: Vec<Item<T>>,
    pages: u64,
    after: After,
}

/// The objects that earlier pages of a read told of.
struct Earlier {
    /// Nothing where an earlier execution read some of the pages.
    known: Option<HashSet<Uuid>>,
}

impl Earlier {
    fn of(from: &From) -> Self {
        Self { known: (!matches!(from, From::Next(_))).then(HashSet::new) }
    }

    fn may_have(&self, id: Uuid) -> bool {
        self.known.as_ref().is_none_or(|known| known.contains(&id))
    }

    fn add(&mut self, ids: impl Iterator<Item = Uuid>) {
        if let Some(known) = &mut self.known {
            known.extend(ids);
        }
    }
}

/// Writes some pages.
async fn keep<T: Kind>(work: &mut Work, page: Gathered<T>, earlier: &mut Earlier) -> Result<(), DirsyncError> {
    let mut tx = work.store.begin().await?;
    let count = page.items.len() as u64;
    let slices = slices(work, &page.items);
    work.run.progress.memberships += slices.iter().map(|(_, _, members)| members.len() as u64).sum::<u64>();
    staged::put_members(&mut tx, work.run.id, slices).await?;
    let rows = merged(work, &mut tx, page.items, earlier).await?;
    staged::put(&mut tx, work.run.id, T::KIND, rows).await?;
    let (progress, resume) = (&mut work.run.progress, &mut work.run.resume);
    progress.pages += page.pages;
    let (read, next, link) = match T::KIND {
        ObjectKind::User => (&mut progress.users, &mut resume.users_next, &mut resume.users_delta),
        ObjectKind::Group => (&mut progress.groups, &mut resume.groups_next, &mut resume.groups_delta),
    };
    *read += count;
    match page.after {
        After::Next(after) => *next = Some(after),
        After::Link(after) => *link = Some(after),
    }
    work.save(&mut tx, RunState::Collecting).await?;
    tx.commit().await?;
    Ok(())
}

fn slices<T>(work: &mut Work, items: &[Item<T>]) -> Vec<(Uuid, i64, Vec<StagedMember>)> {
    let mut slices = Vec::new();
    for item in items.iter().filter(|item| !item.members.is_empty()) {
        let members = item.members.iter().map(|(member, removed)| StagedMember { member: *member, removed: *removed });
        work.run.resume.slice += 1;
        slices.push((item.object_id, work.run.resume.slice, members.collect()));
    }
    slices
}

/// The rows of some pages: one per object, the last word on each property counting, over pages too.
async fn merged<T: Kind>(
    work: &Work,
    tx: &mut store::Tx,
    items: Vec<Item<T>>,
    earlier: &mut Earlier,
) -> Result<Vec<Staged>, DirsyncError> {
    let mut order = Vec::with_capacity(items.len());
    let mut latest: HashMap<Uuid, (Option<T>, Option<Removed>)> = HashMap::with_capacity(items.len());
    for item in items {
        let removed = match (&item.seen, item.for_good) {
            (Some(_), _) => None,
            (None, false) => Some(Removed::Changed),
            (None, true) => Some(Removed::Deleted),
        };
        let before = latest.remove(&item.object_id);
        if before.is_none() {
            order.push(item.object_id);
        }
        let seen = match (before.and_then(|(seen, _)| seen), item.seen) {
            (Some(before), Some(newer)) => Some(before.overlaid(newer)),
            (_, newer) => newer,
        };
        latest.insert(item.object_id, (seen, removed));
    }
    let partial: Vec<_> = latest
        .iter()
        .filter(|(id, (seen, _))| earlier.may_have(**id) && seen.as_ref().is_some_and(|seen| !seen.whole()))
        .map(|(id, _)| *id)
        .collect();
    earlier.add(latest.keys().copied());
    for earlier in staged::by_ids(tx, work.run.id, T::KIND, &partial).await? {
        let id = earlier.object_id;
        if let (Some(parsed), Some((seen, _))) = (T::unstage(earlier), latest.get_mut(&id)) {
            *seen = seen.take().map(|newer| parsed.overlaid(newer));
        }
    }
    Ok(order
        .into_iter()
        .filter_map(|object_id| {
            let (seen, removed) = latest.remove(&object_id)?;
            Some(match seen {
                Some(seen) => Staged { removed, ..seen.stage(object_id) },
                None => Staged::gone(object_id, removed),
            })
        })
        .collect())
}
