//! Collect: reads the source into the staging tables, some pages at a time, each time one unit of work.
//!
//! Deliberately decides nothing. After a stop it goes on with the page after the last one kept. An error ends the run;
//! what was read is never taken for the whole.

use std::collections::{HashMap, HashSet};

use directory::{ObjectKind, StateName};
use graph::GraphError;
use store::Tx;
use uuid::Uuid;

use crate::error::DirsyncError;
use crate::model::{Progress, Resume, RunKind, RunState};
use crate::plan::early::{Planner, Ready, take_back};
use crate::sources::{After, From, Item, Look, Pages, Source};
use crate::store::staged::{self, Removed, Staged, StagedMember};
use crate::store::{changes, settings};
use crate::work::Work;

mod confirm;
mod kind;
mod reader;
mod single;

use kind::Kind;
use reader::{Gathered, Reader};

pub(crate) use single::Subject;

/// From how many objects on the database is told that there are many.
const MANY: u64 = 2_000;

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
        let planner = Planner::of(work).await?;
        let earlier = Earlier::of_users(work, &from, planner.is_some()).await?;
        let pages = source.users(from).await?;
        drain(work, pages, earlier, planner.as_ref()).await?;
    }
    if let Some(from) = groups_from.filter(|_| !work.skips(ObjectKind::Group)) {
        let earlier = Earlier::of(&from);
        let pages = source.groups(from).await?;
        drain(work, pages, earlier, None).await?;
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
    let mut tx = work.store.begin().await?;
    settings::drop_cursors(&mut tx, work.run.source_id).await?;
    forget(work, &mut tx, Resume { reset: true, ..Resume::default() }).await?;
    work.save(&mut tx, RunState::Collecting).await?;
    tx.commit().await?;
    Ok(())
}

/// The rules have changed since users were planned by them: everything is read again.
pub(crate) async fn begin_again(work: &mut Work) -> Result<(), DirsyncError> {
    tracing::info!(dirsync.run_id = %work.run.id, "the rules have changed while users were read; reading again");
    let was = work.run.state;
    work.run.state = RunState::Collecting;
    let reset = work.run.resume.reset;
    let mut tx = work.store.begin().await?;
    forget(work, &mut tx, Resume { reset, ..Resume::default() }).await?;
    work.save(&mut tx, was).await?;
    tx.commit().await?;
    Ok(())
}

async fn forget(work: &mut Work, tx: &mut Tx, resume: Resume) -> Result<(), DirsyncError> {
    work.run.resume = resume;
    work.run.progress = Progress::default();
    changes::clear_after(tx, work.run.id, 0).await?;
    staged::clear(tx, work.run.id).await?;
    Ok(())
}

/// Reads every page. Pages that come fast are written several at a time: a unit of work for each would write the same
/// pages of the tables again and again.
async fn drain<T: Kind + 'static>(
    work: &mut Work,
    pages: Box<dyn Pages<T>>,
    mut earlier: Earlier,
    planner: Option<&Planner>,
) -> Result<(), DirsyncError> {
    let mut reader = Reader::start(pages, work.env.clone());
    loop {
        let Some(current) = reader.next().await else { return Err(DirsyncError::TakenOver) };
        work.go_on()?;
        let current = current?;
        let last = matches!(current.after, After::Link(_));
        keep(work, current, &mut earlier, planner).await?;
        if last {
            return Ok(());
        }
    }
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

    /// Of an early plan it must be known who is in it.
    async fn of_users(work: &Work, from: &From, planned: bool) -> Result<Self, DirsyncError> {
        let mut earlier = Self::of(from);
        if planned && earlier.known.is_none() {
            let mut known = HashSet::new();
            let mut tx = work.store.read().await?;
            changes::each_user(&mut tx, work.run.id, |id| {
                known.insert(id);
            })
            .await?;
            staged::each_id(&mut tx, work.run.id, ObjectKind::User, |id| {
                known.insert(id);
            })
            .await?;
            earlier.known = Some(known);
        }
        Ok(earlier)
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
async fn keep<T: Kind>(
    work: &mut Work,
    page: Gathered<T>,
    earlier: &mut Earlier,
    planner: Option<&Planner>,
) -> Result<(), DirsyncError> {
    let Gathered { items, pages, after } = page;
    let count = items.len() as u64;
    let slices = slices(work, &items);
    work.run.progress.memberships += slices.iter().map(|(_, _, members)| members.len() as u64).sum::<u64>();
    let (ready, rest) = match planner {
        Some(planner) => plan_early(work, planner, last_words(items), earlier).await?,
        None => (None, last_words(items)),
    };
    let mut tx = work.store.begin().await?;
    if let Some(ready) = ready {
        ready.write(&mut tx, work.run.id).await?;
    }
    staged::put_members(&mut tx, work.run.id, slices).await?;
    let rows = completed(work, &mut tx, rest, earlier).await?;
    staged::put(&mut tx, work.run.id, T::KIND, rows).await?;
    let (progress, resume) = (&mut work.run.progress, &mut work.run.resume);
    progress.pages += pages;
    let (read, next, link) = match T::KIND {
        ObjectKind::User => (&mut progress.users, &mut resume.users_next, &mut resume.users_delta),
        ObjectKind::Group => (&mut progress.groups, &mut resume.groups_next, &mut resume.groups_delta),
    };
    *read += count;
    match after {
        After::Next(after) => *next = Some(after),
        After::Link(after) => *link = Some(after),
    }
    work.save(&mut tx, RunState::Collecting).await?;
    tx.commit().await?;
    Ok(())
}

/// Plans those who come for the first time; returns the plan and the rest.
async fn plan_early<T: Kind>(
    work: &mut Work,
    planner: &Planner,
    read: Vec<Latest<T>>,
    earlier: &mut Earlier,
) -> Result<(Option<Ready>, Vec<Latest<T>>), DirsyncError> {
    let enough = |one: &Latest<T>| !earlier.may_have(one.id) && one.seen.as_ref().is_some_and(T::suffices);
    let (fresh, rest): (Vec<_>, Vec<_>) = read.into_iter().partition(enough);
    earlier.add(fresh.iter().map(|one| one.id));
    let fresh = fresh.into_iter().filter_map(|one| Some((one.id, one.seen?.into_early()?)));
    Ok((Some(planner.plan(work, fresh.collect()).await?), rest))
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

/// What was said last of an object.
struct Latest<T> {
    id: Uuid,
    seen: Option<T>,
    removed: Option<Removed>,
}

/// One word per object, the last on each property counting.
fn last_words<T: Kind>(items: Vec<Item<T>>) -> Vec<Latest<T>> {
    let mut latest: Vec<Latest<T>> = Vec::with_capacity(items.len());
    let mut places = HashMap::with_capacity(items.len());
    for item in items {
        let removed = match (&item.seen, item.for_good) {
            (Some(_), _) => None,
            (None, false) => Some(Removed::Changed),
            (None, true) => Some(Removed::Deleted),
        };
        let place = *places.entry(item.object_id).or_insert(latest.len());
        let Some(known) = latest.get_mut(place) else {
            latest.push(Latest { id: item.object_id, seen: item.seen, removed });
            continue;
        };
        known.seen = match (known.seen.take(), item.seen) {
            (Some(before), Some(newer)) => Some(before.overlaid(newer)),
            (_, newer) => newer,
        };
        known.removed = removed;
    }
    latest
}

/// The rows of some pages, completed by what earlier pages told.
async fn completed<T: Kind>(
    work: &mut Work,
    tx: &mut Tx,
    latest: Vec<Latest<T>>,
    earlier: &mut Earlier,
) -> Result<Vec<Staged>, DirsyncError> {
    let again: Vec<_> = latest.iter().map(|one| one.id).filter(|id| earlier.may_have(*id)).collect();
    let mut before: HashMap<Uuid, T> = HashMap::new();
    if T::KIND == ObjectKind::User && work.run.resume.early.is_some() && !again.is_empty() {
        let taken = take_back(work, tx, &again).await?;
        before.extend(taken.into_iter().filter_map(|(id, read)| Some((id, T::from_early(read)?))));
    }
    let partial = |one: &&Latest<T>| earlier.may_have(one.id) && one.seen.as_ref().is_some_and(|seen| !seen.whole());
    let partial: Vec<_> = latest.iter().filter(partial).map(|one| one.id).collect();
    for staged in staged::by_ids(tx, work.run.id, T::KIND, &partial).await? {
        let id = staged.object_id;
        before.extend(T::unstage(staged).map(|read| (id, read)));
    }
    earlier.add(latest.iter().map(|one| one.id));
    let rows = latest.into_iter().map(|Latest { id, seen, removed }| match seen {
        Some(newer) => {
            let seen = match before.remove(&id) {
                Some(before) => before.overlaid(newer),
                None => newer,
            };
            Staged { removed, ..seen.stage(id) }
        }
        None => Staged::gone(id, removed),
    });
    Ok(rows.collect())
}
