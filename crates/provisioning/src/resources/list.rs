//! Lists and searches (RFC 7644 §3.4.2 and §3.4.3, RFC 9865).
//!
//! What indexes answer whole, in the order of creation, costs a page whatever there is beside it; the total of everything
//! is kept, not counted. Other queries look at what their indexes let through.

use scim::list::{CursorKey, ListResponse, Paging, Query, SortKey};
use scim::{Object, ResourceType};
use store::Tx;

use super::matches::{self, Hit};
use super::{CURSOR_TIMEOUT, show};
use crate::error::ProvisioningError;
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
        let mut tx = self.store().read().await?;
        let now = self.env().now();
        match queries {
            [(kind, query)] => match &query.page {
                Paging::Index { start, count } => by_place(&mut tx, pusher, kind, query, *start, *count).await,
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

async fn by_place(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    query: &Query,
    start: usize,
    count: usize,
) -> Result<ListResponse<Object>, ProvisioningError> {
    if query.filter.is_none() && query.sort.is_none() {
        let total = rows::total(tx, kind, pusher.connection.id).await?;
        let before = rows::number_before(tx, kind, pusher.connection.id, start - 1).await?;
        let list = match before.filter(|_| count > 0) {
            Some(after) => {
                rows::candidates(tx, kind, pusher.connection.id, &[], Window { after, limit: count }).await?
            }
            None => Vec::new(),
        };
        let resources = show::shown(tx, pusher, kind, list, &query.projection).await?;
        return Ok(ListResponse::by_index(resources, total, start));
    }
    if let Some(found) = matches::few(tx, pusher, kind, query).await? {
        let total = found.len();
        let list = found.into_iter().skip(start - 1).take(count).collect();
        let resources = show::shown(tx, pusher, kind, list, &query.projection).await?;
        return Ok(ListResponse::by_index(resources, total, start));
    }
    let hits = matches::gather(tx, pusher, kind, query, 0, usize::MAX).await?;
    let page: Vec<i64> = hits.iter().skip(start - 1).take(count).map(|hit| hit.number).collect();
    let resources = page_of(tx, pusher, kind, query, &page).await?;
    Ok(ListResponse::by_index(resources, hits.len(), start))
}

async fn by_cursor(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    query: &Query,
    after: Option<CursorKey>,
    count: usize,
    now: kernel::Timestamp,
) -> Result<ListResponse<Object>, ProvisioningError> {
    let after = after.as_ref().and_then(hit_of);
    let (hits, total) = if query.sort.is_none() {
        let from = after.map_or(0, |hit| hit.number);
        let total = match query.filter {
            None => Some(rows::total(tx, kind, pusher.connection.id).await?),
            Some(_) => None,
        };
        (matches::gather(tx, pusher, kind, query, from, count + 1).await?, total)
    } else {
        let all = matches::gather(tx, pusher, kind, query, 0, usize::MAX).await?;
        let total = all.len();
        let from = after.map_or(0, |last| all.partition_point(|hit| !comes_after(query, hit, &last)));
        (all.into_iter().skip(from).take(count + 1).collect(), Some(total))
    };
    let page: Vec<i64> = hits.iter().take(count).map(|hit| hit.number).collect();
    let next = (hits.len() > count).then(|| cursor_of(&hits[count - 1]).encode(query, now));
    let resources = page_of(tx, pusher, kind, query, &page).await?;
    Ok(ListResponse::by_cursor(resources, total, next))
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
        let hits = matches::gather(tx, pusher, kind, query, 0, usize::MAX).await?;
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
            CursorKey::decode(text, first, now, CURSOR_TIMEOUT)?.id.parse().unwrap_or(usize::MAX)
        }
    };
    let count = first.page.count();
    let mut resources = Vec::new();
    for (hit, place) in all.iter().skip(skip).take(count) {
        let (kind, query) = &queries[*place];
        resources.extend(page_of(tx, pusher, kind, query, &[hit.number]).await?);
    }
    let end = skip.saturating_add(count);
    Ok(match &first.page {
        Paging::Index { start, .. } => ListResponse::by_index(resources, all.len(), *start),
        Paging::Cursor { .. } => {
            let next = (end < all.len()).then(|| CursorKey { key: None, id: end.to_string() }.encode(first, now));
            ListResponse::by_cursor(resources, Some(all.len()), next)
        }
    })
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

fn comes_after(query: &Query, hit: &Hit, last: &Hit) -> bool {
    let by_key = match (&query.sort, &hit.key, &last.key) {
        (Some(sort), Some(left), Some(right)) => sort.compare(left, right),
        _ => std::cmp::Ordering::Equal,
    };
    by_key.then_with(|| hit.number.cmp(&last.number)).is_gt()
}

/// A hit as a cursor keeps it: the first letter says what kind of value the order is by.
fn cursor_of(hit: &Hit) -> CursorKey {
    let key = hit.key.as_ref().and_then(|key| match key {
        SortKey::Boolean(flag) => Some(format!("b{}", u8::from(*flag))),
        SortKey::Moment(moment) => Some(format!("m{}", moment.micros())),
        SortKey::Text(text) => Some(format!("t{text}")),
        SortKey::Nothing => None,
    });
    CursorKey { key, id: hit.number.to_string() }
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
