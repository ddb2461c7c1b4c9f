//! What comes first: whatever others refer to. Ties go by the order sent.

use std::collections::{BTreeSet, HashMap};

use super::{BulkCall, BulkRequest, Method, references};
use crate::{ScimError, ScimType};

/// A step of carrying out a bulk request. Indexes count the operations as they were sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Carry out the call with all its data.
    Run(usize),
    /// Create with [`BulkCall::data_before_links`]; a [`Step::Link`] follows at the end.
    RunBeforeLinks(usize),
    /// Apply [`BulkCall::links`] to what the call has created.
    Link(usize),
    /// Answer with the error; nothing is done.
    Refuse(usize, ScimError),
}

pub(super) fn plan(request: &BulkRequest) -> Vec<Step> {
    let mut open = Open::of(request);
    let mut steps = Vec::with_capacity(request.operations.len());
    let mut links = Vec::new();
    while let Some(step) = open.next(request) {
        if let Step::RunBeforeLinks(index) = step {
            links.push(Step::Link(index));
        }
        steps.push(step);
    }
    steps.extend(links);
    steps
}

/// The calls that have no step yet.
struct Open {
    /// By call: how many that it refers to have no step yet. `None` has its own step.
    waits: Vec<Option<usize>>,
    /// By call: those that refer to it.
    dependents: Vec<Vec<usize>>,
    ready: BTreeSet<usize>,
    /// Those that wait, in the order sent.
    waiting: BTreeSet<usize>,
    /// How many more calls are looked at to find circles.
    patience: usize,
}

/// Calls that are looked at in search of circles. Past it, a creation may get a link that it could do without.
const PATIENCE: usize = 200_000;

impl Open {
    fn of(request: &BulkRequest) -> Self {
        let creators: HashMap<&str, usize> = request.operations.iter().enumerate().filter_map(creator).collect();
        let count = request.operations.len();
        let mut open = Self {
            waits: vec![Some(0); count],
            dependents: vec![Vec::new(); count],
            ready: BTreeSet::new(),
            waiting: BTreeSet::new(),
            patience: PATIENCE,
        };
        for (index, operation) in request.operations.iter().enumerate() {
            let names: BTreeSet<&str> = operation.call.iter().flat_map(names).collect();
            let needed: BTreeSet<usize> = names.into_iter().filter_map(|name| creators.get(name).copied()).collect();
            open.waits[index] = Some(needed.len());
            let place = if needed.is_empty() { &mut open.ready } else { &mut open.waiting };
            place.insert(index);
            for needed in needed {
                open.dependents[needed].push(index);
            }
        }
        open
    }

    fn next(&mut self, request: &BulkRequest) -> Option<Step> {
        if let Some(index) = self.ready.pop_first() {
            self.settle(index);
            return Some(match &request.operations[index].call {
                Ok(_) => Step::Run(index),
                Err(error) => Step::Refuse(index, error.clone()),
            });
        }
        // Everything that is left waits for a circle. A creation can begin one without its references.
        let creates =
            |index: &usize| request.operations[*index].call.as_ref().is_ok_and(|call| call.method == Method::Post);
        let creations: Vec<usize> = self.waiting.iter().copied().filter(creates).collect();
        let breaker = creations.into_iter().find(|index| self.is_in_circle(*index));
        let index = breaker.or_else(|| self.waiting.first().copied())?;
        self.waiting.remove(&index);
        self.settle(index);
        if breaker.is_some() {
            return Some(Step::RunBeforeLinks(index));
        }
        let detail = "the call refers to itself in a circle that cannot be opened";
        Some(Step::Refuse(index, ScimError { status: 409, ..ScimError::new(ScimType::InvalidValue, detail) }))
    }

    /// The call has its step: those that refer to it wait for one less.
    fn settle(&mut self, index: usize) {
        self.waits[index] = None;
        for dependent in std::mem::take(&mut self.dependents[index]) {
            let Some(left) = self.waits[dependent].as_mut() else { continue };
            *left -= 1;
            if *left == 0 && self.waiting.remove(&dependent) {
                self.ready.insert(dependent);
            }
        }
    }

    /// Whether a call waits for itself in the end, and not only for others that do.
    fn is_in_circle(&mut self, start: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![start];
        while let Some(index) = next.pop() {
            if self.patience == 0 || self.dependents[index].contains(&start) {
                return true;
            }
            for dependent in &self.dependents[index] {
                self.patience = self.patience.saturating_sub(1);
                if self.waits[*dependent].is_some() && seen.insert(*dependent) {
                    next.push(*dependent);
                }
            }
        }
        false
    }
}

fn creator((index, operation): (usize, &super::BulkOperation)) -> Option<(&str, usize)> {
    let creates = operation.call.as_ref().is_ok_and(|call| call.method == Method::Post);
    operation.bulk_id.as_deref().filter(|_| creates).map(|name| (name, index))
}

fn names(call: &BulkCall) -> impl Iterator<Item = &str> {
    let target = call.target.as_deref().and_then(references::name);
    references::names(&call.data).into_iter().chain(target)
}
