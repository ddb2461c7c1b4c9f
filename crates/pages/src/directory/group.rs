//! `GET /directory/groups/{id}`: one group: members direct and transitive, nested groups, history.

use askama::Template;
use kernel::Timestamp;

use super::users::UserState;
use crate::address::Address;
use crate::doors::Offers as _;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, Cell, Facts, PageHead, Path, Tab, Tabs, Timeline, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One group.
#[derive(Debug, Clone)]
pub struct GroupView {
    pub id: String,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub dynamic: bool,
    pub state: UserState,
    pub state_reason: String,
    pub object_id: String,
    pub mail: String,
    pub tenant: String,
    pub tenant_href: String,
    /// Whether it is only pushed and never read: no run and no exception is about it.
    pub pushed: bool,
    /// The source's id.
    pub source_id: String,
    pub first_seen: Timestamp,
    pub changed: Timestamp,
    pub direct_count: u64,
    pub transitive_count: u64,
    pub nested_count: u64,
    pub parent_count: u64,
    /// Members that are known but left out by settings.
    pub left_out_count: u64,
    /// Members that are no known people: devices, service principals, others.
    pub unknown_count: u64,
}

/// One member.
#[derive(Debug, Clone)]
pub struct MemberRow {
    pub id: String,
    pub name: String,
    pub upn: String,
    pub state: UserState,
    pub direct: bool,
    /// The shortest way, from a group of the person's own; hops as `(name, id)`.
    pub path: Vec<(String, String)>,
}

/// A group inside this one, or one that this is in.
#[derive(Debug, Clone)]
pub struct NestedRow {
    pub id: String,
    pub name: String,
    /// Whether it holds this group, rather than being in it.
    pub parent: bool,
    /// Whether this group and that one contain each other.
    pub cycle: bool,
}

/// The tab that is open.
#[derive(Debug)]
pub enum Open {
    Members { table: Table, transitive: bool },
    Nested(Table),
    History(Timeline),
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "directory/group.html")]
pub struct GroupPage {
    frame: Frame,
    head: PageHead,
    tabs: Tabs,
    notice: Option<Callout>,
    group: GroupView,
    open: Open,
}

impl GroupPage {
    /// One group with one tab open.
    pub fn new(frame: Frame, group: GroupView, open: Open) -> Self {
        let head = head(&group, frame.now);
        let (tabs, notice) = (tabs(&group, &open), notice(&group));
        let (head, notice) = (head.only_for(frame.role()), notice.only_for(frame.role()));
        Self { frame, head, tabs, notice, group, open }
    }

    fn facts(&self) -> Facts {
        let group = &self.group;
        Facts::new()
            .text("Kind", &group.kind)
            .with("Object id", Cell::Copy(group.object_id.clone()))
            .text("Mail", &group.mail)
            .with(if group.pushed { "Connection" } else { "Tenant" }, Cell::link(&group.tenant, &group.tenant_href))
            .with("First seen", Cell::at(group.first_seen))
            .with("Last change", Cell::ago(group.changed, self.frame.now))
            .text("Left out members", crate::format::count(group.left_out_count))
            .text("Other members", crate::format::count(group.unknown_count))
    }

    fn href(&self, query: &str) -> String {
        format!("/directory/groups/{}{query}", self.group.id)
    }
}

fn head(group: &GroupView, now: Timestamp) -> PageHead {
    let mut head = PageHead::new(&group.name)
        .lead(&group.description)
        .crumb("Groups", "/directory/groups")
        .badge(group.state.badge(now))
        .badge(Badge::label(&group.kind));
    if !group.pushed {
        head = head
            .action(Action::post("Sync now", format!("/directory/groups/{}/sync", group.id)).icon(Icon::Sync))
            .action(Action::go("Add an exception", exception(group)).icon(Icon::Shield));
    }
    if group.dynamic {
        head = head.badge(Badge::accent("Dynamic"));
    }
    head
}

fn exception(group: &GroupView) -> Address {
    Address::new("/dirsync/exceptions/new").with("group", &group.object_id).with("source", &group.source_id)
}

fn notice(group: &GroupView) -> Option<Callout> {
    let due = matches!(group.state, UserState::Conflict { .. });
    let wrong = !group.state_reason.is_empty();
    let callout = wrong.then(|| Callout::new(Tone::Warn, "Not as usual", &group.state_reason));
    if due {
        callout.map(|callout| callout.action(Action::go("Decide", "/dirsync/conflicts?kind=group")))
    } else if group.state == UserState::Deleted && !group.pushed {
        let restore = Action::ask("Give back…", format!("/directory/groups/{}/restore", group.id));
        callout.map(|callout| callout.action(restore.primary()))
    } else {
        callout
    }
}

fn tabs(group: &GroupView, open: &Open) -> Tabs {
    let at = |tab: &str| format!("/directory/groups/{}{tab}", group.id);
    let tabs = vec![
        Tab::new("Members", at("")).count(group.transitive_count),
        Tab::new("Nested groups", at("/nested")).count(group.nested_count + group.parent_count),
        Tab::new("History", at("/history")),
    ];
    let current = match open {
        Open::Members { .. } => 0,
        Open::Nested(_) => 1,
        Open::History(_) => 2,
    };
    Tabs::new(format!("About {}", group.name), tabs, current)
}

/// The list of members.
pub static SHEET: Sheet<MemberRow> = Sheet {
    file: "members",
    order: "name",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Person", |row| Value::text(&row.name)),
        sheet::Field::new("upn", "User principal name", |row| Value::text(&row.upn)),
        sheet::Field::new("state", "State", |row| Value::text(row.state.word())),
        sheet::Field::new("membership", "Membership", |row| Value::text(if row.direct { "Direct" } else { "Nested" })),
        sheet::Field::new("path", "By which path", |row| {
            Value::text(row.path.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" > "))
        }),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// The members, each with the paths by which they are in.
pub fn members(listed: &Listed<MemberRow>, now: Timestamp, here: &Address) -> Table {
    let rows = &listed.rows;
    let lines = rows.iter().map(|row| {
        let how = if row.direct { Badge::accent("Direct") } else { Badge::label("Nested") };
        let path = |hops: &Vec<(String, String)>| {
            Path::new(hops.iter().map(|(name, id)| (name.clone(), group_href(id))).collect())
        };
        Row::new(vec![
            Cell::main(&row.name, format!("/directory/users/{}", row.id), &row.upn),
            Cell::badge(row.state.badge(now)),
            Cell::badge(how),
            if row.path.is_empty() { Cell::Blank } else { Cell::Paths(vec![path(&row.path)]) },
        ])
    });
    let columns = ["name", "state", "membership"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([Column::new("By which path")]).collect();
    Table::new("members", "Members", columns, lines.collect())
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<MemberRow>::export(here))
        .empty(Empty::new("No members", "Nobody is in this group, directly or through another."))
        .words(here)
}

/// Groups inside this one and around it.
pub fn nested(rows: &[NestedRow]) -> Table {
    let lines = rows.iter().map(|row| {
        let mut relation = vec![Badge::label(if row.parent { "Holds this group" } else { "Inside this group" })];
        if row.cycle {
            relation.push(Badge::warn("Cycle"));
        }
        Row::new(vec![Cell::main(&row.name, group_href(&row.id), ""), Cell::Badges(relation)])
    });
    let columns = vec![Column::new("Group"), Column::new("Relation")];
    Table::new("nested", "Nested groups", columns, lines.collect())
        .empty(Empty::new("Stands alone", "This group holds no other group and is in none."))
}

fn group_href(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("/directory/groups/{id}") }
}

#[cfg(test)]
pub mod samples {
    //! What a group looks like.

    use super::{GroupPage, GroupView, MemberRow, NestedRow, Open, members, nested};
    use crate::address::Address;
    use crate::directory::users::UserState;
    use crate::icon::Icon;
    use crate::layout::Section;
    use crate::parts::{Entry, Timeline, Tone};
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, NOW, ago, frame};

    fn group() -> GroupView {
        GroupView {
            id: "g3".into(),
            name: "VPN users".into(),
            description: "May use the VPN from anywhere".into(),
            kind: "Security".into(),
            dynamic: false,
            state: UserState::Active,
            state_reason: String::new(),
            object_id: "0d9a5c3f-2f6b-4d61-9c49-5b8de0a1f7c2".into(),
            mail: String::new(),
            tenant: "Contoso".into(),
            tenant_href: "/tenants/t1".into(),
            pushed: false,
            source_id: "t1".into(),
            first_seen: ago(210 * DAY),
            changed: ago(3 * HOUR),
            direct_count: 14,
            transitive_count: 1_204,
            nested_count: 5,
            parent_count: 1,
            left_out_count: 22,
            unknown_count: 2,
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let hop = |name: &str, id: &str| (name.to_owned(), id.to_owned());
        let row = |name: &str, upn: &str, direct, path| MemberRow {
            id: upn.into(),
            name: name.into(),
            upn: upn.into(),
            state: UserState::Active,
            direct,
            path,
        };
        let rows = vec![
            row(
                "Adele Vance",
                "adele.vance@contoso.example",
                false,
                vec![hop("Retail managers", "g1"), hop("Managers", "g2"), hop("VPN users", "")],
            ),
            row("Alex Wilber", "alex.wilber@contoso.example", true, vec![hop("VPN users", "")]),
            row(
                "Debra Berger",
                "debra.berger@contoso.example",
                false,
                vec![hop("London office", "g4"), hop("VPN users", "")],
            ),
        ];
        let here = Address::new("/directory/groups/g3");
        let table = members(&Listed::of(rows, Some("c1")), NOW, &here);
        let page = |open| GroupPage::new(frame("VPN users", Section::Groups), group(), open);
        gallery.add("group", &page(Open::Members { table, transitive: true }));
        let inner = |name: &str, parent, cycle| NestedRow { id: name.into(), name: name.into(), parent, cycle };
        let table = nested(&[
            inner("Managers", false, false),
            inner("London office", false, false),
            inner("Remote access", true, true),
        ]);
        gallery.add("group-nested", &page(Open::Nested(table)));
        let entries = vec![
            Entry::new(Tone::Ok, "3 members added", ago(3 * HOUR), NOW, "delta run")
                .icon(Icon::Plus)
                .link("Run", "/dirsync/runs/r1"),
            Entry::new(Tone::Info, "Renamed from VPN", ago(60 * DAY), NOW, "delta run").icon(Icon::Edit),
        ];
        gallery.add("group-history", &page(Open::History(Timeline::new(entries, "No changes yet."))));
    }
}
