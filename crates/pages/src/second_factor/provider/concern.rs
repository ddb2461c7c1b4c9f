//! Whom other settings would concern: shown in their form before they are saved, and as a list.

use kernel::Timestamp;

use super::{href, tabs};
use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format::{self, plural};
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Callout, Cell, PageHead, Tile, Tiles, Tone};
use crate::second_factor::policies::preview::{AffectedRow, EFFECTS, PEOPLE};
use crate::sheet::{Listed, Sheet};
use crate::table::{Empty, Paging, Row, Table};

/// Whom what was typed would concern.
#[derive(Debug, Clone, Default)]
pub struct Concern {
    /// The tenant's id here.
    pub id: String,
    pub tenant: String,
    /// What was looked at: it is looked at again where something else is typed.
    pub seen: String,
    /// People who were looked at.
    pub people: u64,
    pub loses_last: u64,
    pub loses: u64,
    pub gains: u64,
    pub short: u64,
    /// The first who would lose the last factor they can use, a line each.
    pub first: Vec<String>,
    /// What is wrong with what was typed as confirmation.
    pub error: String,
}

impl Concern {
    /// Whether it concerns anybody.
    pub fn is_any(&self) -> bool {
        self.loses_last + self.loses + self.gains + self.short > 0
    }

    /// What it comes to, in a sentence.
    pub fn callout(&self) -> Callout {
        let all = plural(self.people, "person", "people");
        if self.loses_last > 0 {
            let title = format!("{} would be locked out", plural(self.loses_last, "person", "people"));
            let text = "They hold something that counts now, and nothing that would count then. Have them register another \
                        way first, or keep theirs for them by a policy. Nothing was saved.";
            return Callout::new(Tone::Bad, title, text)
                .items(self.first.clone())
                .action(Action::go("All of them", self.list("loses_last")));
        }
        if self.is_any() {
            let text = format!("Held against everything that {all} hold. Nothing was saved: save again to go on.");
            let list = Action::go("Who they are", self.list(""));
            return Callout::new(Tone::Info, "Nobody would be locked out", text).action(list);
        }
        let text = format!("Held against everything that {all} hold. Nothing was saved yet.");
        Callout::new(Tone::Ok, "Nobody would lose or get back a factor", text)
    }

    /// The figures.
    pub fn tiles(&self) -> Tiles {
        let lost = Tile::count("Lose the last factor they can use", self.loses_last).href(self.list("loses_last"));
        Tiles::new(vec![
            lost.tone(if self.loses_last == 0 { Tone::Ok } else { Tone::Bad }),
            Tile::count("Lose one and keep another", self.loses).href(self.list("loses")),
            Tile::count("Get one back", self.gains).href(self.list("gains")),
            Tile::count("Have fewer than they must keep", self.short).note("They can pass, and should register more."),
        ])
    }

    /// What is typed where somebody would be locked out.
    pub fn confirmation(&self) -> Option<Field> {
        let field = || {
            Field::text("confirmation", format!("Type {} to save it all the same", self.tenant))
                .hint("Somebody would lose the last factor they can use, and could not sign in.")
                .error(&self.error)
                .attribute("autocomplete", "off")
        };
        (self.loses_last > 0).then(field)
    }

    fn list(&self, effect: &str) -> String {
        let narrowed = if effect.is_empty() { String::new() } else { format!("?effect={effect}") };
        href(&self.id, &format!("/settings/people{narrowed}"))
    }
}

/// Those people, as they were worked out last.
#[derive(Debug)]
pub struct ConcernedView {
    /// The tenant's id here.
    pub id: String,
    pub tenant: String,
    pub counted: Timestamp,
    pub by: String,
    /// Whether the settings or the policies have changed since.
    pub outdated: bool,
    pub people: Listed<AffectedRow>,
    /// To whom what happens is listed; empty for all.
    pub effect: String,
    pub words: String,
    pub here: Address,
}

/// `GET /second-factor/providers/{tenant}/settings/people`.
pub fn concerned(frame: Frame, view: &ConcernedView) -> ListPage {
    let head = PageHead::new("Whom other settings would concern")
        .crumb("Second factor", "/second-factor")
        .crumb(&view.tenant, href(&view.id, ""))
        .crumb("Settings", href(&view.id, "/settings"));
    let title = format!("Worked out {}", format::relative(view.counted, frame.now));
    let note = if view.outdated {
        let text = "The settings or the policies have changed since. Preview them again in the settings.";
        Callout::new(Tone::Warn, "This is out of date", text)
    } else {
        let text = format!("By {}. Nothing of it was saved.", format::who(&view.by));
        Callout::new(Tone::Info, title, text)
    };
    let note = note.action(Action::go("Settings", href(&view.id, "/settings")));
    ListPage::new(frame, head, table(view))
        .tabs(tabs(&view.id, &view.tenant, 1))
        .callout(note)
        .note(view.people.note())
        .filters(filters(view))
}

fn table(view: &ConcernedView) -> Table {
    let columns = ["name", "effect", "lost", "gained", "policy"].map(|key| PEOPLE.column(key, &view.here));
    let lines = view.people.rows.iter().map(|row| {
        let policy =
            if row.policy.is_empty() { Cell::Muted("The settings".to_owned()) } else { Cell::text(&row.policy) };
        let name = Cell::main(&row.name, &row.href, &row.upn);
        Row::new(vec![name, Cell::text(row.effect), Cell::text(&row.lost), Cell::text(&row.gained), policy])
    });
    let empty = if view.effect.is_empty() && view.words.is_empty() {
        Empty::new("Nobody loses or gets back a factor", "What people hold counts as before.")
    } else {
        Empty::new("Nobody matches", "No such person loses or gets back a factor.")
    };
    Table::new("people", "People who lose or get back a factor", columns.into(), lines.collect())
        .paging(Paging::new(&view.here, view.people.rows.len(), None, view.people.next()))
        .export("CSV", Sheet::<AffectedRow>::export(&view.here))
        .empty(empty)
}

fn filters(view: &ConcernedView) -> Filters {
    let effects = EFFECTS.iter().map(|(word, name)| Choice::new(*word, *name));
    let effects = [Choice::new("", "All")].into_iter().chain(effects).collect();
    let fields = vec![
        Field::search("q", "Search people").value(&view.words).grow().attribute("autocomplete", "off"),
        Field::select("effect", "What happens", effects).value(&view.effect),
    ];
    Filters::new(href(&view.id, "/settings/people"), fields)
}
