//! Lists and searches (RFC 7644 §3.4.2 and §3.4.3, RFC 9865).
//!
//! What indexes answer whole, in the order of creation, costs a page whatever there is beside it; the total of everything
//! is kept, not counted. Other queries look at what their indexes let through.

use scim::list::{CursorKey, ListResponse, Paging, Query, SortKey};
use scim::{Object, ResourceType, ScimError, ScimType};
use store::Tx;

use super::matches::{self, Hit};
use super::trail::{Base, Trails, Way};
use super::{CURSOR_TIMEOUT, show};
use crate::error::ProvisioningError;
use crate::model::ConnectionId;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::resources::{self as rows, Stored, Window};

type Kind = &'static ResourceType;

impl Provisioning {
    /// A page of what a query means: of one kind, or, for the search at the root, of each kind in turn.
    pub async fn list_resources(
        &self,
        pusher: &Pusher,
        queries: &[(Kind, Query)],
    ) -> Result<ListResponse<Object>, ProvisioningError> {
        let mut tx = if asks_an_index(queries) { self.store().look().await? } else { self.store().read().await? };
        let now = self.env().now();
        match queries {
            [(kind, query)] => match &query.page {
                Paging::Index { start, count } => {
                    by_place(&mut tx, self.trails(), pusher, kind, query, (*start, *count)).await
                }
                Paging::Cursor { after, count } => {
                    let key =
                        after.as_deref().map(|text| CursorKey::decode(text, query, now, CURSOR_TIMEOUT)).transpose()?;
                    by_cursor(&mut tx, pusher, kind, query, key, *count, now).await
                }
            },
            _ => across(&mut tx, pusher, queries, now).await,
        }
    }
}

/// Whether one statement answers all, but for what stands beside each resource: the usual question for one user or group.
fn asks_an_index(queries: &[(Kind, Query)]) -> bool {
    match queries {
        [(_, Query { filter: Some(filter), sort: None, page: Paging::Index { .. }, .. })] => filter.lookup().complete,
        _ => false,
    }
}

/// How far into a list it is counted without remembering.
const NEAR: usize = if cfg!(test) { 1 } else { 500 };
/// The most that may have been added to a list before its places are counted from what it is now.
const MOST_ADDED: usize = 1_000;

/// The number just before the resource at a place of a list of `total`, counted from zero: where a page that begins there
/// goes on from. `None` when there are not so many. With it the base from which the places of the page may be remembered.
async fn number_before(
    tx: &mut Tx,
    trails: &Trails,
    kind: Kind,
    connection: ConnectionId,
    place: usize,
    total: usize,
) -> Result<(Option<i64>, Option<Base>), ProvisioningError> {
    if place == 0 || place > total {
        return Ok(((place == 0).then_some(0), None));
    }
    if place <= NEAR {
        let way = Way::After(0, place - 1);
        return Ok((rows::number_at(tx, kind, connection, way).await?, None));
    }
    let mut base = trails.base(connection, kind);
    if let Some(known) = base {
        let added = rows::added_after(tx, kind, connection, known.newest, MOST_ADDED).await?;
        base = base.filter(|base| added < MOST_ADDED && base.holds(total, added));
    }
    let way = trails.way(connection, kind, base, place, total);
    let number = rows::number_at(tx, kind, connection, way).await?;
    if base.is_none() {
        let newest = rows::number_at(tx, kind, connection, Way::Before(i64::MAX, 0)).await?;
        base = newest.map(|newest| Base { total, newest });
    }
    Ok((number, base))
}

/// A page of everything, in the order of creation.
async fn of_everything(
    tx: &mut Tx,
    trails: &Trails,
    connection: ConnectionId,
    kind: Kind,
    start: usize,
    count: usize,
) -> Result<(Vec<Stored>, usize), ProvisioningError> {
    let total = rows::total(tx, kind, connection).await?;
    if count == 0 {
        return Ok((Vec::new(), total));
    }
    let place = start - 1;
    let (before, base) = number_before(tx, trails, kind, connection, place, total).await?;
    let Some(before) = before else { return Ok((Vec::new(), total)) };
    let list = rows::candidates(tx, kind, connection, &[], Window::after(before, count)).await?;
    if let Some(base) = base {
        let last = list.last().map(|last| (place + list.len(), last.number));
        trails.note(connection, kind, base, [(place, before)].into_iter().chain(last));
    }
    Ok((list, total))
}

async fn by_place(
    tx: &mut Tx,
    trails: &Trails,
    pusher: &Pusher,
    kind: Kind,
    query: &Query,
    (start, count): (usize, usize),
) -> Result<ListResponse<Object>, ProvisioningError> {
    if query.filter.is_none() && query.sort.is_none() {
        let (list, total) = of_everything(tx, trails, pusher.connection.id, kind, start, count).await?;
        let resources = show::shown(tx, pusher, kind, list, &query.projection).await?;
        return Ok(ListResponse::by_index(resources, total, start));
    }
    if let Some((list, total)) = matches::page(tx, pusher, kind, query, start, count).await? {
        let resources = show::shown(tx, pusher, kind, list, &query.projection).await?;
        return Ok(ListResponse::by_index(resources, total, start));
    }
    let hits = matches::gather(tx, pusher, kind, query, Window::EVERYTHING).await?;
    let page: Vec<i64> = hits.iter().skip(start - 1).take(count).map(|hit| hit.number).collect();
    let resources = page_of(tx, pusher, kind, query, &page).await?;
    Ok(ListResponse::by_index(resources, hits.len(), start))
}

async fn by_cursor(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    query: &Query,
    from: Option<CursorKey>,
    count: usize,
    now: kernel::Timestamp,
) -> Result<ListResponse<Object>, ProvisioningError> {
    let from = match from {
        Some(cursor) => Some((hit_of(&cursor).ok_or_else(no_cursor)?, cursor.back)),
        None => None,
    };
    let Part { hits, before, after, total } = if query.sort.is_none() {
        in_order_of_creation(tx, pusher, kind, query, from, count).await?
    } else {
        let all = matches::gather(tx, pusher, kind, query, Window::EVERYTHING).await?;
        part_of(query, all, from.as_ref(), count)
    };
    let next = hits.last().filter(|_| after).map(|hit| cursor_of(hit, false).encode(query, now));
    let previous = hits.first().filter(|_| before).map(|hit| cursor_of(hit, true).encode(query, now));
    let page: Vec<i64> = hits.iter().map(|hit| hit.number).collect();
    let resources = page_of(tx, pusher, kind, query, &page).await?;
    Ok(ListResponse::by_cursor(resources, total, next).after_page(previous))
}

/// A page of a list, and whether there is something before and after it.
struct Part {
    hits: Vec<Hit>,
    before: bool,
    after: bool,
    total: Option<usize>,
}

/// A page of what has no other order: no more is looked at than is shown, whatever there is beside it.
async fn in_order_of_creation(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    query: &Query,
    from: Option<(Hit, bool)>,
    count: usize,
) -> Result<Part, ProvisioningError> {
    let total = match query.filter {
        None => Some(rows::total(tx, kind, pusher.connection.id).await?),
        Some(_) => None,
    };
    let (came_from, back) = from.as_ref().map_or((false, false), |(_, back)| (true, *back));
    let window = match &from {
        Some((hit, true)) => Window::before(hit.number, count + 1),
        Some((hit, false)) => Window::after(hit.number, count + 1),
        None => Window::after(0, count + 1),
    };
    let mut hits = matches::gather(tx, pusher, kind, query, window).await?;
    let more = hits.len() > count;
    hits.truncate(count);
    if back {
        hits.reverse();
    }
    let (before, after) = if back { (more, came_from) } else { (came_from, more) };
    Ok(Part { hits, before, after, total })
}

/// A page of what has been put in order whole.
fn part_of(query: &Query, mut all: Vec<Hit>, from: Option<&(Hit, bool)>, count: usize) -> Part {
    let total = all.len();
    let (begin, end) = match from {
        None => (0, count),
        Some((first, true)) => {
            let end = all.partition_point(|hit| order(query, hit, first).is_lt());
            (end.saturating_sub(count), end)
        }
        Some((last, false)) => {
            let begin = all.partition_point(|hit| order(query, hit, last).is_le());
            (begin, begin + count)
        }
    };
    all.truncate(end);
    let hits = all.split_off(begin.min(all.len()));
    Part { hits, before: begin > 0, after: end < total, total: Some(total) }
}

/// Resources of several kinds, one kind after the other. Cursors count places here.
async fn across(
    tx: &mut Tx,
    pusher: &Pusher,
    queries: &[(Kind, Query)],
    now: kernel::Timestamp,
) -> Result<ListResponse<Object>, ProvisioningError> {
    let Some((_, first)) = queries.first() else { return Ok(ListResponse::by_index(Vec::new(), 0, 1)) };
    let mut all = Vec::new();
    for (place, (kind, query)) in queries.iter().enumerate() {
        let hits = matches::gather(tx, pusher, kind, query, Window::EVERYTHING).await?;
        all.extend(hits.into_iter().map(|hit| (hit, place)));
    }
    if let Some(sort) = &first.sort {
        all.sort_by(|(left, _), (right, _)| match (&left.key, &right.key) {
            (Some(left), Some(right)) => sort.compare(left, right),
            _ => std::cmp::Ordering::Equal,
        });
    }
    let skip = match &first.page {
        Paging::Index { start, .. } => start - 1,
        Paging::Cursor { after: None, .. } => 0,
        Paging::Cursor { after: Some(text), .. } => {
            CursorKey::decode(text, first, now, CURSOR_TIMEOUT)?.id.parse::<usize>().map_err(|_| no_cursor())?
        }
    };
    let count = first.page.count();
    let page: Vec<(usize, i64)> = all.iter().skip(skip).take(count).map(|(hit, place)| (*place, hit.number)).collect();
    let resources = page_across(tx, pusher, queries, &page).await?;
    let end = skip.saturating_add(count);
    Ok(match &first.page {
        Paging::Index { start, .. } => ListResponse::by_index(resources, all.len(), *start),
        Paging::Cursor { .. } => {
            let at = |place: usize| CursorKey { key: None, id: place.to_string(), back: false }.encode(first, now);
            let previous = (skip > 0 && skip < all.len()).then(|| at(skip.saturating_sub(count)));
            let next = (end < all.len()).then(|| at(end));
            ListResponse::by_cursor(resources, Some(all.len()), next).after_page(previous)
        }
    })
}

/// Resources by the place of their kind and their number, in that order; read kind by kind.
async fn page_across(
    tx: &mut Tx,
    pusher: &Pusher,
    queries: &[(Kind, Query)],
    page: &[(usize, i64)],
) -> Result<Vec<Object>, ProvisioningError> {
    let mut read = Vec::with_capacity(queries.len());
    for (place, (kind, query)) in queries.iter().enumerate() {
        let numbers: Vec<i64> = page.iter().filter(|(of, _)| *of == place).map(|(_, number)| *number).collect();
        read.push(page_of(tx, pusher, kind, query, &numbers).await?.into_iter());
    }
    Ok(page.iter().filter_map(|(place, _)| read[*place].next()).collect())
}

/// Resources by their numbers, in that order, as the query wants to see them.
async fn page_of(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    query: &Query,
    numbers: &[i64],
) -> Result<Vec<Object>, ProvisioningError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut list: Vec<Stored> = rows::by_numbers(tx, kind, pusher.connection.id, numbers).await?;
    let place = |row: &Stored| numbers.iter().position(|number| *number == row.number);
    list.sort_by_cached_key(place);
    Ok(show::shown(tx, pusher, kind, list, &query.projection).await?)
}

fn order(query: &Query, hit: &Hit, other: &Hit) -> std::cmp::Ordering {
    let by_key = match (&query.sort, &hit.key, &other.key) {
        (Some(sort), Some(left), Some(right)) => sort.compare(left, right),
        _ => std::cmp::Ordering::Equal,
    };
    by_key.then_with(|| hit.number.cmp(&other.number))
}

/// A hit as a cursor keeps it: the first letter says what kind of value the order is by.
fn cursor_of(hit: &Hit, back: bool) -> CursorKey {
    let key = hit.key.as_ref().and_then(|key| match key {
        SortKey::Boolean(flag) => Some(format!("b{}", u8::from(*flag))),
        SortKey::Moment(moment) => Some(format!("m{}", moment.micros())),
        SortKey::Text(text) => Some(format!("t{text}")),
        SortKey::Nothing => None,
    });
    CursorKey { key, id: hit.number.to_string(), back }
}

fn no_cursor() -> ScimError {
    ScimError::new(ScimType::InvalidCursor, "the cursor names no place in this list; begin again with an empty cursor")
}

fn hit_of(cursor: &CursorKey) -> Option<Hit> {
    let key = match cursor.key.as_deref().and_then(|key| key.split_at_checked(1)) {
        Some(("b", flag)) => SortKey::Boolean(flag == "1"),
        Some(("m", micros)) => SortKey::Moment(kernel::Timestamp::from_micros(micros.parse().ok()?)),
        Some(("t", text)) => SortKey::Text(text.to_owned()),
        _ => SortKey::Nothing,
    };
    Some(Hit { key: Some(key), number: cursor.id.parse().ok()? })
}
