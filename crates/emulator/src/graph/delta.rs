//! `/users/delta` and `/groups/delta` (Graph, delta query overview).
//!
//! | request carries | answer |
//! |---|---|
//! | nothing, or an empty `$deltatoken` | first page of a full round |
//! | `$deltatoken=latest` | no objects and a delta link: changes from now |
//! | `$deltatoken` | first page of the changes since |
//! | `$skiptoken` | next page of the round |
//!
//! A page has either a next link or a delta link. Tokens carry all there is to know; the server keeps nothing.

mod round;
mod token;
mod write;

use std::time::Duration;

use axum::response::Response;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use super::call::Call;
use super::error::GraphError;
use super::filter::{self, Expr, Literal, Op, Path, Root};
use super::permission::{READ_GROUPS, READ_SIGN_INS, READ_USERS};
use super::select::Columns;
use super::view::View;
use crate::directory::Kind;
use crate::directory::property::{Home, user};
use crate::directory::record::write_text;
use token::{DeltaToken, Plan, SkipToken};

/// The most ids a filter may name.
const MOST_IDS: usize = 50;

/// `GET /users/delta`.
pub(crate) async fn users_delta(call: Call) -> Result<Response, GraphError> {
    call.caller.require(READ_USERS)?;
    answer(&call, Kind::User)
}

/// `GET /groups/delta`.
pub(crate) async fn groups_delta(call: Call) -> Result<Response, GraphError> {
    call.caller.require(READ_GROUPS)?;
    answer(&call, Kind::Group)
}

fn answer(call: &Call, kind: Kind) -> Result<Response, GraphError> {
    refuse_unsupported(call)?;
    super::list::tidy(&call.world, call);
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    match (&call.options.skiptoken, call.options.deltatoken.as_deref()) {
        (Some(token), _) => {
            let token: SkipToken = super::token::unpack(token)?;
            super::token::check_page(&call.switches, token.round.issued, view.now)?;
            if !token.round.is_of(view.directory) {
                return Err(super::token::expired_page());
            }
            if token.round.plan.kind != kind || call.options.select.is_some() {
                return Err(GraphError::unsupported_query(
                    "Unsupported query: $skiptoken cannot be combined with other parameters.",
                ));
            }
            Ok(page(call, view, token))
        }
        (None, Some(word)) if word.eq_ignore_ascii_case("latest") => {
            let plan = plan(call, kind)?;
            let mark = DeltaToken::at(view, plan, view.position());
            Ok(render(call, kind, &[], &Link::Delta(mark)))
        }
        (None, None | Some("")) => Ok(page(call, view, SkipToken::full(view, &call.switches, plan(call, kind)?))),
        (None, Some(token)) => {
            let mut mark: DeltaToken = super::token::unpack(token)?;
            check_mark(call, view, kind, &mark)?;
            if call.options.select.is_some() {
                mark.plan = plan(call, kind)?;
            }
            Ok(page(call, view, SkipToken::since(view, &call.switches, mark)))
        }
    }
}

fn refuse_unsupported(call: &Call) -> Result<(), GraphError> {
    let options = &call.options;
    let given = [
        ("$expand", options.expand.is_some()),
        ("$top", options.top.is_some()),
        ("$orderby", options.orderby.is_some()),
        ("$search", options.search.is_some()),
        ("$count", options.count),
        ("$skip", options.skip),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(GraphError::unsupported_query(format!(
            "The query parameter '{name}' is not supported for delta queries on this resource."
        ))),
        None => Ok(()),
    }
}

/// Whether a delta link still works: the two refusals that clients see.
fn check_mark(call: &Call, view: View<'_>, kind: Kind, mark: &DeltaToken) -> Result<(), GraphError> {
    if mark.plan.kind != kind {
        return Err(GraphError::bad_request("Badly formed token."));
    }
    let days = call.switches.delta_link_days;
    let too_old = view.now > mark.issued.plus(Duration::from_secs(days * 86_400));
    if call.switches.force_delta_expiry || too_old {
        // Documents speak of 7 days and a code of their own; what is seen is 30 days and a general code.
        return Err(if days <= 7 {
            GraphError::new(
                StatusCode::BAD_REQUEST,
                "syncStateNotFound",
                "The sync state generation is not found. The delta token is expired and data must be synchronized again.",
            )
        } else {
            GraphError::unsupported_query("DeltaLink older than 30 days is not supported.")
        });
    }
    if call.switches.force_delta_reset
        || mark.origin != view.directory.origin()
        || mark.since > view.directory.position()
    {
        let gone = GraphError::new(
            StatusCode::GONE,
            "resyncRequired",
            "Resync required. The provided delta token is no longer valid; start over.",
        );
        let location = HeaderValue::from_str(&call.link("$deltatoken="));
        return Err(match location {
            Ok(location) => gone.with_header(LOCATION, location),
            Err(_) => gone,
        });
    }
    Ok(())
}

/// What a first request fixes for all later ones.
fn plan(call: &Call, kind: Kind) -> Result<Plan, GraphError> {
    let select = call.options.select.as_deref();
    let columns = Columns::of(kind, select)?;
    if columns.has_elsewhere(kind) {
        return Err(GraphError::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            "This operation target is not yet supported.",
        ));
    }
    if kind == Kind::User && columns.mask & user::SIGN_IN_ACTIVITY.bit() != 0 && !call.caller.allowed(READ_SIGN_INS) {
        return Err(GraphError::denied());
    }
    let ids = call.options.filter.as_deref().map(|text| id_filter(kind, text)).transpose()?;
    let shown = columns.props.iter().filter(|prop| kind.table()[usize::from(prop.0)].home != Home::Hidden);
    let mask = shown.fold(0, |set, prop| set | prop.bit());
    let relation = if kind == Kind::User { "manager" } else { "members" };
    let named = columns.relations.iter().any(|name| name == relation);
    Ok(Plan {
        kind,
        mask,
        // Without `$select` every change is reported, and groups carry their members.
        tracked: if select.is_some() { mask } else { u128::MAX },
        relation: named || (select.is_none() && kind == Kind::Group),
        ids,
        fragment: super::list::fragment(if kind == Kind::User { "users" } else { "groups" }, call),
    })
}

/// `id eq '…' or id eq '…'`, up to fifty.
fn id_filter(kind: Kind, text: &str) -> Result<Vec<String>, GraphError> {
    let refuse = || {
        GraphError::unsupported_query("Unsupported query: delta supports only filters on 'id' with at most 50 values.")
    };
    let parts = match filter::parse(kind, text)? {
        Expr::Or(parts) => parts,
        one => vec![one],
    };
    let id = |part: Expr| match part {
        Expr::Compare(Path { root: Root::Prop(user::ID), rest }, Op::Eq, Literal::Text(id) | Literal::Bare(id))
            if rest.is_empty() =>
        {
            Ok(id)
        }
        _ => Err(refuse()),
    };
    let ids: Vec<String> = parts.into_iter().map(id).collect::<Result<_, _>>()?;
    if ids.len() > MOST_IDS { Err(refuse()) } else { Ok(ids) }
}

/// How a page goes on.
enum Link {
    Next(Box<SkipToken>),
    Delta(DeltaToken),
}

fn page(call: &Call, view: View<'_>, token: SkipToken) -> Response {
    let minimal = call.prefers("return=minimal");
    let kind = token.round.plan.kind;
    let (items, link) = round::page(view, &call.switches, token, minimal);
    render(call, kind, &items, &link)
}

fn render(call: &Call, kind: Kind, items: &[u8], link: &Link) -> Response {
    let (fragment, name, parameter, packed) = match link {
        Link::Next(token) => (&token.round.plan.fragment, "nextLink", "$skiptoken", super::token::pack(token)),
        Link::Delta(token) => (&token.plan.fragment, "deltaLink", "$deltatoken", super::token::pack(token)),
    };
    let set = if kind == Kind::User { "/users/delta" } else { "/groups/delta" };
    let mut body = Vec::with_capacity(items.len() + 512);
    body.extend_from_slice(b"{\"@odata.context\":");
    write_text(&mut body, &call.context(&format!("{fragment}/$delta")));
    body.extend_from_slice(format!(",\"@odata.{name}\":").as_bytes());
    write_text(&mut body, &call.link_to(set, &format!("{parameter}={packed}")));
    body.extend_from_slice(b",\"value\":[");
    body.extend_from_slice(items);
    body.extend_from_slice(b"]}");
    call.json(body)
}
