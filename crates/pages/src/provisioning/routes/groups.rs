//! User groups.

use axum::extract::State;
use axum::response::Response;
use directory::permissions::ReadDirectory;
use directory::{GroupFilter, GroupId, GroupSort, Order, SourceKind, StateName};
use kernel::Timestamp;
use provisioning::user_groups::{Drift, DriftSide, UserGroupDetails, UserGroupView};
use serde::Deserialize;
use web::{Path, Problem};

use super::{connection_names, tenants};
use crate::Rooms;
use crate::desk::Desk;
use crate::directory::group::{SHEET as MEMBERS, members};
use crate::directory::routes::groups::{Which, rows as member_rows};
use crate::layout::Section;
use crate::listing::Listing;
use crate::provisioning::group::{DriftView, GroupPage, GroupView};
use crate::provisioning::groups::{self, GroupQuery, GroupRow, HERE, SHEET};
use crate::render::page;
use crate::sheet::{self, Rows};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    source: String,
    /// A connection is a source like any other.
    connection: String,
    state: String,
}

impl Wanted {
    fn source(&self) -> &str {
        if self.source.is_empty() { &self.connection } else { &self.source }
    }

    fn filter(&self) -> GroupFilter {
        let text = Some(self.q.trim().to_owned()).filter(|text| !text.is_empty());
        GroupFilter {
            text,
            state: StateName::parse(&self.state),
            source: self.source().parse().ok(),
            ..GroupFilter::default()
        }
    }
}

async fn sources(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    let mut all = tenants(desk, rooms).await?;
    all.extend(connection_names(desk, rooms).await?);
    Ok(all)
}

/// `GET /provisioning/groups`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(&desk, &rooms, &list.wanted)?, &list.asked).await?;
    let counts = rooms.directory.index(desk.caller.actor().organisation).ok().map(|index| index.counts());
    let total = counts.filter(|_| list.wanted.filter() == GroupFilter::default()).map(|counts| counts.groups);
    let source = list.wanted.source().to_owned();
    let shown =
        GroupQuery { q: list.wanted.q, source, state: list.wanted.state, sources: sources(&desk, &rooms).await? };
    Ok(page(&groups::page(desk.frame("User groups", Section::UserGroups), &listed, &shown, total, &list.here)))
}

/// `GET /provisioning/groups/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, &rooms, &list.wanted)?, &list.asked).await
}

fn rows(desk: &Desk, rooms: &Rooms, wanted: &Wanted) -> Result<Rows<GroupRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadDirectory {})?, wanted.filter());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter) = &*context;
        let order = Order { by: GroupSort::Name, descending: false };
        let found = rooms.provisioning.list_known_groups(may, filter, order, &request).await?;
        Ok(found.map(|group| row(&group)))
    }))
}

fn row(group: &UserGroupView) -> GroupRow {
    let summary = &group.summary;
    let used: Vec<_> = group.used_by.iter().map(|one| one.name.clone()).collect();
    GroupRow {
        id: summary.id.to_string(),
        name: summary.name.clone(),
        object_id: summary.object_id.to_string(),
        sid: group.on_premises_sid.clone().or_else(|| group.cloud_sid.clone()).unwrap_or_default(),
        source: group.source_name.clone().unwrap_or_default(),
        way: way(group).to_owned(),
        deleted: is_deleted(group),
        direct_count: summary.direct_members,
        transitive_count: summary.transitive_members,
        last_sync: last_sync(group),
        used_by: used.join(", "),
        same_name: group.namesake.is_some(),
    }
}

fn is_deleted(group: &UserGroupView) -> bool {
    group.summary.state.state == StateName::Deleted
}

/// When any of its sources last confirmed it.
fn last_sync(group: &UserGroupView) -> Option<Timestamp> {
    let pushed = group.pushes.iter().filter_map(|push| push.last_call_at).max();
    let read = (group.summary.source.kind != SourceKind::Scim).then_some(group.seen_at);
    read.into_iter().chain(pushed).max()
}

/// By which way it comes.
fn way(group: &UserGroupView) -> &'static str {
    match (group.summary.source.kind == SourceKind::Scim, group.pushes.is_empty()) {
        (true, _) => "Pushed",
        (false, true) => "Read",
        (false, false) => "Read and pushed",
    }
}

/// `GET /provisioning/groups/{id}`.
pub async fn show(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<GroupId>,
    list: Listing<Which>,
) -> Result<Response, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let found = rooms.provisioning.get_known_group(&may, id).await?;
    let drift = rooms.provisioning.get_group_drift(&may, id).await?;
    let listed = MEMBERS.page(&member_rows(&desk, rooms.clone(), id, &list.wanted)?, &list.asked).await?;
    let table = members(&listed, desk.now(), &list.here);
    let view = view(&found, &drift);
    Ok(page(&GroupPage::new(desk.frame(view.name.clone(), Section::UserGroups), view, table)))
}

/// `GET /provisioning/groups/{id}/export`.
pub async fn export_members(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<GroupId>,
    list: Listing<Which>,
) -> Result<Response, Problem> {
    MEMBERS.csv(member_rows(&desk, rooms, id, &list.wanted)?, &list.asked).await
}

fn view(found: &UserGroupDetails, drift: &[Drift]) -> GroupView {
    let group = &found.group;
    let shown = row(group);
    let source = group.summary.source.id;
    let pushed = group.summary.source.kind == SourceKind::Scim;
    let connection = |id: &str| format!("/provisioning/connections/{id}");
    GroupView {
        source_href: if pushed { connection(&source.to_string()) } else { format!("/tenants/{source}") },
        first_seen: found.created_at,
        changed: group.summary.changed_at,
        last_push: group.pushes.iter().map(|push| push.pushed_at).max(),
        direct_count: group.summary.direct_members.unwrap_or_default(),
        transitive_count: group.summary.transitive_members.unwrap_or_default(),
        pushed_by: group
            .pushes
            .iter()
            .map(|push| {
                (push.connection_name.clone(), connection(&push.connection_id.to_string()), push.scim_id.to_string())
            })
            .collect(),
        used_by: group.used_by.iter().map(|one| (one.name.clone(), one.href.clone())).collect(),
        names: found.names.iter().map(|name| (name.name.clone(), name.from)).collect(),
        same_name: group
            .namesake
            .iter()
            .map(|other| {
                let href = other.id.map(|id| format!("{HERE}/{id}")).unwrap_or_default();
                (href, other.object_id.to_string(), other.until)
            })
            .collect(),
        drift: drift.iter().map(drift_view).collect(),
        id: shown.id,
        name: shown.name,
        object_id: shown.object_id,
        sid: shown.sid,
        source: shown.source,
        way: shown.way,
        deleted: shown.deleted,
        last_sync: shown.last_sync,
    }
}

/// How many names of those who are on one side only are shown.
const NAMES: usize = 8;

fn drift_view(drift: &Drift) -> DriftView {
    let side = |side: &DriftSide| {
        let names = side.members.iter().take(NAMES);
        let names = names.map(|one| one.name.clone().unwrap_or_else(|| one.object_id.to_string()));
        (side.count, names.collect())
    };
    DriftView {
        connection: drift.connection_name.clone(),
        pushed: drift.pushed,
        in_graph: drift.in_graph,
        nested: drift.nested_groups,
        only_pushed: side(&drift.only_pushed),
        only_in_graph: side(&drift.only_in_graph),
    }
}
