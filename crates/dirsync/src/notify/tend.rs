//! Keeps the subscriptions at Graph as they should be: asked for, renewed, ended.

use async_trait::async_trait;
use directory::SourceId;
use graph::GraphError;
use kernel::{Env, Kinded as _, OrganisationId, Secret, Timestamp};
use signals::{Entry, Object};
use store::queue::Job;
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx};
use tokio::sync::watch;

use super::decide::{LIFE, Next, Step, renew_at, step, try_at};
use super::{Hook, HookId, Resource, Subscribed, Trouble, follow, jobs};
use crate::Dirsync;
use crate::error::DirsyncError;
use crate::jobs::clockwork;
use crate::sources::Notifier;
use crate::store::settings::Kept;
use crate::store::{settings, subscriptions};

/// The kind of the job that talks to Graph about subscriptions.
pub(crate) const TEND: &str = "dirsync.tend_notifications";
/// Steps that one subscription takes at once: ended, asked for anew.
const STEPS: usize = 4;

/// Queues the job, unless it waits or runs already: two would ask Graph for the same twice.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    env: &Env,
    (organisation, source): (OrganisationId, SourceId),
) -> Result<(), StoreError> {
    jobs::enqueue(tx, env, TEND, source.to_string(), (organisation, source)).await
}

/// Talks to Graph about subscriptions.
pub(crate) struct TendHandler(pub(crate) Dirsync);

#[async_trait]
impl Handler for TendHandler {
    fn kind(&self) -> &'static str {
        TEND
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        self.0.tend(jobs::source_of(job)?).await.map_err(|error| JobError::from_error(&error))?;
        Ok(Outcome::Done)
    }
}

impl Dirsync {
    /// Asks for what is due: a talk with Graph, or a run that was told to be worth it and got no job.
    pub(crate) async fn tend_notifications(&self) -> Result<(), DirsyncError> {
        let mut tx = self.store.read().await?;
        let rows = subscriptions::all(&mut tx).await?;
        if rows.is_empty() && self.hook.is_none() {
            return Ok(());
        }
        let all = settings::all(&mut tx, None).await?;
        drop(tx);
        for kept in all {
            let own: Vec<_> = rows.iter().filter(|row| row.source_id == kept.source_id).collect();
            if kept.settings.notifications || !own.is_empty() {
                self.ask_for_talk(&kept, &own).await?;
            }
        }
        Ok(())
    }

    async fn ask_for_talk(&self, kept: &Kept, rows: &[&Subscribed]) -> Result<(), DirsyncError> {
        let wanted = self.wanted_address(kept).await?;
        let now = self.env.now();
        let of = |resource: Resource| rows.iter().copied().find(|row| row.resource == resource);
        let due = Resource::ALL.iter().any(|resource| step(wanted, of(*resource), now) != Step::Rest);
        let heard_at = rows.iter().filter_map(|row| row.heard_at).max();
        let mut tx = self.store.read().await?;
        let asks = wanted.is_some() && self.next_of(&mut tx, kept, heard_at).await? == Next::Ask;
        drop(tx);
        let told = heard_at.filter(|_| asks);
        if !due && told.is_none() {
            return Ok(());
        }
        let source = (kept.organisation, kept.source_id);
        let mut tx = self.store.begin().await?;
        if due {
            enqueue(&mut tx, &self.env, source).await?;
        }
        if let Some(heard_at) = told {
            follow::enqueue(&mut tx, &self.env, source, heard_at).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The public address that Graph is to tell us at, where it is to tell us about this source at all.
    pub(super) async fn wanted_address(&self, kept: &Kept) -> Result<Option<&str>, DirsyncError> {
        let Some(hook) = self.hook.as_ref().filter(|_| kept.settings.wants_notifications()) else { return Ok(None) };
        let connected = self.sources.list(kept.organisation).await?.iter().any(|(id, _)| *id == kept.source_id);
        if !connected {
            return Ok(None);
        }
        let freeze = self.sources.frozen(kept.organisation, kept.source_id).await?;
        Ok((!freeze.is_some_and(|freeze| freeze.paused)).then_some(&*hook.base))
    }

    /// Brings the subscriptions of a source to what they should be.
    async fn tend(&self, source: SourceId) -> Result<(), DirsyncError> {
        let mut tx = self.store.read().await?;
        let Some(kept) = settings::find(&mut tx, source).await? else { return Ok(()) };
        drop(tx);
        let wanted = self.wanted_address(&kept).await?;
        let notifier = self.sources.notifier(kept.organisation, source).await?;
        for resource in Resource::ALL {
            for _ in 0..STEPS {
                if !self.take_step(&kept, wanted, notifier.as_deref(), *resource).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes one step with one subscription; `false` when nothing more is to be done now.
    async fn take_step(
        &self,
        kept: &Kept,
        wanted: Option<&str>,
        notifier: Option<&dyn Notifier>,
        resource: Resource,
    ) -> Result<bool, DirsyncError> {
        let rows = subscriptions::of_source(&mut self.store.read().await?, kept.source_id).await?;
        let row = rows.into_iter().find(|row| row.resource == resource);
        let step = step(wanted, row.as_ref(), self.env.now());
        match (step, row, notifier) {
            (Step::Subscribe, None, Some(_)) => self.write_down(kept, resource).await,
            (Step::Subscribe, Some(row), Some(notifier)) => self.subscribe(kept, &row, notifier).await,
            (Step::Renew, Some(row), Some(notifier)) => self.renew(kept, &row, notifier).await,
            (Step::End, Some(row), Some(notifier)) => self.end_there(kept, &row, notifier).await,
            // Without a way to the tenant nothing of it can be ended there: it ends by itself.
            (Step::Forget | Step::End, Some(row), _) => self.forget(kept, &row).await,
            _ => Ok(false),
        }
    }

    /// Writes a subscription down before Graph is asked: Graph calls the address before it agrees.
    async fn write_down(&self, kept: &Kept, resource: Resource) -> Result<bool, DirsyncError> {
        let Some(hook) = &self.hook else { return Ok(false) };
        let id: HookId = self.env.new_id();
        let state = Secret::new(self.env.rng.token::<32>());
        let new = Subscribed {
            id,
            organisation: kept.organisation,
            source_id: kept.source_id,
            resource,
            client_state: hook.sealer.seal(subscriptions::place(id), state.expose().as_bytes()),
            address: hook.address(id),
            graph_id: None,
            expires_at: None,
            renew_at: None,
            heard_at: None,
            attempts: 0,
            try_at: self.env.now(),
            trouble: None,
        };
        let mut tx = self.store.begin().await?;
        subscriptions::insert(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn subscribe(&self, kept: &Kept, row: &Subscribed, notifier: &dyn Notifier) -> Result<bool, DirsyncError> {
        let Some(hook) = &self.hook else { return Ok(false) };
        let until = self.env.now().plus(LIFE);
        let asked = ask(hook, row, notifier, until).await?;
        let (graph_id, expires_at) = match asked {
            Ok(agreed) => agreed,
            Err(error) => return self.in_vain(kept, row, &error).await,
        };
        let mut tx = self.store.begin().await?;
        subscriptions::agreed(&mut tx, row.id, &graph_id, expires_at, renew_at(self.env.now(), expires_at)).await?;
        self.note_talk(&mut tx, kept, Entry::act("dirsync.notifications_begun").reason(row.resource.as_str())).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn renew(&self, kept: &Kept, row: &Subscribed, notifier: &dyn Notifier) -> Result<bool, DirsyncError> {
        let graph_id = row.graph_id.clone().unwrap_or_default();
        let renewed = notifier.renew(&graph_id, self.env.now().plus(LIFE)).await;
        let renewed = match renewed {
            Ok(renewed) => renewed,
            Err(error) => return self.in_vain(kept, row, &error).await,
        };
        let now = self.env.now();
        let mut tx = self.store.begin().await?;
        if let Some(until) = renewed {
            subscriptions::agreed(&mut tx, row.id, &graph_id, until, renew_at(now, until)).await?;
        } else {
            // Graph has it no more, and since when nobody knows: it is asked for anew, and the source is read.
            subscriptions::lost(&mut tx, row.id, now).await?;
            follow::enqueue(&mut tx, &self.env, (kept.organisation, kept.source_id), now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn end_there(&self, kept: &Kept, row: &Subscribed, notifier: &dyn Notifier) -> Result<bool, DirsyncError> {
        match notifier.end(row.graph_id.as_deref().unwrap_or_default()).await {
            Ok(()) => self.forget(kept, row).await,
            Err(error) => self.in_vain(kept, row, &error).await,
        }
    }

    async fn forget(&self, kept: &Kept, row: &Subscribed) -> Result<bool, DirsyncError> {
        let mut tx = self.store.begin().await?;
        subscriptions::delete(&mut tx, row.id).await?;
        if row.graph_id.is_some() {
            let entry = Entry::act("dirsync.notifications_ended").reason(row.resource.as_str());
            self.note_talk(&mut tx, kept, entry).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that Graph was asked in vain, in the log only when the reason is another one.
    async fn in_vain(&self, kept: &Kept, row: &Subscribed, error: &GraphError) -> Result<bool, DirsyncError> {
        let trouble = trouble(row, error);
        let attempts = row.attempts.saturating_add(1);
        let at = try_at(self.env.now(), attempts, error.retry_after());
        let mut tx = self.store.begin().await?;
        subscriptions::failed(&mut tx, row.id, &trouble, attempts, at).await?;
        if row.trouble.as_ref().is_none_or(|before| before.code != trouble.code) {
            let entry =
                Entry::act("dirsync.notifications_failed").reason(format!("{}: {}", row.resource, trouble.detail));
            self.note_talk(&mut tx, kept, entry).await?;
        }
        tx.commit().await?;
        Ok(false)
    }

    /// Ends the subscriptions of a source for as long as its tenant can still be reached: it is about to be disconnected.
    pub async fn end_notifications(&self, organisation: OrganisationId, source: SourceId) -> Result<(), DirsyncError> {
        let rows = subscriptions::of_source(&mut self.store.read().await?, source).await?;
        let rows: Vec<_> = rows.into_iter().filter(|row| row.organisation == organisation).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let notifier = self.sources.notifier(organisation, source).await?;
        for row in &rows {
            if let (Some(notifier), Some(graph_id)) = (&notifier, &row.graph_id)
                && let Err(error) = notifier.end(graph_id).await
            {
                tracing::warn!(dirsync.source_id = %source, %error, "a subscription ends only when its time is over");
            }
        }
        let mut tx = self.store.begin().await?;
        for row in &rows {
            subscriptions::delete(&mut tx, row.id).await?;
        }
        let entry = Entry::act("dirsync.notifications_ended").reason("the tenant is disconnected");
        let object = Object::new("source", source, "directory sync");
        self.log(&mut tx, &clockwork(&self.env, organisation), object, entry).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn note_talk(&self, tx: &mut Tx, kept: &Kept, entry: Entry) -> Result<(), DirsyncError> {
        let actor = clockwork(&self.env, kept.organisation);
        self.log(tx, &actor, Object::new("source", kept.source_id, "directory sync"), entry).await
    }
}

/// Asks Graph for a subscription, after ending what an earlier attempt may have left at the same address.
async fn ask(
    hook: &Hook,
    row: &Subscribed,
    notifier: &dyn Notifier,
    until: Timestamp,
) -> Result<Result<(String, Timestamp), GraphError>, DirsyncError> {
    let state = hook.sealer.open_text(subscriptions::place(row.id), &row.client_state)?;
    if let Err(error) = notifier.end_all_at(&row.address).await {
        return Ok(Err(error));
    }
    Ok(notifier.begin(row.resource, &row.address, state, until).await)
}

/// What went wrong in words, and what to do about it.
fn trouble(row: &Subscribed, error: &GraphError) -> Trouble {
    let refusal = error.refusal();
    let is = |code: &str| refusal.is_some_and(|refusal| refusal.is(code));
    let unheard =
        is("ValidationError") || refusal.is_some_and(|refusal| refusal.message.contains("validation request"));
    let mend = if unheard {
        format!(
            "Microsoft must reach {} from the internet, with a certificate of a public authority: let POST through your \
             proxy and firewall",
            row.address
        )
    } else if is("ExtensionError") {
        "the tenant has as many subscriptions as Graph allows; end those that nobody needs".to_owned()
    } else if error.is_forbidden() {
        "grant the application User.Read.All and Group.Read.All: Graph asks for both before it tells of changes. The tenant's \
         list of permissions has them when it is used for change_notifications"
            .to_owned()
    } else if matches!(error, GraphError::Token(_) | GraphError::Credentials(_)) {
        "mend the tenant's connection first: run its test".to_owned()
    } else if error.try_again() {
        "nothing: Graph is asked again by itself".to_owned()
    } else {
        "look at what Graph said; it is asked again by itself".to_owned()
    };
    let code = error.raw_code().unwrap_or_else(|| error.code().to_owned());
    Trouble { code, detail: JobError::from_error(error).0, mend }
}
