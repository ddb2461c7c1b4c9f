//! Lists of objects: filtered, searched, sorted, counted, cut into pages and written.
//!
//! A page is found by walking ordinals from where the last one ended, so a list of a million costs a page at a time.

use std::borrow::Cow;

use axum::response::Response;
use http::StatusCode;
use kernel::Timestamp;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::entity::{self, Style};
use super::error::GraphError;
use super::expand::{self, Expand};
use super::filter::{self, Expr};
use super::order::{self, Best, Order, Rank};
use super::permission::{READ_SIGN_INS, visible};
use super::search::{self, Search};
use super::select::Columns;
use super::token;
use super::view::View;
use crate::World;
use crate::directory::property::{Mask, user};
use crate::directory::record::write_text;
use crate::directory::{Kind, Ref};
use crate::world::License;

/// Lists with sign-in activity are cut to this (Graph, signInActivity).
const ACTIVITY_PAGE: usize = 120;

/// What to list.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    /// The objects, by kind.
    pub pools: Vec<(Kind, Cow<'a, RoaringBitmap>)>,
    /// The fragment of the context: `users`, `directoryObjects`.
    pub fragment: &'a str,
    /// Items carry `@odata.type`.
    pub typed: bool,
    /// Objects that are not live are meant.
    pub deleted: bool,
}

/// Where the next page begins.
#[derive(Debug, Serialize, Deserialize)]
struct PageToken {
    at: u64,
    key: Option<String>,
    issued: Timestamp,
}

/// The compiled options of a list.
struct Query {
    filters: Vec<(Kind, Option<Expr>)>,
    searches: Vec<(Kind, Option<Search>)>,
    order: Option<Order>,
    columns: [Columns; 2],
    visible: [Mask; 2],
    expand: Vec<Expand>,
    size: usize,
}

/// One page of the list.
pub(crate) fn page(call: &Call, view: View<'_>, listing: &Listing<'_>) -> Result<Response, GraphError> {
    call.options.refuse_skip()?;
    let query = compile(call, listing)?;
    let start: Option<PageToken> = call.options.skiptoken.as_deref().map(token::unpack).transpose()?;
    if let Some(start) = &start {
        token::check_page(&call.switches, start.issued, view.now)?;
    }
    let counted = call.options.count && call.eventual() && start.is_none();
    let mut found = find(view, listing, &query, start, counted);
    let more = found.objects.len() > query.size;
    found.objects.truncate(query.size);
    let next = more.then(|| found.objects.last()).flatten().map(|last| {
        let token =
            PageToken { at: last.1.position + 1, key: query.order.map(|_| last.1.key.clone()), issued: view.now };
        call.link(&call.options.next_query(&token::pack(&token)))
    });

    let mut body = Vec::with_capacity(256 + found.objects.len() * 512);
    body.extend_from_slice(b"{\"@odata.context\":");
    write_text(&mut body, &call.context(&fragment(listing.fragment, call)));
    if let Some(count) = found.count {
        body.extend_from_slice(format!(",\"@odata.count\":{count}").as_bytes());
    }
    if call.options.select.is_none() && matches!(listing.fragment, "users" | "groups") {
        body.extend_from_slice(b",\"@microsoft.graph.tips\":\"Use $select to choose only the properties your app needs, as this can lead to performance improvements.\"");
    }
    if let Some(next) = next {
        body.extend_from_slice(b",\"@odata.nextLink\":");
        write_text(&mut body, &next);
    }
    body.extend_from_slice(b",\"value\":[");
    write_items(&mut body, call, view, listing, &query, &found.objects);
    body.extend_from_slice(b"]}");
    Ok(call.json(body))
}

/// The length of the list as plain text.
pub(crate) fn count(call: &Call, view: View<'_>, listing: &Listing<'_>) -> Result<Response, GraphError> {
    if !call.eventual() {
        return Err(GraphError::bad_request("$count is not currently supported."));
    }
    let query = compile(call, listing)?;
    let found = find(view, listing, &Query { size: 0, order: None, ..query }, None, true);
    Ok(call.count(found.count.unwrap_or(0)))
}

fn write_items(
    body: &mut Vec<u8>,
    call: &Call,
    view: View<'_>,
    listing: &Listing<'_>,
    query: &Query,
    objects: &[(Ref, Rank)],
) {
    for (index, (object, _)) in objects.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        let slot = object.kind as usize;
        let style =
            Style { columns: &query.columns[slot], visible: query.visible[slot], typed: listing.typed, now: view.now };
        entity::open(body, view.directory, *object, style);
        expand::write(body, call, view, *object, &query.expand);
        body.push(b'}');
    }
}

struct Found {
    objects: Vec<(Ref, Rank)>,
    count: Option<u64>,
}

/// Walks the pools: up to one object more than a page, and all of them when a count or an order is wanted.
fn find(view: View<'_>, listing: &Listing<'_>, query: &Query, start: Option<PageToken>, counted: bool) -> Found {
    let from = start.as_ref().map_or(0, |start| start.at);
    let after = match (query.order, start) {
        (Some(order), Some(PageToken { at, key: Some(key), .. })) => {
            Some(Rank::resumed(key, at.saturating_sub(1), order))
        }
        _ => None,
    };
    let walk_all = counted || query.order.is_some();
    let mut best = query.order.map(|_| Best::new(query.size + 1));
    let (mut objects, mut count) = (Vec::new(), 0);
    'pools: for (kind, pool) in &listing.pools {
        let base = (*kind as u64) << 32;
        let mut ordinals = pool.iter();
        if !walk_all {
            if from >= base + (1 << 32) {
                continue;
            }
            ordinals.advance_to(u32::try_from(from.saturating_sub(base)).unwrap_or(u32::MAX));
        }
        for ordinal in ordinals {
            let object = Ref { kind: *kind, ordinal };
            if !passes(view, listing, query, object) {
                continue;
            }
            count += 1;
            let position = base | u64::from(ordinal);
            if let (Some(best), Some(order)) = (&mut best, query.order) {
                let rank = Rank::of(view.directory, object, position, order);
                if after.as_ref().is_none_or(|after| rank > *after) {
                    best.offer(rank);
                }
            } else if objects.len() <= query.size && position >= from {
                objects.push((object, Rank::unsorted(position)));
                if !walk_all && objects.len() > query.size {
                    break 'pools;
                }
            }
        }
    }
    if let Some(best) = best {
        objects = best.into_sorted().into_iter().map(|rank| (object_at(rank.position), rank)).collect();
    }
    Found { objects, count: counted.then_some(count) }
}

fn object_at(position: u64) -> Ref {
    let ordinal = u32::try_from(position & 0xffff_ffff).unwrap_or(0);
    if position >> 32 == 0 { Ref::user(ordinal) } else { Ref::group(ordinal) }
}

fn passes(view: View<'_>, listing: &Listing<'_>, query: &Query, object: Ref) -> bool {
    let slot = query.filters.iter().position(|(kind, _)| *kind == object.kind);
    (listing.deleted || view.sees(object))
        && slot.is_some_and(|slot| {
            query.filters[slot].1.as_ref().is_none_or(|expr| filter::matches(view.directory, object, expr))
                && query.searches[slot].1.as_ref().is_none_or(|search| search::matches(view.directory, object, search))
        })
}

fn compile(call: &Call, listing: &Listing<'_>) -> Result<Query, GraphError> {
    let options = &call.options;
    let kinds: Vec<Kind> = listing.pools.iter().map(|(kind, _)| *kind).collect();
    let advanced = call.eventual() && (options.count || call.path().ends_with("/$count"));
    if options.search.is_some() && !call.eventual() {
        return Err(GraphError::unsupported_query(
            "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
        ));
    }
    let expand = expand::parse(options.expand.as_deref(), &kinds)?;
    if !expand.is_empty() && advanced {
        return Err(GraphError::unsupported_query(
            "$expand is not supported together with advanced query capabilities.",
        ));
    }
    let (columns, size) = columns(call, &kinds)?;
    let order = match (&options.orderby, kinds.first()) {
        (Some(text), Some(kind)) => Some(order::parse(*kind, text, options.filter.is_some(), advanced)?),
        _ => None,
    };
    Ok(Query {
        filters: per_kind(&kinds, options.filter.as_deref(), |kind, text| {
            let expr = filter::parse(kind, text)?;
            filter::check(kind, &expr, advanced)?;
            Ok(expr)
        })?,
        searches: per_kind(&kinds, options.search.as_deref(), search::parse)?,
        order,
        columns,
        visible: [visible(&call.caller, Kind::User), visible(&call.caller, Kind::Group)],
        expand,
        size,
    })
}

/// Compiles an option for every kind. In mixed lists a kind that does not know a property has no hits; only when
/// none knows it, it is an error.
fn per_kind<T>(
    kinds: &[Kind],
    text: Option<&str>,
    compile: impl Fn(Kind, &str) -> Result<T, GraphError>,
) -> Result<Vec<(Kind, Option<T>)>, GraphError> {
    let Some(text) = text else { return Ok(kinds.iter().map(|kind| (*kind, None)).collect()) };
    let (mut compiled, mut problem) = (Vec::new(), None);
    for kind in kinds {
        match compile(*kind, text) {
            Ok(value) => compiled.push((*kind, Some(value))),
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    match problem {
        Some(error) if compiled.is_empty() => Err(error),
        _ => Ok(compiled),
    }
}

fn columns(call: &Call, kinds: &[Kind]) -> Result<([Columns; 2], usize), GraphError> {
    let select = call.options.select.as_deref();
    let columns = match kinds {
        [kind] => {
            let one = Columns::of(*kind, select)?;
            [one.clone(), one]
        }
        _ => Columns::of_mixed(select)?,
    };
    for kind in kinds {
        if columns[*kind as usize].has_elsewhere(*kind) {
            return Err(GraphError::new(
                StatusCode::NOT_IMPLEMENTED,
                "NotImplemented",
                "This operation target is not yet supported.",
            ));
        }
    }
    let mut size = call.options.page_size();
    if kinds.contains(&Kind::User) && columns[0].mask & user::SIGN_IN_ACTIVITY.bit() != 0 {
        may_read_activity(call)?;
        size = size.min(ACTIVITY_PAGE);
    }
    Ok((columns, size))
}

/// Sign-in activity needs its own permission and a licence.
pub(crate) fn may_read_activity(call: &Call) -> Result<(), GraphError> {
    if call.caller.tenant.license() < License::P1 {
        return Err(GraphError::new(
            StatusCode::FORBIDDEN,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        ));
    }
    if call.caller.allowed(READ_SIGN_INS) {
        return Ok(());
    }
    Err(GraphError::new(
        StatusCode::FORBIDDEN,
        "Authentication_MSGraphPermissionMissing",
        "Calling principal does not have required MSGraph permissions AuditLog.Read.All",
    ))
}

/// `users` or `users(id,displayName)`.
pub(crate) fn fragment(name: &str, call: &Call) -> String {
    match &call.options.select {
        Some(names) => format!("{name}({})", names.join(",")),
        None => name.to_owned(),
    }
}

/// Purges what was deleted more than 30 days ago, if anything was.
pub(crate) fn tidy(world: &World, call: &Call) {
    let now = world.clock.now();
    if call.caller.tenant.directory().has_expired(now) {
        call.caller.tenant.directory_mut().purge_expired(now);
    }
}
