//! The job: twenty people at a time, each round looked up first, then asked for, then written down.

use std::time::Duration;

use async_trait::async_trait;
use graph::batch::MOST_CALLS;
use graph::{BatchCall, Client, GraphError};
use kernel::{Actor, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use signals::{Entry, Object};
use store::queue::Job;
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx};
use tokio::sync::watch;
use uuid::Uuid;

use super::people::{Registered, at, is_granted, message, registered, said};
use super::{RegisteredPerson, RegisteredState, Registration, RegistrationId, RegistrationState, object};
use crate::error::MfaError;
use crate::service::Mfa;
use crate::store::registrations as rows;

/// The kind of the job.
pub(super) const REGISTER: &str = "mfa.register";
/// Rounds at a time; then others have their turn.
const ROUNDS: usize = 10;
/// The rest when Graph takes nothing.
const LONG_REST: Duration = Duration::from_mins(5);
/// Who registers.
const CLERK: &str = "registering people";

#[derive(Serialize, Deserialize)]
struct Payload {
    registration: RegistrationId,
}

/// Registers the people of a run, or takes back what it made.
pub(crate) struct RegisterHandler(pub(crate) Mfa);

#[async_trait]
impl Handler for RegisterHandler {
    fn kind(&self) -> &'static str {
        REGISTER
    }

    async fn handle(&self, job: &Job, stop: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        self.0.register_some(payload.registration, &stop).await.map_err(|error| JobError::from_error(&error))
    }
}

/// What became of one person.
struct Came {
    person: Uuid,
    state: RegisteredState,
    method: Option<String>,
    code: Option<String>,
    detail: Option<String>,
}

impl Came {
    fn to(person: Uuid, state: RegisteredState, method: Option<String>) -> Self {
        Self { person, state, method, code: None, detail: None }
    }

    /// Entra's word against somebody.
    fn refused(person: Uuid, state: RegisteredState, method: Option<String>, error: &GraphError) -> Self {
        Self { person, state, method, code: error.raw_code(), detail: Some(message(error)) }
    }
}

/// What came of a batch.
#[derive(Default)]
struct Sorted {
    came: Vec<Came>,
    /// Whom Entra refused, and what was registered for them.
    refused: Vec<(Uuid, Option<String>, GraphError)>,
    /// Whether any call was taken: then a refusal is about its person.
    taken: bool,
    /// Why some of them wait.
    trouble: Option<String>,
}

impl Sorted {
    fn came(&mut self, person: Uuid, state: RegisteredState, method: Option<String>) {
        self.taken = true;
        self.came.push(Came::to(person, state, method));
    }

    /// Tells refusals of one person, which stay so, from those of everybody, which pass. An application that may register
    /// people at all is still refused those of restricted management units.
    async fn judge(mut self, client: &Client, state: RegisteredState) -> Self {
        let anybody = self.refused.iter().any(|(_, _, error)| error.is_forbidden());
        let granted = self.taken || (anybody && is_granted(client).await);
        for (person, method, error) in std::mem::take(&mut self.refused) {
            if error.try_again() || (error.is_forbidden() && !granted) {
                self.trouble = Some(said(&error));
            } else {
                self.came.push(Came::refused(person, state, method, &error));
            }
        }
        self
    }
}

/// How a round went.
enum Round {
    /// There is more to do.
    More,
    /// Everybody was come to, or somebody stopped it.
    Ended,
    /// Graph takes nothing now, and why.
    Waits(String),
}

impl Mfa {
    async fn register_some(&self, id: RegistrationId, stop: &watch::Receiver<bool>) -> Result<Outcome, MfaError> {
        for _ in 0..ROUNDS {
            if *stop.borrow() {
                break;
            }
            let run = rows::find(&mut self.store().read().await?, id).await?;
            let Some(run) = run else { return Ok(Outcome::Done) };
            let round = match run.state {
                RegistrationState::Running => self.register_twenty(&run).await?,
                RegistrationState::Undoing => self.take_back_twenty(&run).await?,
                _ => return Ok(Outcome::Done),
            };
            match round {
                Round::More => {}
                Round::Ended => return Ok(Outcome::Done),
                Round::Waits(why) => {
                    let mut tx = self.store().begin().await?;
                    rows::trouble(&mut tx, id, Some(&why)).await?;
                    tx.commit().await?;
                    return Ok(Outcome::Again(self.env().now().plus(LONG_REST)));
                }
            }
        }
        Ok(Outcome::Again(self.env().now()))
    }

    /// Looks up whoever was asked for without an answer. They were not registered before: who is now, is so by this run.
    async fn settle_asked(&self, run: &Registration, client: &Client) -> Result<Option<Round>, MfaError> {
        let people = rows::next(&mut self.store().read().await?, run.id, RegisteredState::Asked, MOST_CALLS).await?;
        if people.is_empty() {
            return Ok(None);
        }
        let ids: Vec<Uuid> = people.iter().map(|one| one.object_id).collect();
        let answers = match registered(client, &run.configuration, &ids).await {
            Ok(answers) => answers,
            Err(error) => return Ok(Some(Round::Waits(said(&error)))),
        };
        let mut sorted = Sorted::default();
        for (person, answer) in ids.iter().copied().zip(answers) {
            match answer {
                Ok(Some(method)) => sorted.came(person, RegisteredState::Registered, Some(method)),
                Ok(None) => sorted.came(person, RegisteredState::Waiting, None),
                Err(error) => sorted.refused.push((person, None, error)),
            }
        }
        let Sorted { came, trouble, .. } = sorted.judge(client, RegisteredState::Failed).await;
        self.write_down(run, &people, came, &[]).await?;
        Ok(Some(trouble.map_or(Round::More, Round::Waits)))
    }

    async fn register_twenty(&self, run: &Registration) -> Result<Round, MfaError> {
        let client = self.parts.tenants.client(run.organisation, run.provider).await?;
        if let Some(round) = self.settle_asked(run, &client).await? {
            return Ok(round);
        }
        let people = rows::next(&mut self.store().read().await?, run.id, RegisteredState::Waiting, MOST_CALLS).await?;
        if people.is_empty() {
            return self.end_run(run, RegistrationState::Done, "mfa.registration_ended").await;
        }
        let ids: Vec<Uuid> = people.iter().map(|one| one.object_id).collect();
        let answers = match registered(&client, &run.configuration, &ids).await {
            Ok(answers) => answers,
            Err(error) => return Ok(Round::Waits(said(&error))),
        };
        let (mut sorted, mut open) = (Sorted::default(), Vec::new());
        for (person, answer) in ids.iter().copied().zip(answers) {
            match answer {
                Ok(Some(_)) => sorted.came(person, RegisteredState::Already, None),
                Ok(None) => open.push(person),
                Err(error) => sorted.refused.push((person, None, error)),
            }
        }
        sorted.taken |= !open.is_empty();
        let Sorted { came, mut trouble, .. } = sorted.judge(&client, RegisteredState::Failed).await;
        if !self.write_down(run, &people, came, &open).await? {
            return Ok(Round::Ended);
        }
        if !open.is_empty() {
            trouble = self.ask_entra(run, &client, &people, &open).await?.or(trouble);
        }
        Ok(trouble.map_or(Round::More, Round::Waits))
    }

    /// Asks Entra to register people; says why some of them wait, where they do.
    async fn ask_entra(
        &self,
        run: &Registration,
        client: &Client,
        people: &[RegisteredPerson],
        open: &[Uuid],
    ) -> Result<Option<String>, MfaError> {
        let body = json!({
            "@odata.type": "#microsoft.graph.externalAuthenticationMethod", "configurationId": run.configuration,
            "displayName": run.name,
        });
        let calls: Vec<BatchCall> =
            open.iter().map(|person| BatchCall::with_body(Method::POST, at(*person), &body)).collect();
        let answers = match client.batch(&calls).await {
            Ok(answers) => answers,
            // Whether it was done nobody knows: they are looked up with the next round.
            Err(error) => return Ok(Some(said(&error))),
        };
        let mut sorted = Sorted::default();
        for (person, answer) in open.iter().copied().zip(answers) {
            match answer.json::<Registered>() {
                Ok(made) => sorted.came(person, RegisteredState::Registered, Some(made.id)),
                Err(error) => sorted.refused.push((person, None, error)),
            }
        }
        let Sorted { came, trouble, .. } = sorted.judge(client, RegisteredState::Failed).await;
        self.write_down(run, people, came, &[]).await?;
        Ok(trouble)
    }

    async fn take_back_twenty(&self, run: &Registration) -> Result<Round, MfaError> {
        let client = self.parts.tenants.client(run.organisation, run.provider).await?;
        if let Some(round) = self.settle_asked(run, &client).await? {
            return Ok(round);
        }
        let mut tx = self.store().read().await?;
        let people = rows::next(&mut tx, run.id, RegisteredState::Registered, MOST_CALLS).await?;
        drop(tx);
        if people.is_empty() {
            return self.end_run(run, RegistrationState::Undone, "mfa.registration_undone").await;
        }
        let path =
            |one: &RegisteredPerson| format!("{}/{}", at(one.object_id), one.method.as_deref().unwrap_or("none"));
        let calls: Vec<BatchCall> = people.iter().map(|one| BatchCall::delete(path(one))).collect();
        let answers = match client.batch(&calls).await {
            Ok(answers) => answers,
            Err(error) => return Ok(Round::Waits(said(&error))),
        };
        let mut sorted = Sorted::default();
        for (one, answer) in people.iter().zip(answers) {
            let (person, method) = (one.object_id, one.method.clone());
            match answer.success() {
                // What is gone already is gone.
                Ok(()) | Err(GraphError::NotFound(_)) => sorted.came(person, RegisteredState::Removed, method),
                Err(error) => sorted.refused.push((person, method, error)),
            }
        }
        let Sorted { came, trouble, .. } = sorted.judge(&client, RegisteredState::Kept).await;
        self.write_down(run, &people, came, &[]).await?;
        Ok(trouble.map_or(Round::More, Round::Waits))
    }

    /// Writes down what became of people, and who is asked for next; says whether the run still goes on.
    async fn write_down(
        &self,
        run: &Registration,
        people: &[RegisteredPerson],
        came: Vec<Came>,
        open: &[Uuid],
    ) -> Result<bool, MfaError> {
        let mut tx = self.store().begin().await?;
        let goes_on = rows::take(&mut tx, run.id).await? == Some(run.state);
        for one in came {
            rows::became(&mut tx, run.id, one.person, one.state, (one.method, one.code, one.detail)).await?;
            if let Some(person) = people.iter().find(|known| known.object_id == one.person) {
                self.tell_of_registered(&mut tx, run, person, one.state).await?;
            }
        }
        if goes_on {
            for person in open {
                rows::became(&mut tx, run.id, *person, RegisteredState::Asked, (None, None, None)).await?;
            }
        }
        tx.commit().await?;
        Ok(goes_on)
    }

    async fn tell_of_registered(
        &self,
        tx: &mut Tx,
        run: &Registration,
        person: &RegisteredPerson,
        state: RegisteredState,
    ) -> Result<(), StoreError> {
        let name = match state {
            RegisteredState::Registered => "mfa.person_registered",
            RegisteredState::Removed => "mfa.person_unregistered",
            _ => return Ok(()),
        };
        let actor = Actor::system(CLERK, run.organisation, self.env().new_id());
        let after = json!({ "registration": run.id, "method": run.name });
        let entry = Entry::act(name).object(Object::new("mfa_account", person.account, &person.upn)).after(&after);
        self.tell(tx, &actor, entry).await
    }

    async fn end_run(
        &self,
        run: &Registration,
        state: RegistrationState,
        event: &'static str,
    ) -> Result<Round, MfaError> {
        let now: Timestamp = self.env().now();
        let mut tx = self.store().begin().await?;
        if rows::turn(&mut tx, run.id, run.state, state, Some(now)).await? {
            let figures = json!({
                "registered": run.registered, "already": run.already, "failed": run.failed, "removed": run.removed,
                "kept": run.kept,
            });
            let actor = Actor::system(CLERK, run.organisation, self.env().new_id());
            self.tell(&mut tx, &actor, Entry::act(event).object(object(run)).after(&figures)).await?;
        }
        tx.commit().await?;
        Ok(Round::Ended)
    }
}
