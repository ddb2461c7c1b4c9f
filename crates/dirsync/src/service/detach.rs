//! Sources that are no longer connected (VPR-13): what becomes of the users they left, and who takes their places.

use std::collections::HashMap;
use std::time::Duration;

use directory::{Act, Cause, Change, ConflictCause, ExcludedBecause, ObjectKind, Origin, SourceId, State, User, read};
use kernel::{Actor, May, Page, PageRequest, Timestamp};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::Tx;
use uuid::Uuid;

use super::Dirsync;
use super::counts::Counted;
use super::runs::On;
use super::scope_preview::SampleUser;
use super::source_settings::StateCount;
use crate::adoption::{MatchedBy, Pair, matched};
use crate::error::DirsyncError;
use crate::jobs::clockwork;
use crate::model::{Run, RunKind, RunState};
use crate::permissions::{DecideConflicts, ReadSync};
use crate::sources::Former;
use crate::store::settings::Kept;
use crate::store::{adoptions, runs, settings};
use crate::work::source_named;

/// A source that is no longer connected and has left users or groups here.
#[derive(Debug, Clone)]
pub struct FormerSource {
    /// The source.
    pub id: SourceId,
    /// What people called it.
    pub name: String,
    /// Since when it is not connected.
    pub disconnected_at: Timestamp,
    /// By whom: an actor's label.
    pub disconnected_by: String,
    /// Users by state and cause.
    pub users: Vec<StateCount>,
    /// Groups by state and cause.
    pub groups: Vec<StateCount>,
    /// Users who can be taken over by a user of another source.
    pub adoptable: u64,
    /// The run that is not over; a held one waits for somebody to confirm.
    pub open_run: Option<Run>,
    /// The newest run that looked at what it left.
    pub last_detach: Option<Run>,
}

/// A user of a disconnected source and the user of a connected one who is the same person.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Adoptable {
    /// Of the disconnected source.
    pub old: SampleUser,
    /// Of a connected source.
    pub new: SampleUser,
    /// Which.
    pub new_source_id: SourceId,
    /// By what they match.
    pub matched_by: MatchedBy,
}

/// Who is taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "which", rename_all = "snake_case")]
pub enum Adopt {
    /// Everybody who can be.
    All,
    /// These users of the disconnected source, by our ids.
    These {
        /// Their ids.
        users: Vec<Uuid>,
    },
}

/// How many users one unit of work takes over.
const PORTION: usize = 500;
/// How long nothing is asked again after a plan was allowed, and after one was rejected.
const AFTER_DONE: Duration = Duration::from_hours(24);
const AFTER_REJECTED: Duration = Duration::from_hours(7 * 24);
const AFTER_FAILURE: Duration = Duration::from_hours(1);
/// How long at least between two looks at what has come due.
const BETWEEN_LOOKS: Duration = Duration::from_mins(5);

impl Dirsync {
    /// Sources that are no longer connected and have left users or groups here.
    pub async fn list_former_sources(&self, may: &May<ReadSync>) -> Result<Vec<FormerSource>, DirsyncError> {
        let mut list = Vec::new();
        for former in self.sources.former(may.actor().organisation).await? {
            let mut tx = self.store.read().await?;
            let Counted { users, groups } = self.counted(&mut tx, may.actor().organisation, former.id).await?;
            if users.is_empty() && groups.is_empty() {
                continue;
            }
            list.push(FormerSource {
                id: former.id,
                name: former.name,
                disconnected_at: former.since,
                disconnected_by: former.by,
                users,
                groups,
                adoptable: adoptions::count(&mut tx, former.id).await?,
                open_run: runs::open(&mut tx, former.id).await?,
                last_detach: runs::last_of(&mut tx, former.id, RunKind::Detach).await?,
            });
        }
        Ok(list)
    }

    /// Users of a disconnected source who can be taken over, as the last plan found them; of a connected one, who could be.
    pub async fn list_adoptable(
        &self,
        may: &May<ReadSync>,
        source: SourceId,
        page: &PageRequest,
    ) -> Result<Page<Adoptable>, DirsyncError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        self.kept(&mut tx, organisation, source).await?;
        let pairs = adoptions::list(&mut tx, source, page).await?;
        let users = users_of(&mut tx, organisation, &pairs.items).await?;
        let shown = pairs.items.iter().filter_map(|pair| {
            let (old, new) = (users.get(&pair.old_user)?, users.get(&pair.new_user)?);
            Some(Adoptable {
                old: SampleUser::of(old),
                new: SampleUser::of(new),
                new_source_id: new.source.id,
                matched_by: pair.matched_by,
            })
        });
        Ok(Page { items: shown.collect(), next: pairs.next })
    }

    /// Lets users of connected sources take the places of users of a disconnected one: the old ones are retired, not put
    /// into conflict, and the log names who took each place. Returns how many; those whose match is no longer exact are
    /// left alone.
    pub async fn adopt_users(
        &self,
        may: &May<DecideConflicts>,
        source: SourceId,
        adopt: &Adopt,
        reason: Option<String>,
    ) -> Result<u64, DirsyncError> {
        let actor = may.actor();
        self.former(actor.organisation, source).await?.ok_or(DirsyncError::NoSuchSource)?;
        let connected: Vec<_> = self.sources.list(actor.organisation).await?.into_iter().map(|(id, _)| id).collect();
        let mut count = 0;
        match adopt {
            Adopt::These { users } if users.len() > 1_000 => {
                return Err(DirsyncError::Invalid("at most 1000 users can be named at once; or take all".to_owned()));
            }
            Adopt::These { users } => {
                for ids in users.chunks(PORTION) {
                    let mut tx = self.store.begin().await?;
                    let pairs = adoptions::find(&mut tx, source, ids).await?;
                    count += self.adopt(&mut tx, actor, source, &pairs, &connected, reason.as_deref()).await?;
                    tx.commit().await?;
                }
            }
            Adopt::All => loop {
                let mut tx = self.store.begin().await?;
                let pairs = adoptions::list(&mut tx, source, &PageRequest::first(PORTION)).await?.items;
                if pairs.is_empty() {
                    break;
                }
                count += self.adopt(&mut tx, actor, source, &pairs, &connected, reason.as_deref()).await?;
                tx.commit().await?;
            },
        }
        Ok(count)
    }

    async fn adopt(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        source: SourceId,
        pairs: &[Pair],
        connected: &[SourceId],
        reason: Option<&str>,
    ) -> Result<u64, DirsyncError> {
        let users = users_of(tx, actor.organisation, pairs).await?;
        let (mut changes, mut entries) = (Vec::new(), Vec::new());
        for pair in pairs {
            let (Some(old), Some(new)) = (users.get(&pair.old_user), users.get(&pair.new_user)) else { continue };
            let fits = old.state.held() && new.state.held() && connected.contains(&new.source.id);
            let Some(by) = matched(&old.attributes, &new.attributes).filter(|_| fits) else { continue };
            changes.push(retired(old));
            entries.push(taken_over(old, new, by, reason));
        }
        let origin = Origin { kind: "request", id: Some(actor.request_id.0) };
        let home = source_named(actor.organisation, source);
        directory::apply(tx, &self.env, actor, home, &changes, origin).await?;
        let count = entries.len() as u64;
        signals::append(tx, &self.env, actor, entries).await?;
        let done: Vec<_> = pairs.iter().map(|pair| pair.old_user).collect();
        adoptions::delete(tx, source, &done).await?;
        Ok(count)
    }

    /// Asks for a plan of what a disconnected source left, when there is something to decide or something has come due.
    pub(super) async fn ask_for_detach(&self, kept: &Kept, former: &Former) -> Result<bool, DirsyncError> {
        let actor = clockwork(&self.env, kept.organisation);
        let mut tx = self.store.begin().await?;
        match runs::open(&mut tx, former.id).await? {
            // It was made when the source was there.
            Some(open) if open.state == RunState::Held && open.kind != RunKind::Detach => {
                self.supersede_hold(&mut tx, &actor, former.id).await?;
            }
            Some(_) => return Ok(false),
            None => {}
        }
        let last =
            runs::last_of(&mut tx, former.id, RunKind::Detach).await?.filter(|run| run.created_at >= former.since);
        if !self.is_wanted(&mut tx, kept, last.as_ref()).await? {
            return Ok(false);
        }
        // A delta link of before would not show those who stayed, once the source is there again.
        settings::drop_cursors(&mut tx, former.id).await?;
        // Until somebody has confirmed it, it is on the account of whoever disconnected the source, however often it is asked.
        let confirmed = last.as_ref().is_some_and(|run| run.state == RunState::Done);
        let by = On {
            label: if last.is_none() { former.by.clone() } else { actor.label() },
            person: former.person.filter(|_| !confirmed),
        };
        self.queue_run_of(&mut tx, by, kept, RunKind::Detach, false, None).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn is_wanted(&self, tx: &mut Tx, kept: &Kept, last: Option<&Run>) -> Result<bool, DirsyncError> {
        let now = self.env.now();
        let rested =
            |pause: Duration| last.and_then(|run| run.finished_at).is_none_or(|ended| ended.plus(pause) <= now);
        let expired = last.is_some_and(|run| run.decision.as_deref() == Some("expired"));
        let pause = match last.map(|run| run.state) {
            None => Duration::ZERO,
            Some(RunState::Rejected) if expired => Duration::ZERO,
            Some(RunState::Rejected) => AFTER_REJECTED,
            Some(RunState::Failed) => AFTER_FAILURE,
            Some(_) => AFTER_DONE,
        };
        if rested(pause) && unsettled(&self.counted(tx, kept.organisation, kept.source_id).await?) {
            return Ok(true);
        }
        let pause = if matches!(last.map(|run| run.state), Some(RunState::Done)) { BETWEEN_LOOKS } else { pause };
        let home = source_named(kept.organisation, kept.source_id);
        let is_due = !read::users_due(tx, home, now, 1).await?.is_empty()
            || !read::groups_due(tx, home, now, 1).await?.is_empty();
        Ok(is_due && rested(pause))
    }

    /// A plan of what a source left gives way when the source is connected again.
    pub(super) async fn end_detach(&self, kept: &Kept) -> Result<(), DirsyncError> {
        let mut tx = self.store.begin().await?;
        let open = runs::open(&mut tx, kept.source_id).await?;
        if open.is_some_and(|run| run.kind == RunKind::Detach && run.state == RunState::Held) {
            let actor = clockwork(&self.env, kept.organisation);
            self.supersede_hold(&mut tx, &actor, kept.source_id).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Whether some of these are not in conflict because of their source's end yet.
fn unsettled(counted: &Counted) -> bool {
    let mut counts = counted.users.iter().chain(&counted.groups);
    counts.any(|count| match (count.state.as_str(), count.cause.as_deref()) {
        ("conflict", cause) => cause != Some(ConflictCause::SourceSwitched.as_str()),
        ("excluded", cause) => cause != Some(ExcludedBecause::Retired.as_str()),
        ("deleted", _) => false,
        _ => true,
    })
}

/// The users of some pairs by their ids.
async fn users_of(
    tx: &mut Tx,
    organisation: kernel::OrganisationId,
    pairs: &[Pair],
) -> Result<HashMap<Uuid, User>, DirsyncError> {
    let ids: Vec<_> = pairs.iter().flat_map(|pair| [pair.old_user, pair.new_user]).collect();
    let users = read::users_by_ids(tx, organisation, &ids).await?;
    Ok(users.into_iter().map(|user| (user.id.0, user)).collect())
}

fn retired(old: &User) -> Change {
    Change {
        kind: ObjectKind::User,
        object_id: old.object_id,
        name: old.name(),
        act: Act::SetState { state: State::Excluded { because: ExcludedBecause::Retired } },
        cause: Cause::Operator,
        base: Some(old.revision),
    }
}

fn taken_over(old: &User, new: &User, by: MatchedBy, reason: Option<&str>) -> Entry {
    let after = serde_json::json!({
        "adopted_by": { "id": new.id, "name": new.name(), "source_id": new.source.id, "object_id": new.object_id },
        "matched_by": by,
    });
    let mut entry = Entry::act("dirsync.user_adopted").object(Object::new("user", old.id, old.name())).after(&after);
    entry.reason = reason.map(str::to_owned);
    entry
}
