//! Many calls in one (RFC 7644 §3.7): each is carried out and checked as if it came alone, in the order that their
//! references ask for.

use scim::bulk::{self, BulkCall, BulkRequest, BulkResult, Created, Method, Step};
use scim::etag::Conditions;
use scim::project::Projection;
use scim::{Object, ScimError};
use serde_json::Value;

use super::{Answer, MOST_BULK_OPERATIONS};
use crate::error::ProvisioningError;
use crate::pusher::Pusher;
use crate::service::Provisioning;

impl Provisioning {
    /// Carries out a bulk request; the answer says of each call what came of it. Fails only when the request as a whole
    /// makes no sense.
    pub async fn run_bulk(&self, pusher: &Pusher, body: Object) -> Result<Value, ProvisioningError> {
        let request = BulkRequest::parse(body, MOST_BULK_OPERATIONS)?;
        let mut run = Run { created: Created::new(), results: vec![None; request.operations.len()], errors: 0 };
        for step in request.plan() {
            if request.stops_after(run.errors) {
                break;
            }
            self.take_step(pusher, &request, &mut run, step).await;
        }
        Ok(bulk::response(&request, &run.results))
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
        let early = |error| (error, None);
        let data = if whole { call.data(created) } else { call.data_before_links(created) }.map_err(early)?;
        let id = call.target(created).map_err(early)?.unwrap_or_default();
        let location = (call.method != Method::Post).then(|| format!("{}{}/{id}", pusher.base, call.kind.endpoint));
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

/// How far a bulk request is.
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
