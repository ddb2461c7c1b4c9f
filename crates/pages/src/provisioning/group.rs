//! `GET /provisioning/groups/{id}`: one user group: its ids, where it comes from, who is in it and how, what rests on it.

use askama::Template;
use kernel::Timestamp;

use super::groups::HERE;
use crate::format;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, Cell, Facts, PageHead, Tone};
use crate::table::{Column, Empty, Row, Table};

/// One group.
#[derive(Debug, Clone)]
pub struct GroupView {
    pub id: String,
    pub name: String,
    pub object_id: String,
    pub sid: String,
    pub source: String,
    pub source_href: String,
    pub way: String,
    pub deleted: bool,
    pub first_seen: Timestamp,
    pub changed: Timestamp,
    pub last_sync: Option<Timestamp>,
    pub last_push: Option<Timestamp>,
    pub direct_count: u64,
    pub transitive_count: u64,
    /// The group as a resource of a connection: `(connection, link to it, SCIM id)`.
    pub pushed_by: Vec<(String, String, String)>,
    /// What rests on it, `(what, link)`.
    pub used_by: Vec<(String, String)>,
    /// Names it had, newest first, `(name, from)`.
    pub names: Vec<(String, Timestamp)>,
    /// Others of the same name that were deleted, `(link, object id, when)`.
    pub same_name: Vec<(String, String, Timestamp)>,
    /// What was pushed against what Graph shows, connection by connection.
    pub drift: Vec<DriftView>,
}

/// What one connection pushed against what Graph shows.
#[derive(Debug, Clone)]
pub struct DriftView {
    pub connection: String,
    pub pushed: u64,
    pub in_graph: u64,
    pub nested: u64,
    /// How many, and the names of the first.
    pub only_pushed: (u64, Vec<String>),
    pub only_in_graph: (u64, Vec<String>),
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "provisioning/group.html")]
pub struct GroupPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    group: GroupView,
    members: Table,
}

impl GroupPage {
    /// One group with the first of its members.
    pub fn new(frame: Frame, group: GroupView, members: Table) -> Self {
        let (head, callouts) = (head(&group), callouts(&group, frame.now));
        Self { frame, head, callouts, group, members }
    }

    fn facts(&self) -> Facts {
        let (group, now) = (&self.group, self.frame.now);
        let copied = |text: &String| if text.is_empty() { Cell::Blank } else { Cell::Copy(text.clone()) };
        let source = if group.source_href.is_empty() {
            Cell::text(&group.source)
        } else {
            Cell::link(&group.source, &group.source_href)
        };
        let pushed = group
            .pushed_by
            .iter()
            .map(|(name, href, id)| Cell::Lines(vec![Cell::link(name, href), Cell::Copy(id.clone())]));
        let pushed: Vec<_> = pushed.collect();
        Facts::new()
            .with("Object id", copied(&group.object_id))
            .with("SID", copied(&group.sid))
            .with("Source", source)
            .text("Comes by", &group.way)
            .with("Pushed by", if pushed.is_empty() { Cell::Blank } else { Cell::Lines(pushed) })
            .with("Last push", Cell::ago_or(group.last_push, now, "Never"))
            .with("Last sync", Cell::ago_or(group.last_sync, now, "Never"))
            .text("Direct members", format::count(group.direct_count))
            .text("All members", format::count(group.transitive_count))
            .with("First seen", Cell::at(group.first_seen))
            .with("Last change", Cell::ago(group.changed, now))
    }

    fn used_by(&self) -> Table {
        let rows = self.group.used_by.iter().map(|(what, href)| Row::new(vec![Cell::main(what, href, "")]));
        Table::new("used-by", "Used by", vec![Column::new("What")], rows.collect())
            .empty(Empty::new("Nothing rests on it", "No setting and no rule names this group."))
    }

    fn names(&self) -> Table {
        let rows = self.group.names.iter().map(|(name, at)| Row::new(vec![Cell::name(name, ""), Cell::at(*at)]));
        let columns = vec![Column::new("Name"), Column::new("From")];
        Table::new("names", "Names it had", columns, rows.collect())
            .empty(Empty::new("Always of this name", "It has not been renamed since it came."))
    }

    /// One comparison: whether it agrees, and in what it does not.
    fn drift(drift: &DriftView) -> Facts {
        let agrees = drift.only_pushed.0 + drift.only_in_graph.0 == 0;
        let badge = if agrees { Badge::ok("The same") } else { Badge::warn("They differ") };
        let side = |(count, names): &(u64, Vec<String>)| {
            if *count == 0 {
                return Cell::Blank;
            }
            let shown = u64::try_from(names.len()).unwrap_or(0);
            let more = (*count > shown).then(|| Cell::Muted(format!("and {} more", format::count(count - shown))));
            Cell::Lines(names.iter().map(Cell::text).chain(more).collect())
        };
        Facts::new()
            .with(&drift.connection, Cell::badge(badge))
            .text("Pushed", format::plural(drift.pushed, "person", "people"))
            .text("In Graph", format::plural(drift.in_graph, "person", "people"))
            .text(
                "Groups in it",
                if drift.nested > 0 { format!("{}: not pushed", drift.nested) } else { String::new() },
            )
            .with("Only pushed", side(&drift.only_pushed))
            .with("Only in Graph", side(&drift.only_in_graph))
    }
}

fn head(group: &GroupView) -> PageHead {
    let mut head = PageHead::new(&group.name)
        .crumb("User groups", HERE)
        .badge(if group.deleted { Badge::off("Deleted") } else { Badge::ok("In use") })
        .action(Action::go("In the directory", format!("/directory/groups/{}", group.id)));
    if let Some((_, _, id)) = group.pushed_by.first() {
        head = head.action(Action::go("What Entra saw", format!("/provisioning/calls?resource={id}")));
    }
    head
}

fn callouts(group: &GroupView, now: Timestamp) -> Vec<Callout> {
    group
        .same_name
        .iter()
        .map(|(href, _, at)| {
            let when = format::relative(*at, now);
            let text = format!(
                "It had another object id and was deleted {when}. This is another group: nothing of the old one came over."
            );
            let callout = Callout::new(Tone::Warn, "Another group had this name", text);
            if href.is_empty() { callout } else { callout.action(Action::go("Look at the old one", href)) }
        })
        .collect()
}

#[cfg(test)]
pub mod samples {
    //! What a group looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, MINUTE, NOW, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let group = GroupView {
            id: "g1".into(),
            name: "Crane operators".into(),
            object_id: "0d9a5c3f-2f6b-4d61-9c49-5b8de0a1f7c2".into(),
            sid: "S-1-12-1-228219967-1298214763-2394573212-3270742368".into(),
            source: "Contoso".into(),
            source_href: "/tenants/t1".into(),
            way: "Read and pushed".into(),
            deleted: false,
            first_seen: ago(90 * DAY),
            changed: ago(DAY),
            last_sync: Some(ago(MINUTE)),
            last_push: Some(ago(9 * MINUTE)),
            direct_count: 14,
            transitive_count: 41,
            pushed_by: vec![(
                "Vestibule".into(),
                "/provisioning/connections/c1".into(),
                "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            )],
            used_by: vec![("Scope of the sync of Contoso".into(), "/dirsync/settings".into())],
            names: vec![("Crane operators".into(), ago(DAY)), ("Cranes".into(), ago(90 * DAY))],
            same_name: vec![(
                "/provisioning/groups/g0".into(),
                "6b5c1a52-8e7d-4f14-9d7c-0a7f4d0e5b11".into(),
                ago(120 * DAY),
            )],
            drift: vec![DriftView {
                connection: "Vestibule".into(),
                pushed: 14,
                in_graph: 15,
                nested: 1,
                only_pushed: (0, Vec::new()),
                only_in_graph: (3, vec!["Mia Okafor".into(), "Jon Bell".into()]),
            }],
        };
        let row = |name: &str| {
            Row::new(vec![Cell::main(name, "/directory/users/u1", ""), Cell::badge(Badge::accent("Direct"))])
        };
        let members = || {
            Table::new(
                "members",
                "Members",
                vec![Column::new("Person"), Column::new("Membership")],
                vec![row("Mia Okafor"), row("Jon Bell")],
            )
        };
        let page = |group| GroupPage::new(frame("Crane operators", Section::UserGroups), group, members());
        let plain = GroupView {
            names: Vec::new(),
            same_name: Vec::new(),
            drift: Vec::new(),
            used_by: Vec::new(),
            ..group.clone()
        };
        gallery.add("user-group", &page(group.clone()));
        gallery.add("user-group-plain", &page(plain));
        gallery.add("user-group-same", &page(GroupView { drift: Vec::new(), changed: NOW, ..group }));
    }
}
