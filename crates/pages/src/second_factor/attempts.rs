//! `GET /second-factor/attempts`: who tried, how it ended and why.

use kernel::Timestamp;

use super::messages::HERE as MESSAGES;
use super::{reasons, words};
use crate::address::Address;
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// Where the list is.
pub const HERE: &str = "/second-factor/attempts";

/// One line of the list.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    pub id: String,
    pub at: Timestamp,
    pub outcome: &'static str,
    pub tone: Tone,
    /// The stable word.
    pub reason: String,
    pub detail: String,
    pub label: String,
    /// The person's page; empty where nobody is known.
    pub account: String,
    pub factor: String,
    pub address: String,
    pub correlation_id: String,
    /// What asked, where it was not External MFA; else empty.
    pub asked_by: &'static str,
    pub tenant: String,
    /// What was known of the person's risk, in words; empty where no policy asked for it.
    pub risk: String,
    /// The policies that gave rules, by name.
    pub policies: String,
}

/// The list; the room gives it newest first, and looks for words in user names.
pub static SHEET: Sheet<AttemptRow> = Sheet {
    file: "second-factor-attempts",
    order: "-at",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("at", "When", |row| Value::Time(row.at)),
        sheet::Field::new("label", "Person", |row| Value::text(&row.label)),
        sheet::Field::new("outcome", "Outcome", |row| Value::text(row.outcome)),
        sheet::Field::new("reason", "Why", |row| Value::text(&row.reason)),
        sheet::Field::new("detail", "Detail", |row| Value::text(&row.detail)),
        sheet::Field::new("factor", "Factor", |row| Value::text(&row.factor)),
        sheet::Field::new("address", "From", |row| Value::text(&row.address)),
        sheet::Field::new("correlation_id", "Correlation id", |row| Value::text(&row.correlation_id)),
        sheet::Field::new("asked_by", "Asked by", |row| Value::text(row.asked_by)),
        sheet::Field::new("tenant", "Tenant", |row| Value::text(&row.tenant)),
        sheet::Field::new("risk", "Risk", |row| Value::text(&row.risk)),
        sheet::Field::new("policies", "Policies", |row| Value::text(&row.policies)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AttemptQuery {
    pub q: String,
    pub outcome: String,
    pub reason: String,
    pub provider: String,
    pub correlation_id: String,
    pub account: String,
    /// Whether a custom control asked: `true` or `false`.
    pub custom_control: String,
    pub since: String,
    pub until: String,
    /// `(id, name)` of the tenants that have a second factor.
    pub tenants: Vec<(String, String)>,
}

/// The page.
pub fn page(frame: Frame, listed: &Listed<AttemptRow>, query: &AttemptQuery, here: &Address) -> ListPage {
    let head = PageHead::new("Attempts")
        .lead("Every sign-in that came here, passed or not, with its reason. Never a code, never a secret.");
    let head = if query.account.is_empty() {
        head.action(Action::go("Messages", MESSAGES).icon(Icon::Out))
    } else {
        head.crumb("Attempts", HERE).action(Action::go("Everybody’s attempts", HERE))
    };
    let columns = ["at", "label", "outcome", "reason", "factor", "address"].map(|key| SHEET.column(key, here));
    let lines = listed.rows.iter().map(|row| line(row, frame.now)).collect();
    let table = Table::new("attempts", "Attempts", columns.into(), lines)
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<AttemptRow>::export(here))
        .empty(empty(query));
    ListPage::new(frame, head, table).note(listed.note()).filters(filters(query, here))
}

fn filters(query: &AttemptQuery, here: &Address) -> Filters {
    let outcomes = [
        ("", "Any outcome"),
        ("passed", "Passed"),
        ("refused", "Refused"),
        ("declined", "Given up"),
        ("error", "Not answered"),
    ];
    let any = Choice::new("", "Any reason");
    let listed = reasons::ALL.iter().map(|reason| Choice::new(reason.code, reason.title));
    let mut fields = vec![
        Field::search("q", "User name").value(&query.q).grow().attribute("autocomplete", "off"),
        Field::select("outcome", "Outcome", outcomes.map(|(value, name)| Choice::new(value, name)).into())
            .value(&query.outcome),
        Field::select("reason", "Why", [any].into_iter().chain(listed).collect()).value(&query.reason),
        Field::text("correlation_id", "Correlation id").value(&query.correlation_id).mono(),
    ];
    let asked = [("", "External MFA or a custom control"), ("false", "External MFA"), ("true", "A custom control")];
    fields.push(
        Field::select("custom_control", "Asked by", asked.map(|(value, name)| Choice::new(value, name)).into())
            .value(&query.custom_control),
    );
    if let Some(tenants) = words::tenant_field(&query.tenants, &query.provider) {
        fields.push(tenants);
    }
    fields.push(Field::date("since", "From").value(&query.since));
    fields.push(Field::date("until", "Until").value(&query.until));
    Filters::new(HERE, fields).keep("sort", here.get("sort").unwrap_or_default()).keep("account", &query.account)
}

fn empty(query: &AttemptQuery) -> Empty {
    let narrowed = [&query.q, &query.outcome, &query.reason, &query.provider, &query.correlation_id, &query.account];
    if narrowed.into_iter().chain([&query.since, &query.until, &query.custom_control]).any(|text| !text.is_empty()) {
        return Empty::new("No attempt matches", "Attempts of other people, days or outcomes are not shown.")
            .action(Action::go("Clear the filters", HERE));
    }
    let text =
        "As soon as Entra hands a sign-in over, it shows here with how it ended: also when nobody could be asked.";
    Empty::new("Nobody has tried yet", text).action(Action::go("Second factor", "/second-factor"))
}

/// What stands in the list for why.
fn why(row: &AttemptRow) -> Cell {
    let known = reasons::find(&row.reason);
    Cell::two(known.map_or_else(|| row.reason.clone(), |known| known.title.to_owned()), &row.reason)
}

fn line(row: &AttemptRow, now: Timestamp) -> Row {
    let who = if row.label.is_empty() { "Nobody known" } else { &row.label };
    Row::new(vec![
        Cell::ago(row.at, now),
        Cell::main(who, format!("{HERE}/{}", row.id), &row.tenant),
        Cell::badge(Badge::new(row.tone, row.outcome)),
        why(row),
        Cell::text(&row.factor),
        Cell::text(&row.address),
    ])
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{Gallery, MINUTE, ago, frame};

    pub fn row(label: &str, outcome: &'static str, tone: Tone, reason: &str) -> AttemptRow {
        AttemptRow {
            id: format!("{reason}-1"),
            at: ago(4 * MINUTE),
            outcome,
            tone,
            reason: reason.into(),
            detail: if reason == "clock_off" { "the token's clock is off by 90 s".into() } else { String::new() },
            label: label.into(),
            account: "/second-factor/people/p1".into(),
            factor: "Authenticator app".into(),
            address: "203.0.113.7".into(),
            correlation_id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            asked_by: "",
            tenant: "Contoso".into(),
            risk: String::new(),
            policies: String::new(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let mia = "mia.okafor@contoso.example";
        let rows = vec![
            row(mia, "Passed", Tone::Ok, "proven"),
            row(mia, "Refused", Tone::Bad, "clock_off"),
            row("zoe.marsh@contoso.example", "Refused", Tone::Bad, "locked"),
            row("", "Not answered", Tone::Warn, "hint_audience"),
            row("jon.bell@fabrikam.example", "Given up", Tone::Off, "given_up"),
        ];
        let query = AttemptQuery::default();
        let here = Address::new(HERE);
        let page = |rows, next| page(frame("Attempts", Section::Attempts), &Listed::of(rows, next), &query, &here);
        gallery.add("attempts", &page(rows, Some("c1")));
        gallery.add("attempts-empty", &page(Vec::new(), None));
    }
}
