//! Which resources a query means, by their numbers and in its order.
//!
//! What an index can answer is asked of the database; the rest is put through the filter, some hundred at a time.

use scim::filter::Key;
use scim::list::{Query, SortKey};
use scim::{Filter, GROUP, ResourceType, ScimError, ScimType, USER};
use store::Tx;

use super::show::{self, Extras};
use crate::error::ProvisioningError;
use crate::pusher::Pusher;
use crate::store::resources::{self as rows, Condition, Slice, Stored, Window, is_user};

/// How many resources are looked at together.
const BATCH: usize = 500;
/// The most that one call may put in order.
const MOST_SORTED: usize = 250_000;

/// What the database is asked, and what is left to the filter.
pub(super) struct Asked<'q> {
    pub(super) conditions: Vec<Condition>,
    /// Set when what the conditions let through must be looked at.
    pub(super) filter: Option<&'q Filter>,
}

/// A resource that a query means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    pub(super) key: Option<SortKey>,
    pub(super) number: i64,
}

/// Splits a query into what indexes answer and the rest.
pub(super) async fn asked<'q>(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    query: &'q Query,
) -> Result<Asked<'q>, ProvisioningError> {
    let Some(filter) = &query.filter else { return Ok(Asked { conditions: Vec::new(), filter: None }) };
    let lookup = filter.lookup();
    let mut conditions = Vec::with_capacity(lookup.keys.len());
    let mut complete = lookup.complete;
    for key in lookup.keys {
        match condition(tx, pusher, kind, key).await? {
            Some(condition) => conditions.push(condition),
            None if matches!(key, Key::ResourceType(name) if name == kind.name) => {}
            None => complete = false,
        }
    }
    Ok(Asked { conditions, filter: (!complete).then_some(filter) })
}

async fn condition(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    key: Key<'_>,
) -> Result<Option<Condition>, ProvisioningError> {
    let (id, kinds): (&str, &[(i64, &'static ResourceType)]) = match key {
        Key::Member(id) if !is_user(kind) => (id, &[(0, &USER), (1, &GROUP)]),
        Key::Group(id) if is_user(kind) => (id, &[(1, &GROUP)]),
        other => return Ok(Condition::of(kind, other)),
    };
    let Some(id) = rows::canonical(id) else { return Ok(Some(Condition::Nothing)) };
    for (code, of) in kinds {
        if let Some((_, number, _)) = rows::locate(tx, of, pusher.connection.id, &[id]).await?.first() {
            return Ok(Some(if is_user(kind) {
                Condition::InGroup(*number)
            } else {
                Condition::HasMember(*code, *number)
            }));
        }
    }
    Ok(Some(Condition::Nothing))
}

/// A page of what the database alone can tell, in the order of creation, and how many there are in all: the usual question
/// for one user or one group. `None` where it cannot.
pub(super) async fn page(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    query: &Query,
    start: usize,
    count: usize,
) -> Result<Option<(Vec<Stored>, usize)>, ProvisioningError> {
    if query.sort.is_some() {
        return Ok(None);
    }
    let asked = asked(tx, pusher, kind, query).await?;
    if asked.filter.is_some() {
        return Ok(None);
    }
    let (connection, skip) = (pusher.connection.id, start - 1);
    // The first page is often all there is; a later one is found from the end that is nearer.
    let total = match skip {
        0 => None,
        _ => Some(rows::count_of(tx, kind, connection, &asked.conditions).await?),
    };
    let found = match count {
        0 => Vec::new(),
        limit => {
            let beside = Extras::of(kind, &query.projection).beside();
            rows::page(tx, kind, connection, &asked.conditions, Slice { skip, limit, total }, beside).await?
        }
    };
    let total = match total {
        Some(total) => total,
        None if found.len() < count => found.len(),
        None => rows::count_of(tx, kind, connection, &asked.conditions).await?,
    };
    Ok(Some((found, total)))
}

/// What a query means within a window of the order of creation, in the query's order.
pub(super) async fn gather(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    query: &Query,
    window: Window,
) -> Result<Vec<Hit>, ProvisioningError> {
    let asked = asked(tx, pusher, kind, query).await?;
    if asked.filter.is_none() && query.sort.is_none() {
        let numbers = rows::numbers(tx, kind, pusher.connection.id, &asked.conditions, window).await?;
        return Ok(numbers.into_iter().map(|number| Hit { key: None, number }).collect());
    }
    let enough = window.limit;
    let mut window = Window { limit: BATCH, ..window };
    let mut hits = Vec::new();
    loop {
        let batch = rows::candidates(tx, kind, pusher.connection.id, &asked.conditions, window).await?;
        let last = batch.last().map(|row| row.number);
        let full = batch.len() == BATCH;
        judge(tx, pusher, kind, query, asked.filter, batch, &mut hits).await?;
        if query.sort.is_some() && hits.len() > MOST_SORTED {
            let detail = format!("more than {MOST_SORTED} results cannot be sorted; narrow the filter");
            return Err(ScimError::new(ScimType::TooMany, detail).into());
        }
        match last {
            Some(last) if full && hits.len() < enough => window.from = last,
            _ => break,
        }
    }
    if let Some(sort) = &query.sort {
        hits.sort_by(|left, right| match (&left.key, &right.key) {
            (Some(left_key), Some(right_key)) => {
                sort.compare(left_key, right_key).then_with(|| left.number.cmp(&right.number))
            }
            _ => left.number.cmp(&right.number),
        });
    }
    Ok(hits)
}

/// Adds those of a batch that the filter lets through.
async fn judge(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    query: &Query,
    filter: Option<&Filter>,
    batch: Vec<Stored>,
    hits: &mut Vec<Hit>,
) -> Result<(), ProvisioningError> {
    let relation = if is_user(kind) { "groups" } else { "members" };
    let sorts_by_relation = query.sort.as_ref().is_some_and(|sort| sort.path.attribute.name == relation);
    let relations = sorts_by_relation || filter.is_some_and(|filter| filter.reads(relation));
    let numbers: Vec<i64> = batch.iter().map(|row| row.number).collect();
    let whole = show::whole(tx, pusher, kind, batch, Extras { relations, ..Extras::ALL }).await?;
    for (resource, number) in whole.into_iter().zip(numbers) {
        if filter.is_none_or(|filter| filter.matches(&resource)) {
            hits.push(Hit { key: query.sort.as_ref().map(|sort| sort.key(&resource)), number });
        }
    }
    Ok(())
}
