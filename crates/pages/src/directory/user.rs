//! `GET /directory/users/{id}`: one person: state, where it comes from, groups with paths, history, and why.

use askama::Template;
use kernel::Timestamp;

use super::users::UserState;
use crate::doors::Offers as _;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, Cell, Checklist, Facts, PageHead, Path, Tab, Tabs, Timeline, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One person.
#[derive(Debug, Clone)]
pub struct UserView {
    pub id: String,
    pub name: String,
    pub upn: String,
    pub state: UserState,
    /// Why the state is what it is, in a sentence; empty when there is nothing to say.
    pub state_reason: String,
    pub guest: bool,
    pub object_id: String,
    pub tenant: String,
    pub tenant_href: String,
    /// The source's id.
    pub source_id: String,
    /// The kind of the source that keeps the attributes.
    pub source: String,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub changed: Timestamp,
    /// Since when complete reads have not shown the person.
    pub missing_since: Option<Timestamp>,
    /// `(name, id)`.
    pub manager: Option<(String, String)>,
    /// Attributes that have a value.
    pub attributes: Vec<(String, String)>,
    pub addresses: Vec<Address>,
    /// Which connections push the person.
    pub pushed_by: Vec<PushRow>,
    /// How they stand with the second factor; nothing where their tenant has none, or the reader may not see it.
    pub second_factor: Option<SecondFactor>,
}

/// How somebody stands with the second factor of their tenant.
#[derive(Debug, Clone)]
pub enum SecondFactor {
    /// They have an account, whose page this is.
    Known(String),
    /// They were never asked: an account is opened there.
    Unknown(String),
}

/// That a connection pushes somebody.
#[derive(Debug, Clone)]
pub struct PushRow {
    pub connection: String,
    pub href: String,
    /// The calls about the person.
    pub calls: String,
    /// Whether the client says that the person is active.
    pub active: bool,
    pub at: Timestamp,
}

/// One address out of `proxyAddresses`.
#[derive(Debug, Clone)]
pub struct Address {
    pub value: String,
    /// Primary, alias, SIP, X500.
    pub kind: String,
    pub primary: bool,
}

/// A group somebody is in.
#[derive(Debug, Clone)]
pub struct MembershipRow {
    pub id: String,
    pub name: String,
    pub direct: bool,
    /// Each way by which the membership comes about; hops as `(name, id)` from the person outwards.
    pub paths: Vec<Vec<(String, String)>>,
    /// Whether there are more ways than these.
    pub more_paths: bool,
}

/// The tab that is open.
#[derive(Debug)]
pub enum Open {
    /// Attributes, addresses, provenance.
    Profile,
    /// Groups with paths.
    Groups(Box<Table>),
    /// What changed and why.
    History(Timeline),
    /// Each rule that decides whether the person is in, with its result.
    Why { verdict: Callout, rules: Checklist },
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "directory/user.html")]
pub struct UserPage {
    frame: Frame,
    head: PageHead,
    tabs: Tabs,
    notice: Option<Callout>,
    user: UserView,
    open: Open,
}

impl UserPage {
    /// One person with one tab open.
    pub fn new(frame: Frame, user: UserView, open: Open) -> Self {
        let (head, tabs, notice) = (head(&user, frame.now), tabs(&user, &open), notice(&user));
        let (head, notice) = (head.only_for(frame.role()), notice.only_for(frame.role()));
        Self { frame, head, tabs, notice, user, open }
    }

    fn provenance(&self) -> Facts {
        let (user, now) = (&self.user, self.frame.now);
        let facts = Facts::new()
            .with("Source", Cell::badge(Badge::label(&user.source)))
            .with(if is_pushed(user) { "Connection" } else { "Tenant" }, Cell::link(&user.tenant, &user.tenant_href))
            .with("Object id", Cell::Copy(user.object_id.clone()))
            .with("First seen", Cell::at(user.first_seen))
            .with("Last seen", Cell::ago(user.last_seen, now))
            .with("Last change", Cell::ago(user.changed, now));
        let facts = user.pushed_by.iter().fold(facts, |facts, push| {
            let state = if push.active { Badge::ok("Active there") } else { Badge::off("Inactive there") };
            let lines = vec![
                Cell::link(&push.connection, &push.href),
                Cell::badge(state),
                Cell::ago(push.at, now),
                Cell::link("What it sent", &push.calls),
            ];
            facts.with("Pushed by", Cell::Lines(lines))
        });
        match user.missing_since {
            Some(since) => facts.with("Not seen since", Cell::ago(since, now)),
            None => facts,
        }
    }

    fn attributes(&self) -> Facts {
        let manager = match &self.user.manager {
            Some((name, id)) => Cell::link(name, format!("/directory/users/{id}")),
            None => Cell::Blank,
        };
        let known = self.user.attributes.iter();
        known.fold(Facts::new(), |facts, (name, value)| facts.text(name, value)).with("Manager", manager)
    }

    fn addresses(&self) -> Table {
        let rows = self.user.addresses.iter().map(|address| {
            let kind = if address.primary { Badge::accent(&address.kind) } else { Badge::label(&address.kind) };
            Row::new(vec![Cell::text(&address.value), Cell::badge(kind)])
        });
        Table::new("addresses", "Addresses", vec![Column::new("Address"), Column::new("Kind")], rows.collect())
            .empty(Empty::new("No addresses", "The source reports none."))
    }
}

/// Somebody who is only pushed is not read: no run, no rule and no exception is about them.
fn is_pushed(user: &UserView) -> bool {
    user.source == "SCIM"
}

fn head(user: &UserView, now: Timestamp) -> PageHead {
    let mut head =
        PageHead::new(&user.name).lead(&user.upn).crumb("People", "/directory/users").badge(user.state.badge(now));
    if !is_pushed(user) {
        head = head
            .action(Action::post("Sync now", format!("/directory/users/{}/sync", user.id)).icon(Icon::Sync))
            .action(Action::go("Add an exception", exception(user)).icon(Icon::Shield));
    }
    head = match &user.second_factor {
        Some(SecondFactor::Known(href)) => head.action(Action::go("Second factor", href).icon(Icon::Key)),
        Some(SecondFactor::Unknown(href)) => head.action(Action::post("Give a first code", href).icon(Icon::Key)),
        None => head,
    };
    if user.guest {
        head = head.badge(Badge::label("Guest"));
    }
    head
}

fn exception(user: &UserView) -> crate::address::Address {
    let new = crate::address::Address::new("/dirsync/exceptions/new");
    new.with("user", &user.object_id).with("source", &user.source_id)
}

fn tabs(user: &UserView, open: &Open) -> Tabs {
    let at = |tab: &str| format!("/directory/users/{}{tab}", user.id);
    let mut tabs =
        vec![Tab::new("Profile", at("")), Tab::new("Groups", at("/groups")), Tab::new("History", at("/history"))];
    if !is_pushed(user) {
        tabs.push(Tab::new("Why", at("/why")));
    }
    let current = match open {
        Open::Profile => 0,
        Open::Groups(_) => 1,
        Open::History(_) => 2,
        Open::Why { .. } => 3,
    };
    Tabs::new(format!("About {}", user.name), tabs, current)
}

fn notice(user: &UserView) -> Option<Callout> {
    let (tone, title) = match &user.state {
        UserState::Conflict { .. } => (Tone::Warn, "This person is a conflict"),
        UserState::Excluded => (Tone::Info, "Settings leave this person out"),
        UserState::Deleted => (Tone::Bad, "This person is deleted"),
        UserState::Active | UserState::Disabled => return None,
    };
    let callout = Callout::new(tone, title, &user.state_reason);
    Some(match &user.state {
        UserState::Conflict { .. } => callout
            .action(Action::go("Decide", "/dirsync/conflicts"))
            .action(Action::ask("Give back…", format!("/directory/users/{}/restore", user.id))),
        UserState::Deleted => {
            callout.action(Action::ask("Give back…", format!("/directory/users/{}/restore", user.id)).primary())
        }
        UserState::Excluded => callout.action(Action::go("See why", format!("/directory/users/{}/why", user.id))),
        _ => callout,
    })
}

/// The list of the groups somebody is in.
pub static MEMBERSHIPS: Sheet<MembershipRow> = Sheet {
    file: "memberships",
    order: "name",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Group", |row| Value::text(&row.name)),
        sheet::Field::new("membership", "Membership", |row| Value::text(if row.direct { "Direct" } else { "Nested" })),
        sheet::Field::new("paths", "By which path", |row| {
            let path = |hops: &Vec<(String, String)>| {
                hops.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" > ")
            };
            Value::text(row.paths.iter().map(path).collect::<Vec<_>>().join("; "))
        }),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// The groups of somebody, each with the ways the membership comes about.
pub fn memberships(listed: &Listed<MembershipRow>, here: &crate::address::Address) -> Table {
    let rows = &listed.rows;
    let lines = rows.iter().map(|row| {
        let how = if row.direct { Badge::accent("Direct") } else { Badge::label("Nested") };
        let path = |hops: &Vec<(String, String)>| {
            Path::new(hops.iter().map(|(name, id)| (name.clone(), group_href(id))).collect())
        };
        Row::new(vec![Cell::main(&row.name, group_href(&row.id), ""), Cell::badge(how), paths(row, path)])
    });
    Table::new(
        "groups",
        "Groups",
        vec![MEMBERSHIPS.column("name", here), MEMBERSHIPS.column("membership", here), Column::new("By which path")],
        lines.collect(),
    )
    .paging(Paging::new(here, rows.len(), None, listed.next()))
    .export("CSV", Sheet::<MembershipRow>::export(here))
    .empty(Empty::new("In no group", "Neither directly nor through another group."))
    .words(here)
}

fn paths(row: &MembershipRow, path: impl Fn(&Vec<(String, String)>) -> Path) -> Cell {
    let shown = Cell::Paths(row.paths.iter().map(path).collect());
    match (row.paths.is_empty(), row.more_paths) {
        (true, _) => Cell::Blank,
        (false, false) => shown,
        (false, true) => Cell::Lines(vec![shown, Cell::Muted("and more".to_owned())]),
    }
}

fn group_href(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("/directory/groups/{id}") }
}

#[cfg(test)]
pub mod samples {
    //! What a person looks like.

    use super::{Address, MembershipRow, Open, UserPage, UserState, UserView, memberships};
    use crate::icon::Icon;
    use crate::layout::Section;
    use crate::parts::{Action, Callout, Check, Checklist, Diff, Entry, Timeline, Tone};
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, NOW, ago, ahead, frame};

    pub fn user() -> UserView {
        let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let address =
            |value: &str, kind: &str| Address { value: value.into(), kind: kind.into(), primary: kind == "Primary" };
        UserView {
            id: "u1".into(),
            name: "Adele Vance".into(),
            upn: "adele.vance@contoso.example".into(),
            state: UserState::Active,
            state_reason: String::new(),
            guest: false,
            object_id: "6f1c9b5e-7d0a-4b3e-9a51-2f8c8e1d7a10".into(),
            tenant: "Contoso".into(),
            tenant_href: "/tenants/t1".into(),
            source_id: "t1".into(),
            source: "Graph".into(),
            first_seen: ago(210 * DAY),
            last_seen: ago(4 * MINUTE),
            changed: ago(3 * HOUR),
            missing_since: None,
            manager: Some(("Debra Berger".into(), "u2".into())),
            attributes: vec![
                attribute("Given name", "Adele"),
                attribute("Surname", "Vance"),
                attribute("Job title", "Retail Manager"),
                attribute("Department", "Retail"),
                attribute("Office", "18/2111"),
                attribute("Business phones", "+44 20 7946 0109"),
                attribute("Employee id", "100442"),
            ],
            second_factor: Some(super::SecondFactor::Known("/second-factor/people/p1".into())),
            pushed_by: vec![super::PushRow {
                connection: "Vestibule".into(),
                href: "/provisioning/connections/c1".into(),
                calls: "/provisioning/calls?resource=c1".into(),
                active: true,
                at: ago(3 * HOUR),
            }],
            addresses: vec![
                address("adele.vance@contoso.example", "Primary"),
                address("adele@contoso.example", "Alias"),
                address("adele.vance@contoso.onmicrosoft.example", "Alias"),
                address("adele.vance@contoso.example", "SIP"),
            ],
        }
    }

    fn groups() -> Open {
        let hop = |name: &str, id: &str| (name.to_owned(), id.to_owned());
        let row = |name: &str, direct, paths| MembershipRow {
            id: name.replace(' ', "-"),
            name: name.into(),
            direct,
            paths,
            more_paths: false,
        };
        let rows = [
            row("Retail managers", true, vec![vec![hop("Retail managers", "g1")]]),
            row("Managers", false, vec![vec![hop("Retail managers", "g1"), hop("Managers", "g2")]]),
            row(
                "VPN users",
                false,
                vec![
                    vec![hop("Retail managers", "g1"), hop("Managers", "g2"), hop("VPN users", "g3")],
                    vec![hop("London office", "g4"), hop("All offices", "g5"), hop("VPN users", "g3")],
                ],
            ),
        ];
        let here = crate::address::Address::new("/directory/users/u1/groups");
        Open::Groups(Box::new(memberships(&Listed::of(rows.to_vec(), None), &here)))
    }

    fn history() -> Open {
        let diff =
            Diff::new().changed("Department", "Sales", "Retail").changed("Job title", "Retail Lead", "Retail Manager");
        let entries = vec![
            Entry::new(Tone::Info, "Attributes changed", ago(3 * HOUR), NOW, "delta run, reported by Entra")
                .diff(diff)
                .icon(Icon::Edit)
                .link("Run", "/dirsync/runs/r1"),
            Entry::new(Tone::Ok, "Added to Retail managers", ago(3 * HOUR), NOW, "delta run")
                .icon(Icon::Group)
                .link("Run", "/dirsync/runs/r1"),
            Entry::new(Tone::Ok, "Protected", ago(30 * DAY), NOW, "ada.lovelace").icon(Icon::Shield),
            Entry::new(Tone::Ok, "Created", ago(210 * DAY), NOW, "first run, confirmed by ada.lovelace")
                .icon(Icon::Plus),
        ];
        Open::History(Timeline::new(entries, "No changes yet."))
    }

    fn why() -> Open {
        let rules = vec![
            Check::new(Tone::Ok, "Reported by the source", "Contoso reported this person 4 min ago."),
            Check::new(Tone::Ok, "Domain", "contoso.example is a verified domain of the tenant."),
            Check::new(Tone::Ok, "Kind", "A member, not a guest."),
            Check::new(Tone::Ok, "Account", "Enabled in Entra."),
            Check::new(Tone::Bad, "Filter", "department ne 'R&D' is false: department is R&D.")
                .mend("Change the filter, or add this person by hand under Additions."),
            Check::new(Tone::Off, "Group scope", "No group scope is set."),
            Check::new(Tone::Off, "Exceptions", "No exception names this person or a group they are in."),
        ];
        let verdict = Callout::new(Tone::Info, "Left out by the filter", "One of seven rules keeps this person out.")
            .action(Action::go("Sync settings", "/dirsync/settings"));
        Open::Why { verdict, rules: Checklist::new(rules) }
    }

    pub fn add(gallery: &mut Gallery) {
        let page = |user, open| UserPage::new(frame("Adele Vance", Section::Users), user, open);
        gallery.add("user", &page(user(), Open::Profile));
        gallery.add("user-groups", &page(user(), groups()));
        gallery.add("user-history", &page(user(), history()));
        gallery.add("user-why", &page(user(), why()));
        let conflict = UserView {
            state: UserState::Conflict { due: Some(ahead(5 * DAY)) },
            second_factor: Some(super::SecondFactor::Unknown("/second-factor/people/of/t1/o1".into())),
            state_reason: "Entra no longer reports this person since 8 Nov 2026. Deleted on 15 Nov 2026 unless you decide otherwise.".into(),
            ..user()
        };
        gallery.add("user-conflict", &page(conflict, Open::Profile));
    }
}
