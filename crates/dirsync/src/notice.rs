//! Telling the owners of a source that a plan waits for them (NET-03): a job that writes a letter, tried again until the
//! mail server takes it.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Env, OperatorId, OrganisationId, Timestamp};
use mail::{Letter, Mailer};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx, queue};
use tokio::sync::watch;

use crate::error::DirsyncError;
use crate::guard::{Breach, Verdict};
use crate::jobs::clockwork;
use crate::model::{Run, RunId, RunState};
use crate::service::Dirsync;
use crate::service::second_person::LATELY;
use crate::store::{runs, settings};
use crate::totals::Totals;

/// The kind of the job that tells the owners of a held plan.
pub const TELL: &str = "dirsync.tell_owners";
/// How often it is tried; with the queue's back-off that is longer than a hold lasts.
const ATTEMPTS: u32 = 30;

/// Finds operators' mail addresses: what telling owners needs of those who know the operators.
#[async_trait]
pub trait KnowOperators: Send + Sync {
    /// The mail address of an operator who may sign in, by user name.
    async fn mail_of(&self, organisation: OrganisationId, user_name: &str) -> Result<Option<String>, DirsyncError>;

    /// Whether somebody beside this operator may decide held plans, or could have not long before `since`.
    async fn somebody_else_decides(
        &self,
        _organisation: OrganisationId,
        _person: OperatorId,
        _since: Timestamp,
    ) -> Result<bool, DirsyncError> {
        Ok(true)
    }
}

/// What letters are sent with.
#[derive(Clone)]
pub struct Post {
    /// Who sends; none where no mail server is set up.
    pub mailer: Option<Mailer>,
    /// Where people reach the console, without a slash at its end.
    pub url: String,
    /// Who knows the operators' addresses.
    pub operators: Arc<dyn KnowOperators>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    run: RunId,
}

/// Queues the letter about a held plan, in the unit of work that holds it.
pub(crate) async fn enqueue(tx: &mut Tx, env: &Env, run: &Run) -> Result<(), StoreError> {
    let job = NewJob {
        organisation: run.organisation,
        kind: TELL,
        unique_key: Some(run.id.to_string()),
        payload: serde_json::json!({ "run": run.id }),
        run_at: env.now(),
        max_attempts: ATTEMPTS,
    };
    queue::enqueue(tx, env, job).await?;
    Ok(())
}

/// Tells owners.
pub(crate) struct TellHandler(pub(crate) Dirsync);

#[async_trait]
impl Handler for TellHandler {
    fn kind(&self) -> &'static str {
        TELL
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        self.0.tell_owners(job.organisation, payload.run).await.map(|()| Outcome::Done)
    }
}

impl Dirsync {
    /// Whether owners can be written to.
    pub fn mail_is_set_up(&self) -> bool {
        self.post.as_ref().is_some_and(|post| post.mailer.is_some())
    }

    /// Writes to the owners of a plan that still waits.
    async fn tell_owners(&self, organisation: OrganisationId, id: RunId) -> Result<(), JobError> {
        let failed = |error: DirsyncError| JobError::from_error(&error);
        let Some((run, owners)) = self.waiting(organisation, id).await.map_err(failed)? else { return Ok(()) };
        let Some((post, mailer)) = self.post.as_ref().and_then(|post| Some((post, post.mailer.as_ref()?))) else {
            let entry = Entry::act("dirsync.owners_not_told").reason("no mail server is set up: see [mail]");
            return self.note(&run, entry).await.map_err(failed);
        };
        let (to, unknown) = self.addresses(post, organisation, owners).await.map_err(failed)?;
        if to.is_empty() {
            let entry =
                Entry::act("dirsync.owners_not_told").reason(format!("no address is known of {}", unknown.join(", ")));
            return self.note(&run, entry).await.map_err(failed);
        }
        let name = self.name_of(organisation, run.source_id).await.map_err(failed)?;
        let alone = self.decides_alone(post, &run).await.map_err(failed)?;
        let letter = letter(&run, &name, &post.url, to, alone);
        mailer.send(&letter).await.map_err(|error| JobError::from_error(&error))?;
        let after = serde_json::json!({ "to": letter.to, "no_address_of": unknown });
        self.note(&run, Entry::act("dirsync.owners_told").after(&after)).await.map_err(failed)
    }

    /// Whether whoever is behind a plan for two people has nobody beside them who could decide it.
    async fn decides_alone(&self, post: &Post, run: &Run) -> Result<bool, DirsyncError> {
        let for_two = matches!(run.verdict, Some(Verdict::Hold { second_person: true, .. }));
        let Some(person) = run.person.filter(|_| for_two) else { return Ok(false) };
        let since = self.env.now().minus(LATELY);
        Ok(!post.operators.somebody_else_decides(run.organisation, person, since).await?)
    }

    /// The run and its owners, when it is still held and has any.
    async fn waiting(
        &self,
        organisation: OrganisationId,
        id: RunId,
    ) -> Result<Option<(Run, Vec<String>)>, DirsyncError> {
        let mut tx = self.store.read().await?;
        let Some(run) = runs::find(&mut tx, organisation, id).await?.filter(|run| run.state == RunState::Held) else {
            return Ok(None);
        };
        let owners = settings::find(&mut tx, run.source_id).await?.map(|kept| kept.settings.owners).unwrap_or_default();
        Ok((!owners.is_empty()).then_some((run, owners)))
    }

    /// The owners' addresses, and those of whom none is known.
    async fn addresses(
        &self,
        post: &Post,
        organisation: OrganisationId,
        owners: Vec<String>,
    ) -> Result<(Vec<String>, Vec<String>), DirsyncError> {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for owner in owners {
            let address = if mail::is_address(&owner) {
                Some(owner.clone())
            } else {
                post.operators.mail_of(organisation, &owner).await?.filter(|address| mail::is_address(address))
            };
            match address {
                Some(address) if known.contains(&address) => {}
                Some(address) => known.push(address),
                None => unknown.push(owner),
            }
        }
        Ok((known, unknown))
    }

    pub(crate) async fn name_of(
        &self,
        organisation: OrganisationId,
        id: directory::SourceId,
    ) -> Result<String, DirsyncError> {
        if let Some((_, name)) = self.sources.list(organisation).await?.into_iter().find(|(known, _)| *known == id) {
            return Ok(name);
        }
        Ok(self.former(organisation, id).await?.map_or_else(|| id.to_string(), |former| former.name))
    }

    async fn note(&self, run: &Run, entry: Entry) -> Result<(), DirsyncError> {
        let actor = clockwork(&self.env, run.organisation);
        let object = Object::new("run", run.id, format!("{} run", run.kind));
        let mut tx = self.store.begin().await?;
        self.log(&mut tx, &actor, object, entry.cause("run", Some(run.id.0))).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What owners read. `alone`: nobody can be the second person.
fn letter(run: &Run, source: &str, url: &str, to: Vec<String>, alone: bool) -> Letter {
    let mut text = format!(
        "A {} run of {source}, started by {}, would take away more than may go without asking.\nNothing of it has been \
         taken away.\n",
        run.kind, run.started_by
    );
    if let Some(Verdict::Hold { breaches, second_person, .. }) = &run.verdict {
        text.push_str("\nWhy it waits:\n");
        for breach in breaches {
            let _ = writeln!(text, "- {}", reason(breach));
        }
        if *second_person {
            let _ = writeln!(
                text,
                "- more than 20 % of all users would be lost: {}",
                second(&run.started_by, source, alone)
            );
        }
    }
    if let Some(totals) = &run.totals {
        counts(&mut text, totals);
    }
    if let Some(expires_at) = run.expires_at {
        let _ = writeln!(text, "\nIf nobody decides, it counts as rejected at {expires_at}.");
    }
    let _ = writeln!(text, "\nLook at it and decide:\n{url}/dirsync/plans/{}", run.id);
    Letter { to, subject: format!("Vestibule: a plan for {source} waits for a decision"), text }
}

/// Who decides what two people decide.
fn second(starter: &str, source: &str, alone: bool) -> String {
    if !alone {
        return format!("somebody other than {starter} must decide");
    }
    format!(
        "two people decide that, but nobody beside {starter} may. {starter} can allow it alone, signed in, by typing the \
         tenant's name ({source}); the audit trail says so"
    )
}

fn counts(text: &mut String, totals: &Totals) {
    text.push_str("\nWhat it would do:\n");
    let is_note = |name: &str| name.split_once('.').is_some_and(|(_, effect)| effect == "note");
    for (name, count) in totals.effects.iter().filter(|(name, _)| !is_note(name)) {
        let _ = writeln!(text, "- {}: {count}", name.replace('.', " "));
    }
    text.push_str("\nBecause of:\n");
    for (cause, count) in totals.visible_causes() {
        let _ = writeln!(text, "- {}: {count}", cause.replace('_', " "));
    }
    for shrink in totals.shrinks.iter().take(10) {
        let _ = writeln!(text, "- group {} would lose {} of {} members", shrink.name, shrink.lost, shrink.of);
    }
}

fn reason(breach: &Breach) -> String {
    match breach {
        Breach::NotConfirmed => "nobody has confirmed a plan under these settings yet".to_owned(),
        Breach::SourceGone => "it is no longer connected; its users and groups would begin to run out".to_owned(),
        Breach::TooMany { kind, lost, lost_before, of, limit, limit_percent } => format!(
            "{lost} of {of} {kind}s would be lost, {lost_before} were in the 24 hours before; the limit is {limit} or \
             {limit_percent} %"
        ),
        Breach::Shrinks { groups, limit_percent } => {
            format!("{groups} groups would lose more than {limit_percent} % of their members")
        }
    }
}
