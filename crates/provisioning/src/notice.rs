//! Telling those who may decide that held calls wait for them (NET-03): a job that writes a letter, tried again until the
//! mail server takes it.
//!
//! One letter for each hold, a little after it was opened: a client sends what belongs together within minutes, and the
//! letter says how much that is.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::{Actor, Env, OrganisationId, PageRequest};
use mail::{Letter, Mailer};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx, queue};
use tokio::sync::watch;

use crate::error::ProvisioningError;
use crate::holds::model::{HeldFilter, HeldState, Hold, HoldState, Tally};
use crate::holds::needs_confirmation;
use crate::holds::views::HeldView;
use crate::model::{Connection, HoldId};
use crate::service::Provisioning;
use crate::store::{connections, holds as rows};

/// The kind of the job.
pub const TELL: &str = "provisioning.tell_deciders";
/// How long after the first call; the rest of a burst has come by then.
const AFTER: Duration = Duration::from_mins(5);
/// How often it is tried; with the queue's back-off that is longer than a hold lasts.
const ATTEMPTS: u32 = 30;
/// So many calls are named.
const NAMED: usize = 20;

/// Finds operators' mail addresses: what telling needs of those who know the operators.
#[async_trait]
pub trait KnowDeciders: Send + Sync {
    /// The mail addresses of those who may decide held calls and may sign in.
    async fn mails(&self, organisation: OrganisationId) -> Result<Vec<String>, ProvisioningError>;
}

/// What letters are sent with.
#[derive(Clone)]
pub struct Post {
    /// Who sends; none where no mail server is set up.
    pub mailer: Option<Mailer>,
    /// Who knows the operators' addresses.
    pub deciders: Arc<dyn KnowDeciders>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    hold: HoldId,
}

/// Queues the letter about a hold, in the unit of work that opens it.
pub(crate) async fn enqueue(tx: &mut Tx, env: &Env, hold: &Hold) -> Result<(), StoreError> {
    let job = NewJob {
        organisation: hold.organisation,
        kind: TELL,
        unique_key: Some(hold.id.to_string()),
        payload: serde_json::json!({ "hold": hold.id }),
        run_at: env.now().plus(AFTER),
        max_attempts: ATTEMPTS,
    };
    queue::enqueue(tx, env, job).await?;
    Ok(())
}

/// Tells those who may decide.
pub(crate) struct TellHandler(pub(crate) Provisioning);

#[async_trait]
impl Handler for TellHandler {
    fn kind(&self) -> &'static str {
        TELL
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        self.0.tell_deciders(job.organisation, payload.hold).await.map(|()| Outcome::Done)
    }
}

/// A hold that still waits, with what its letter says.
struct Waiting {
    hold: Hold,
    tally: Tally,
    connection: Connection,
    effects: Vec<String>,
}

impl Provisioning {
    /// Writes to those who may decide a hold that is still open.
    async fn tell_deciders(&self, organisation: OrganisationId, id: HoldId) -> Result<(), JobError> {
        let failed = |error: ProvisioningError| JobError::from_error(&error);
        let Some(waiting) = self.waiting(organisation, id).await.map_err(failed)? else { return Ok(()) };
        let not_told = |why: &str| Entry::act("provisioning.deciders_not_told").reason(why);
        let Some((post, mailer)) = self.post().and_then(|post| Some((post, post.mailer.as_ref()?))) else {
            return self
                .note_telling(&waiting.hold, not_told("no mail server is set up: see [mail]"))
                .await
                .map_err(failed);
        };
        let mut to = post.deciders.mails(organisation).await.map_err(failed)?;
        to.retain(|address| mail::is_address(address));
        if to.is_empty() {
            let entry = not_told("no address is known of anybody who may decide");
            return self.note_telling(&waiting.hold, entry).await.map_err(failed);
        }
        let letter = letter(&waiting, &self.parts.url, to);
        mailer.send(&letter).await.map_err(|error| JobError::from_error(&error))?;
        let told = Entry::act("provisioning.deciders_told").after(&serde_json::json!({ "to": letter.to }));
        self.note_telling(&waiting.hold, told).await.map_err(failed)
    }

    async fn waiting(&self, organisation: OrganisationId, id: HoldId) -> Result<Option<Waiting>, ProvisioningError> {
        let mut tx = self.store().read().await?;
        let Some(hold) = rows::find(&mut tx, organisation, id).await?.filter(|hold| hold.state == HoldState::Open)
        else {
            return Ok(None);
        };
        let Some(connection) = connections::find(&mut tx, organisation, hold.connection).await? else {
            return Ok(None);
        };
        let tally = rows::tally(&mut tx, &[id]).await?.first().map(|(_, tally)| *tally).unwrap_or_default();
        let filter = HeldFilter { state: Some(HeldState::Waiting), ..HeldFilter::default() };
        let calls = rows::list_held(&mut tx, id, &filter, &PageRequest::first(NAMED)).await?.items;
        let effects: Vec<String> = calls.into_iter().map(|held| HeldView::from(held).effect).collect();
        Ok((tally.waiting > 0).then_some(Waiting { hold, tally, connection, effects }))
    }

    async fn note_telling(&self, hold: &Hold, entry: Entry) -> Result<(), ProvisioningError> {
        let actor = Actor::system("held calls wait", hold.organisation, self.env().new_id());
        let entry = entry
            .object(Object::new("hold", hold.id, hold.breach.describe()))
            .cause("connection", Some(hold.connection.0));
        let mut tx = self.store().begin().await?;
        signals::append(&mut tx, self.env(), &actor, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What those who may decide read.
fn letter(waiting: &Waiting, url: &str, to: Vec<String>) -> Letter {
    let Waiting { hold, tally, connection, effects } = waiting;
    let name = &connection.name;
    let calls = if tally.waiting == 1 { "1 call".to_owned() } else { format!("{} calls", tally.waiting) };
    let mut text = format!(
        "{name} pushes more away than may go without asking. Nothing of it has been done; {name} is told to try again.\n\n\
         Why it waits:\n- {}\n\nWhat waits, {calls} in all:\n",
        hold.breach.describe()
    );
    for effect in effects {
        let _ = writeln!(text, "- {effect}");
    }
    let more = tally.waiting.saturating_sub(effects.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "- and {more} more");
    }
    if needs_confirmation(hold, tally.at_stake, connection) {
        let _ = writeln!(
            text,
            "\nThat is more than 20 % of all users: whoever allows it has to sign in, say why, and type {name:?}."
        );
    }
    let _ = writeln!(text, "\nIf nobody decides, it counts as rejected at {}.", hold.expires_at);
    let _ = writeln!(text, "\nLook at it and decide:\n{url}/provisioning/holds/{}", hold.id);
    Letter { to, subject: format!("Vestibule: what {name} pushes waits for a decision"), text }
}
