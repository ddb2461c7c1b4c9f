//! Many calls in one (RFC 7644 §3.7): each is carried out and checked as if it came alone, in the order that their
//! references ask for.
//!
//! Some dozen share a unit of work, so that the disk is waited for once; each is undone alone when it fails. What cannot
//! be shared is asked alone: links, and what the guard holds.

use scim::bulk::{self, BulkCall, BulkRequest, BulkResult, Created, Method, Step};
use scim::etag::Conditions;
use scim::project::Projection;
use scim::{Object, ScimError};
use serde_json::Value;
use signals::Turn;

use super::modify::Within;
use super::{Answer, MOST_BULK_OPERATIONS, Write};
use crate::error::ProvisioningError;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::resources::is_user;

/// The most calls that share a unit of work: others wait for it to end.
const SHARED: usize = 50;

impl Provisioning {
    /// Carries out a bulk request; the answer says of each call what came of it. Fails only when the request as a whole
    /// makes no sense.
    pub async fn run_bulk(&self, pusher: &Pusher, body: Object) -> Result<Value, ProvisioningError> {
        let request = BulkRequest::parse(body, MOST_BULK_OPERATIONS)?;
        let mut run = Run { created: Created::new(), results: vec![None; request.operations.len()], errors: 0 };
        let steps = request.plan();
        let mut left = steps.as_slice();
        while !left.is_empty() && !request.stops_after(run.errors) {
            let portion = &left[..left.len().min(SHARED)];
            // What fails as a whole has left nothing behind: then each is asked alone, and told what becomes of it.
            let done = self.take_together(pusher, &request, &mut run, portion).await.unwrap_or(0);
            left = &left[done..];
            if done < portion.len()
                && !request.stops_after(run.errors)
                && let Some((step, rest)) = left.split_first()
            {
                self.take_step(pusher, &request, &mut run, step.clone()).await;
                left = rest;
            }
        }
        Ok(bulk::response(&request, &run.results))
    }

    /// Takes steps in one unit of work, up to one that must be taken alone; gives how many.
    async fn take_together(
        &self,
        pusher: &Pusher,
        request: &BulkRequest,
        run: &mut Run,
        steps: &[Step],
    ) -> Result<usize, ProvisioningError> {
        let mut trial = run.clone();
        let mut write = self.begin_write(pusher).await?;
        let mut done = 0;
        for step in steps {
            if request.stops_after(trial.errors) {
                break;
            }
            let turn = write.turn.clone();
            write.tx.execute("SAVEPOINT operation", Vec::new()).await?;
            let Some((index, outcome)) = self.step_within(&mut write, pusher, request, &trial, step).await? else {
                undo(&mut write, turn).await?;
                break;
            };
            if outcome.is_err() {
                undo(&mut write, turn).await?;
            }
            write.tx.execute("RELEASE SAVEPOINT operation", Vec::new()).await?;
            trial.note(request, index, outcome);
            done += 1;
        }
        write.commit().await?;
        *run = trial;
        Ok(done)
    }

    /// Takes a step within a write that others share. `None`: it must be taken alone.
    async fn step_within(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        request: &BulkRequest,
        run: &Run,
        step: &Step,
    ) -> Result<Option<(usize, Result<Done, Failed>)>, ProvisioningError> {
        let (index, whole) = match step {
            Step::Run(index) => (*index, true),
            Step::RunBeforeLinks(index) => (*index, false),
            Step::Refuse(index, error) => return Ok(Some((*index, Err((error.clone(), None))))),
            Step::Link(_) => return Ok(None),
        };
        let asked = match &request.operations[index].call {
            Ok(call) => Read::of(call, &run.created, whole).map(|read| (call, read)),
            Err(error) => Err(error.clone()),
        };
        let (call, read) = match asked {
            Ok(asked) => asked,
            Err(error) => return Ok(Some((index, Err((error, None))))),
        };
        let location = read.location(pusher, call);
        Ok(match self.call_within(write, pusher, call, read).await {
            Ok(Some(Done { status, answer: None })) => {
                Some((index, Ok(Done { status, answer: location.map(Kept::deleted) })))
            }
            Ok(Some(done)) => Some((index, Ok(done))),
            Ok(None) => None,
            Err(ProvisioningError::Scim(error)) => Some((index, Err((error, location)))),
            Err(error) => return Err(error),
        })
    }

    async fn call_within(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        call: &BulkCall,
        Read { data, id }: Read,
    ) -> Result<Option<Done>, ProvisioningError> {
        if call.method == Method::Post {
            let answer = self.create_within(write, pusher, call.kind, data).await?;
            return Ok(Some(done(201, answer)));
        }
        let conditions = Conditions::parse(call.version.as_deref(), None);
        let (asked, place) = ((call.method, data), (call.kind, id.as_str()));
        Ok(match self.modify_within(write, pusher, place, asked, &conditions).await? {
            Within::Done(Some(answer)) => {
                let bodiless = call.method == Method::Patch && !is_user(call.kind);
                Some(done(if bodiless { 204 } else { 200 }, answer))
            }
            Within::Done(None) => Some(Done { status: 204, answer: None }),
            Within::Alone => None,
        })
    }

    async fn take_step(&self, pusher: &Pusher, request: &BulkRequest, run: &mut Run, step: Step) {
        let (index, outcome) = match step {
            Step::Refuse(index, error) => (index, Err((error, None))),
            Step::Run(index) | Step::RunBeforeLinks(index) => {
                let whole = matches!(step, Step::Run(_));
                match &request.operations[index].call {
                    Ok(call) => (index, self.call(pusher, call, &run.created, whole).await),
                    Err(error) => (index, Err((error.clone(), None))),
                }
            }
            Step::Link(index) => match self.link(pusher, request, run, index).await {
                Some(outcome) => (index, outcome),
                None => return,
            },
        };
        run.note(request, index, outcome);
    }

    /// Gives what was created in a circle the references that were missing.
    async fn link(
        &self,
        pusher: &Pusher,
        request: &BulkRequest,
        run: &Run,
        index: usize,
    ) -> Option<Result<Done, Failed>> {
        let operation = &request.operations[index];
        let (call, name) = (operation.call.as_ref().ok()?, operation.bulk_id.as_ref()?);
        let id = run.created.get(name)?;
        let patch = match call.links(&run.created) {
            Ok(patch) => patch,
            Err(error) => return Some(Err((ScimError::with_status(409, error.detail), None))),
        };
        let (conditions, projection) = (Conditions::default(), Projection::of_everything(call.kind));
        let patched = self.patch_resource(pusher, call.kind, id, patch, &conditions, &projection).await;
        Some(patched.map(|answer| done(201, answer)).map_err(|error| (error.to_scim(), None)))
    }

    async fn call(&self, pusher: &Pusher, call: &BulkCall, created: &Created, whole: bool) -> Result<Done, Failed> {
        let read = Read::of(call, created, whole).map_err(|error| (error, None))?;
        let location = read.location(pusher, call);
        let Read { data, id } = read;
        let conditions = Conditions::parse(call.version.as_deref(), None);
        let projection = Projection::of_everything(call.kind);
        let done = match call.method {
            Method::Post => {
                self.create_resource(pusher, call.kind, data, &projection).await.map(|answer| done(201, answer))
            }
            Method::Put => self
                .replace_resource(pusher, call.kind, &id, data, &conditions, &projection)
                .await
                .map(|answer| done(200, answer)),
            Method::Patch => {
                self.patch_resource(pusher, call.kind, &id, data, &conditions, &projection).await.map(|answer| {
                    let status = if answer.resource.is_some() { 200 } else { 204 };
                    done(status, answer)
                })
            }
            Method::Delete => self
                .delete_resource(pusher, call.kind, &id, &conditions)
                .await
                .map(|()| Done { status: 204, answer: None }),
        };
        match done {
            Ok(Done { status, answer: None }) => Ok(Done { status, answer: location.map(Kept::deleted) }),
            Ok(done) => Ok(done),
            Err(error) => Err((error.to_scim(), location)),
        }
    }
}

/// Goes back to before the step. The turn is as it was there.
async fn undo(write: &mut Write, turn: Turn) -> Result<(), ProvisioningError> {
    write.tx.execute("ROLLBACK TO SAVEPOINT operation", Vec::new()).await?;
    write.turn = turn;
    Ok(())
}

/// A call with what has been created put in.
struct Read {
    data: Object,
    /// Of what; empty for `POST`.
    id: String,
}

impl Read {
    fn of(call: &BulkCall, created: &Created, whole: bool) -> Result<Self, ScimError> {
        let data = if whole { call.data(created)? } else { call.data_before_links(created)? };
        Ok(Self { data, id: call.target(created)?.unwrap_or_default() })
    }

    fn location(&self, pusher: &Pusher, call: &BulkCall) -> Option<String> {
        (call.method != Method::Post).then(|| format!("{}{}/{}", pusher.base, call.kind.endpoint, self.id))
    }
}

/// How far a bulk request is.
#[derive(Clone)]
struct Run {
    created: Created,
    results: Vec<Option<BulkResult>>,
    errors: usize,
}

/// A call that worked.
struct Done {
    status: u16,
    answer: Option<Kept>,
}

/// What is told of it.
struct Kept {
    id: Option<String>,
    location: String,
    version: Option<String>,
}

/// A call that failed, and the address it was for.
type Failed = (ScimError, Option<String>);

impl Kept {
    fn deleted(location: String) -> Self {
        Self { id: None, location, version: None }
    }
}

fn done(status: u16, answer: Answer) -> Done {
    let (id, version) = (Some(answer.id.to_string()), Some(answer.etag.to_string()));
    Done { status, answer: Some(Kept { id, location: answer.location, version }) }
}

impl Run {
    fn note(&mut self, request: &BulkRequest, index: usize, outcome: Result<Done, Failed>) {
        let result = match outcome {
            Ok(Done { status, answer }) => {
                let (id, location, version) =
                    answer.map_or((None, None, None), |kept| (kept.id, Some(kept.location), kept.version));
                if let (Some(name), Some(id)) = (&request.operations[index].bulk_id, id) {
                    self.created.insert(name.clone(), id);
                }
                BulkResult { status, location, version, response: None }
            }
            Err((error, location)) => {
                self.errors += 1;
                BulkResult::failed(&error, location)
            }
        };
        self.results[index] = Some(result);
    }
}
