//! How ready people are for each policy that asks for a second factor.

use kernel::Timestamp;

use super::{CampaignRow, ProviderPage};
use crate::address::Address;
use crate::doors::Offers as _;
use crate::format;
use crate::parts::{Action, Badge, Callout, Cell, Meter, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One policy.
#[derive(Debug, Clone)]
pub struct PolicyRow {
    pub id: String,
    pub name: String,
    /// `enabled`, `disabled` or report-only, in words.
    pub state: &'static str,
    pub on: bool,
    pub people: u64,
    pub without: u64,
    /// Whether it may be enforced, as the wanted share of ready people says.
    pub ready: bool,
    /// What could not be counted, a sentence each.
    pub notes: Vec<String>,
}

/// What there is to see.
#[derive(Debug)]
pub struct ReadinessView {
    pub policies: Vec<PolicyRow>,
    /// The share of people, in percent, below which no policy should be enforced.
    pub wanted: u32,
    /// When it was counted, and by whom; nothing where nobody has counted yet.
    pub counted: Option<(Timestamp, String)>,
    /// Why it could not be counted; empty when it could.
    pub blocked: String,
    /// Whose list is open: a policy's id, or empty for everybody of the tenant.
    pub policy: String,
    pub without: Listed<WithoutRow>,
    /// The last letters to them.
    pub campaign: Option<CampaignRow>,
    pub here: Address,
}

/// Somebody without a usable factor.
#[derive(Debug, Clone)]
pub struct WithoutRow {
    pub object_id: String,
    pub name: String,
    pub upn: String,
    pub mail: String,
    pub department: String,
    /// Why they have none, in words.
    pub why: &'static str,
    /// The person's page here; empty where they were never asked.
    pub href: String,
}

/// The list of people without a usable factor.
pub static WITHOUT: Sheet<WithoutRow> = Sheet {
    file: "without-second-factor",
    order: "name",
    given: true,
    finds: true,
    id: |row| row.object_id.clone(),
    fields: &[
        sheet::Field::new("name", "Person", |row| Value::text(&row.name)),
        sheet::Field::new("upn", "User name", |row| Value::text(&row.upn)),
        sheet::Field::new("mail", "Mail", |row| Value::text(&row.mail)),
        sheet::Field::new("department", "Department", |row| Value::text(&row.department)),
        sheet::Field::new("why", "Why", |row| Value::text(row.why)),
        sheet::Field::new("object_id", "Object id", |row| Value::text(&row.object_id)),
    ],
};

impl ProviderPage {
    pub(super) fn readiness_note(view: &ReadinessView) -> Option<Callout> {
        if !view.blocked.is_empty() {
            return Some(Callout::new(Tone::Warn, "It could not be counted", &view.blocked));
        }
        let early: Vec<_> = view.policies.iter().filter(|policy| !policy.ready).collect();
        if early.is_empty() {
            return None;
        }
        let title = format!(
            "{} must not be enforced yet",
            format::plural(u64::try_from(early.len()).unwrap_or(0), "policy", "policies")
        );
        let text = format!(
            "Fewer than {} % of the people it hits could pass. They would be locked out of their applications.",
            view.wanted
        );
        let items = early.iter().map(|policy| {
            let which = if policy.on { " It is enforced already!" } else { "" };
            format!(
                "{}: {} of {} have no usable factor.{which}",
                policy.name,
                format::count(policy.without),
                format::count(policy.people)
            )
        });
        Some(Callout::new(Tone::Bad, title, text).items(items.collect()))
    }

    /// When it was counted, with the button that counts again.
    pub(super) fn counted(&self, view: &ReadinessView) -> Callout {
        let count = Action::post("Count now", self.href("/readiness/count")).primary();
        let Some((at, by)) = &view.counted else {
            let text =
                "Reads the policies of Conditional Access, and looks for everybody they hit whether they could pass.";
            let callout = Callout::new(Tone::Info, "Nobody has counted yet", text).action(count);
            return callout.only_for(self.frame.role());
        };
        let title = format!("Counted {}", format::relative(*at, self.frame.now));
        let as_then = "Policies as Entra had them then; people and memberships as the directory had them.";
        let callout = Callout::new(Tone::Info, title, format!("By {}. {as_then}", format::who(by))).action(count);
        callout.only_for(self.frame.role())
    }

    pub(super) fn meters(view: &ReadinessView) -> Vec<Meter> {
        let meter = |policy: &PolicyRow| {
            let tone = if policy.ready { Tone::Ok } else { Tone::Bad };
            let ready = policy.people.saturating_sub(policy.without);
            Meter::new(tone, format!("Ready for {}", policy.name), ready, policy.people)
        };
        view.policies.iter().map(meter).collect()
    }

    pub(super) fn policies(&self, view: &ReadinessView) -> Table {
        let lines = view.policies.iter().map(|policy| {
            let advice = match (policy.ready, policy.on) {
                (true, true) => Badge::ok("Enforced"),
                (true, false) => Badge::ok("May be enforced"),
                (false, true) => Badge::bad("Enforced too early"),
                (false, false) => Badge::bad("Do not enforce yet"),
            };
            let list = self.href(&format!("/readiness?policy={}#without", policy.id));
            let without = if policy.without == 0 { Cell::count(0) } else { Cell::leads(policy.without, list) };
            let notes = if policy.notes.is_empty() {
                Cell::Blank
            } else {
                Cell::Lines(policy.notes.iter().cloned().map(Cell::Muted).collect())
            };
            Row::new(vec![
                Cell::name(&policy.name, policy.state),
                Cell::count(policy.people),
                without,
                Cell::text(format::percent(policy.people.saturating_sub(policy.without), policy.people)),
                Cell::badge(advice),
                notes,
            ])
        });
        let columns = vec![
            Column::new("Policy"),
            Column::number("People"),
            Column::number("Without a factor"),
            Column::new("Ready"),
            Column::new("Advice"),
            Column::new("Not counted"),
        ];
        let empty = match view.counted {
            Some(_) => Empty::new(
                "No policy asks for a second factor",
                "Make a Conditional Access policy with Require multifactor authentication, report-only first. It shows here then.",
            ),
            None => Empty::new("Not counted yet", "Count first. Then each policy shows here with whom it hits."),
        };
        Table::new("policies", "Policies", columns, lines.collect()).empty(empty)
    }

    pub(super) fn without(view: &ReadinessView) -> Table {
        let columns = ["name", "department", "mail", "why"].map(|key| WITHOUT.column(key, &view.here));
        let lines = view.without.rows.iter().map(|row| {
            let name = if row.name.is_empty() { &row.upn } else { &row.name };
            let who = Cell::main(name, &row.href, &row.upn);
            Row::new(vec![who, Cell::text(&row.department), Cell::text(&row.mail), Cell::text(row.why)])
        });
        Table::new("without", "People without a usable factor", columns.into(), lines.collect())
            .paging(Paging::new(&view.here, view.without.rows.len(), None, view.without.next()))
            .export("CSV", Sheet::<WithoutRow>::export(&view.here))
            .empty(match view.counted {
                Some(_) => Empty::new("Everybody is ready", "All of them have a usable factor."),
                None => Empty::new("Not counted yet", "Count first. Then whoever could not pass shows here."),
            })
            .words(&view.here)
    }

    pub(super) fn whose(view: &ReadinessView) -> String {
        let policy = view.policies.iter().find(|policy| policy.id == view.policy);
        policy.map_or_else(|| "Everybody of the tenant".to_owned(), |policy| format!("Whom {} hits", policy.name))
    }

    /// The way to register in Entra those who could pass.
    pub(super) fn register(&self) -> Action {
        Action::go("Register in Entra who can pass", self.href("/registrations"))
    }

    pub(super) fn everybody(&self, view: &ReadinessView) -> Option<Action> {
        (!view.policy.is_empty()).then(|| Action::go("Everybody of the tenant", self.href("/readiness")))
    }
}
