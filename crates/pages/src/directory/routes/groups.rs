//! Groups.

use axum::extract::State;
use axum::response::{Redirect, Response};
use directory::index::Reach;
use directory::permissions::ReadDirectory;
use directory::views::{GroupMember, GroupView as Found};
use directory::{GroupFilter, GroupId, GroupKind, GroupSort, Order, SourceId, SourceKind};
use dirsync::permissions::{SyncOne, Undo};
use kernel::{Cursor, PageRequest};
use serde::Deserialize;
use uuid::Uuid;
use web::{Path, Problem, Query};

use super::users::name_of;
use super::{file, format_of};
use super::{source_href, sources};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::group::{GroupPage, GroupView, MemberRow, NestedRow, Open, SHEET, members, nested};
use crate::directory::groups::{self, GroupQuery};
use crate::directory::words;
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::parts::Timeline;
use crate::render::page;
use crate::sheet::{self, Rows};

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    format: String,
}

impl Wanted {
    fn filter(&self) -> GroupFilter {
        let text = Some(self.q.trim().to_owned()).filter(|text| !text.is_empty());
        GroupFilter { text, kind: GroupKind::parse(&self.kind), ..GroupFilter::default() }
    }

    fn order(&self) -> Order<GroupSort> {
        let (descending, key) = self.sort.strip_prefix('-').map_or((false, self.sort.as_str()), |key| (true, key));
        let by = match key {
            "changed" => GroupSort::ChangedAt,
            other => GroupSort::parse(other).unwrap_or(GroupSort::Name),
        };
        Order { by, descending }
    }
}

/// `GET /directory/groups`.
pub async fn list_groups(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let wanted = list.wanted;
    let found = rooms.directory.list_groups(&may, &wanted.filter(), wanted.order(), &list.asked.page).await?;
    let counts = rooms.directory.index(desk.caller.actor().organisation).ok().map(|index| index.counts());
    let all = wanted.filter() == GroupFilter::default();
    let total = counts.filter(|_| all).map(|counts| counts.groups);
    let sources = sources(&desk, &rooms).await?;
    let rows: Vec<_> =
        found.items.iter().map(|group| words::group(group, &name_of(&sources, group.source.id))).collect();
    let shown = GroupQuery { q: wanted.q, kind: wanted.kind, sort: wanted.sort };
    let next = found.next.as_ref().map(Cursor::as_str);
    Ok(page(&groups::page(desk.frame("Groups", Section::Groups), &rows, &shown, total, &list.here, next)))
}

/// `GET /directory/groups/export`.
pub async fn export_groups(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let format = format_of(&wanted.format);
    let lines = rooms.directory.export_groups(&may, wanted.filter(), format).await?;
    Ok(file("vestibule-groups", format, lines))
}

async fn find(desk: &Desk, rooms: &Rooms, id: GroupId) -> Result<Found, Problem> {
    Ok(rooms.directory.get_group(&desk.may(ReadDirectory {})?, id).await?)
}

async fn show(desk: &Desk, rooms: &Rooms, found: &Found, open: Open) -> Result<Response, Problem> {
    let sources = sources(desk, rooms).await?;
    let summary = &found.summary;
    let row = words::group(summary, &name_of(&sources, summary.source.id));
    let count = |length: usize| u64::try_from(length).unwrap_or(0);
    let view = GroupView {
        id: row.id,
        name: row.name,
        description: row.description,
        kind: row.kind,
        dynamic: row.dynamic,
        state: row.state,
        state_reason: words::state_reason(&summary.state),
        object_id: summary.object_id.to_string(),
        mail: summary.mail.clone().unwrap_or_default(),
        tenant: row.source,
        tenant_href: source_href(summary.source.kind, summary.source.id),
        pushed: summary.source.kind == SourceKind::Scim,
        source_id: summary.source.id.to_string(),
        first_seen: found.created_at,
        changed: summary.changed_at,
        direct_count: summary.direct_members.unwrap_or_default(),
        transitive_count: summary.transitive_members.unwrap_or_default(),
        nested_count: count(found.children.len()),
        parent_count: count(found.parents.len()),
        left_out_count: found.members.left_out,
        unknown_count: found.members.unknown
            + found.members.devices
            + found.members.service_principals
            + found.members.others,
    };
    Ok(page(&GroupPage::new(desk.frame(view.name.clone(), Section::Groups), view, open)))
}

/// Which members.
#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    members: String,
    #[serde(default)]
    q: String,
}

impl Which {
    fn reach(&self) -> Reach {
        if self.members == "direct" { Reach::Direct } else { Reach::Transitive }
    }
}

/// `GET /directory/groups/{id}`.
pub async fn show_members(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<GroupId>,
    list: Listing<Which>,
) -> Result<Response, Problem> {
    let group = find(&desk, &rooms, id).await?;
    let listed = SHEET.page(&rows(&desk, rooms.clone(), id, &list.wanted)?, &list.asked).await?;
    let table = members(&listed, desk.now(), &list.here);
    show(&desk, &rooms, &group, Open::Members { table, transitive: list.wanted.reach() == Reach::Transitive }).await
}

/// `GET /directory/groups/{id}/export`.
pub async fn export_members(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<GroupId>,
    list: Listing<Which>,
) -> Result<Response, Problem> {
    find(&desk, &rooms, id).await?;
    SHEET.csv(rows(&desk, rooms, id, &list.wanted)?, &list.asked).await
}

/// Its members, page by page.
pub fn rows(desk: &Desk, rooms: Rooms, id: GroupId, which: &Which) -> Result<Rows<MemberRow>, Problem> {
    let text = Some(which.q.trim().to_owned()).filter(|text| !text.is_empty());
    let context = (rooms, desk.may(ReadDirectory {})?, which.reach(), text);
    Ok(sheet::rows(context, move |context, request| async move {
        let (rooms, may, reach, text) = &*context;
        let found = rooms.directory.group_members(may, id, *reach, text.as_deref(), &request).await?;
        Ok(found.map(|found| member(&found)))
    }))
}

/// `GET /directory/groups/of/{source}/{object}`: by its id in the source.
pub async fn find_group(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((source, object)): Path<(SourceId, Uuid)>,
) -> Result<Redirect, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let found = rooms.directory.get_group_by_object_id(&may, source, object).await?;
    Ok(Redirect::to(&format!("/directory/groups/{}", found.summary.id)))
}

fn member(member: &GroupMember) -> MemberRow {
    let row = words::user(&member.user, "");
    MemberRow {
        id: row.id,
        name: row.name,
        upn: row.upn,
        state: row.state,
        direct: member.direct,
        path: words::path(&member.path),
    }
}

/// `GET /directory/groups/{id}/nested`.
pub async fn show_nested(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<GroupId>) -> Result<Response, Problem> {
    let group = find(&desk, &rooms, id).await?;
    let row = |parent: bool| {
        let cycle = &group.cycle;
        move |other: &directory::views::GroupRef| NestedRow {
            id: other.id.to_string(),
            name: other.name.clone(),
            parent,
            cycle: cycle.iter().any(|knot| knot.id == other.id),
        }
    };
    let rows: Vec<_> = group.parents.iter().map(row(true)).chain(group.children.iter().map(row(false))).collect();
    show(&desk, &rooms, &group, Open::Nested(nested(&rows))).await
}

/// `GET /directory/groups/{id}/history`.
pub async fn show_history(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<GroupId>,
) -> Result<Response, Problem> {
    let group = find(&desk, &rooms, id).await?;
    let may = desk.may(ReadDirectory {})?;
    let found = rooms.directory.group_history(&may, id, &PageRequest::first(200)).await?;
    let may_undo = desk.can(Undo { source: group.summary.source.id });
    let entries = found.items.iter().map(|entry| words::entry(entry, desk.now(), may_undo)).collect();
    show(&desk, &rooms, &group, Open::History(Timeline::new(entries, "Nothing has happened yet."))).await
}

/// `POST /directory/groups/{id}/sync`.
pub async fn sync_group(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<GroupId>) -> Result<Response, Problem> {
    let group = find(&desk, &rooms, id).await?.summary;
    let may = desk.may(SyncOne { source: group.source.id })?;
    let run = rooms.dirsync.sync_one(&may, &format!("group:{}", group.object_id), false).await?;
    Ok(done(format!("/dirsync/runs/{}", run.id), Done::RunStarted))
}
