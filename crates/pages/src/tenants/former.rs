//! `GET /tenants/former/{id}`: a tenant that is no longer connected: what it left, and who can be taken over.

use kernel::Timestamp;

use crate::address::Address;
use crate::format;
use crate::layout::Frame;
use crate::list::{ConfirmPage, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// What it left.
#[derive(Debug, Clone)]
pub struct FormerView {
    pub id: String,
    pub name: String,
    pub since: Timestamp,
    pub by: String,
    pub user_count: u64,
    pub group_count: u64,
    pub adoptable: u64,
    /// The plan that waits for somebody; empty when there is none.
    pub plan_href: String,
}

/// Somebody of the disconnected tenant, and who is the same person in a connected one.
#[derive(Debug, Clone)]
pub struct PairRow {
    /// Our id of the former one.
    pub id: String,
    pub name: String,
    pub address: String,
    pub new_id: String,
    pub new_name: String,
    pub new_address: String,
    pub tenant: String,
    pub matched_by: String,
}

/// The list.
pub static SHEET: Sheet<PairRow> = Sheet {
    file: "adoptable",
    order: "name",
    given: false,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Person", |row| Value::text(&row.name)),
        sheet::Field::new("address", "Address", |row| Value::text(&row.address)),
        sheet::Field::new("new_name", "Taken over by", |row| Value::text(&row.new_name)),
        sheet::Field::new("new_address", "Address there", |row| Value::text(&row.new_address)),
        sheet::Field::new("tenant", "Tenant", |row| Value::text(&row.tenant)),
        sheet::Field::new("matched_by", "Same", |row| Value::text(&row.matched_by)),
    ],
};

impl FormerView {
    fn left(&self) -> String {
        let users = format::plural(self.user_count, "person", "people");
        format!("{users} and {}", format::plural(self.group_count, "group", "groups"))
    }

    /// What to say about it on the page of tenants.
    pub fn callout(&self) -> Callout {
        let title = format!("{} is not connected any more", self.name);
        let text = format!("It left {}. Somebody has to decide what becomes of them.", self.left());
        Callout::new(Tone::Warn, title, text).action(Action::go("Look", format!("/tenants/former/{}", self.id)))
    }
}

/// The page.
pub fn page(frame: Frame, former: &FormerView, listed: &Listed<PairRow>, here: &Address) -> ListPage {
    let now = frame.now;
    let lead = format!(
        "Disconnected {} by {}. It left {}.",
        format::relative(former.since, now),
        format::who(&former.by),
        former.left()
    );
    let mut head =
        PageHead::new(&former.name).crumb("Tenants", "/tenants").badge(Badge::off("Disconnected")).lead(lead);
    let at = |verb: &str| format!("/tenants/former/{}/{verb}", former.id);
    if former.adoptable > 0 {
        let label = format!("Take over all {}…", format::count(former.adoptable));
        head = head.action(Action::ask(label, at("adopt")).primary());
    }
    let columns = ["name", "new_name", "tenant", "matched_by"].map(|key| SHEET.column(key, here));
    let lines = listed.rows.iter().map(|row| {
        let line = Row::new(vec![
            Cell::main(&row.name, format!("/directory/users/{}", row.id), &row.address),
            Cell::main(&row.new_name, format!("/directory/users/{}", row.new_id), &row.new_address),
            Cell::text(&row.tenant),
            Cell::badge(Badge::label(&row.matched_by)),
        ]);
        line.pick(&row.id, &row.name)
    });
    let empty = "People of a connected tenant who are the same by their on-premises id, mail address or user principal \
                 name appear here, once a plan has looked for them.";
    let table = Table::new("adoptable", "Who can be taken over", columns.into(), lines.collect())
        .paging(Paging::new(
            here,
            listed.rows.len(),
            here.get("q").is_none().then_some(former.adoptable),
            listed.next(),
        ))
        .export("CSV", Sheet::<PairRow>::export(here))
        .bulk(Action::post("Take over…", at("ask-adopt")))
        .empty(Empty::new("Nobody can be taken over", empty));
    let page = ListPage::new(frame, head, table).note(listed.note()).words(here);
    waiting(former).into_iter().fold(page, ListPage::callout)
}

fn waiting(former: &FormerView) -> Vec<Callout> {
    let mut callouts = Vec::new();
    if former.adoptable > 0 {
        let people = format::plural(former.adoptable, "person has", "people have");
        let text = "Take them over before you allow the plan below: their former entries are retired instead of becoming \
                    conflicts, and the log names who took each place.";
        callouts.push(Callout::new(Tone::Info, format!("{people} come back with another tenant"), text));
    }
    if !former.plan_href.is_empty() {
        let text = "It puts whoever is left into conflict. Nobody is deleted before the delay is over.";
        let decide = Action::go("Look at the plan", &former.plan_href).primary();
        callouts.push(Callout::new(Tone::Warn, "A plan waits for a decision", text).action(decide));
    }
    callouts
}

/// The question before people are taken over; no ids means everybody who can be.
pub fn ask_adopt(frame: Frame, former: &FormerView, ids: &[String]) -> ConfirmPage {
    let count = if ids.is_empty() { former.adoptable } else { u64::try_from(ids.len()).unwrap_or(0) };
    let here = format!("/tenants/former/{}", former.id);
    let question = format!("Let {} be taken over?", format::plural(count, "person", "people"));
    let page = ConfirmPage::new(frame, question, "Take over", format!("{here}/adopt"))
        .consequence(format!(
            "Their entries of {} are retired; those of the connected tenant stay as they are.",
            former.name
        ))
        .also("Groups are not moved: each entry keeps the memberships its own tenant reports.")
        .also("A match that is no longer exact is left alone.")
        .reason()
        .cancel(here);
    ids.iter().fold(page, |page, id| page.hidden("id", id))
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{FormerView, PairRow, ask_adopt, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, ago, frame};

    fn former() -> FormerView {
        FormerView {
            id: "t9".into(),
            name: "Fabrikam".into(),
            since: ago(2 * DAY),
            by: "operator:ada.lovelace".into(),
            user_count: 412,
            group_count: 31,
            adoptable: 388,
            plan_href: "/dirsync/plans/p1".into(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, matched_by: &str| PairRow {
            id: name.into(),
            name: name.into(),
            address: format!("{}@fabrikam.example", name.to_lowercase()),
            new_id: "u2".into(),
            new_name: name.into(),
            new_address: format!("{}@contoso.example", name.to_lowercase()),
            tenant: "Contoso".into(),
            matched_by: matched_by.into(),
        };
        let rows = vec![row("Adele", "Immutable id"), row("Diego", "Mail")];
        let here = Address::new("/tenants/former/t9");
        let listed = Listed::of(rows, Some("c1"));
        gallery.add("former", &page(frame("Fabrikam", Section::Tenants), &former(), &listed, &here));
        let nobody = FormerView { adoptable: 0, plan_href: String::new(), ..former() };
        let listed = Listed::of(Vec::new(), None);
        gallery.add("former-empty", &page(frame("Fabrikam", Section::Tenants), &nobody, &listed, &here));
        gallery.add("former-adopt", &ask_adopt(frame("Take over", Section::Tenants), &former(), &["1".into()]));
    }
}
