//! Lists: order by links, pages by cursor, rows to pick, files to take away; cards on a phone.

use askama::Template;

use kernel::Role;

use crate::address::Address;
use crate::doors::Offers;
use crate::format;
use crate::icon::Icon;
use crate::list::Filters;
use crate::parts::{Action, Cell};

/// How a list is ordered: `name` or `-name`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// By which column.
    pub key: String,
    /// From last to first.
    pub descending: bool,
}

impl Order {
    /// Reads `name` or `-name`.
    pub fn parse(text: &str) -> Self {
        let (descending, key) = text.strip_prefix('-').map_or((false, text), |key| (true, key));
        Self { key: key.to_owned(), descending }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Sort {
    href: String,
    /// The current direction, where this column leads.
    descending: Option<bool>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    name: String,
    sort: Option<Sort>,
    class: &'static str,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), sort: None, class: "" }
    }

    /// A column of numbers.
    pub fn number(name: impl Into<String>) -> Self {
        Self { class: "num", ..Self::new(name) }
    }

    /// The column of actions; its name is for those who hear it.
    pub fn actions() -> Self {
        Self { class: "tail", ..Self::new("Actions") }
    }

    /// By another name than usual.
    pub fn called(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sortable: a second click turns the order round.
    pub fn sorted(mut self, key: &str, order: &Order, here: &Address) -> Self {
        let leads = order.key == key;
        let next = if leads && !order.descending { format!("-{key}") } else { key.to_owned() };
        let href = here.clone().without(&["after", "trail", "from"]).with("sort", next).to_string();
        self.sort = Some(Sort { href, descending: leads.then_some(order.descending) });
        self
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    cells: Vec<Cell>,
    /// The value and the spoken name of its box, where rows can be picked.
    pick: Option<(String, String)>,
    /// Whether its box is ticked already.
    picked: bool,
}

impl Row {
    /// A row; the first cell names it.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { cells, pick: None, picked: false }
    }

    /// A row that can be picked for an action on several.
    pub fn pick(mut self, value: impl Into<String>, name: impl Into<String>) -> Self {
        self.pick = Some((value.into(), name.into()));
        self
    }

    /// With its box ticked, where it was picked before.
    pub fn picked(mut self, picked: bool) -> Self {
        self.picked = picked;
        self
    }
}

/// Where in the list this page stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paging {
    range: String,
    previous: Option<String>,
    next: Option<String>,
    by_form: bool,
}

impl Paging {
    /// The page of `shown` rows at `here`; `next` is the cursor of the page after. Former cursors travel in `trail`,
    /// so that there is a way back although cursors only go forward.
    pub fn new(here: &Address, shown: usize, total: Option<u64>, next: Option<&str>) -> Self {
        let from: u64 = here.get("from").and_then(|from| from.parse().ok()).unwrap_or(1);
        let to = from + u64::try_from(shown).unwrap_or(0);
        let total = total.map_or_else(String::new, |total| format!(" of {}", format::count(total)));
        let range = match shown {
            0 => String::new(),
            1 => format!("{}{total}", format::count(from)),
            _ => format!("{}–{}{total}", format::count(from), format::count(to - 1)),
        };
        let next = next.map(|next| forward(here, next, to).to_string());
        Self { range, previous: back(here, from).map(String::from), next, by_form: false }
    }

    /// Pages are turned by a form that is sent to another path, so that what is picked goes along.
    pub fn by_form(mut self, here: &Address, path: &str) -> Self {
        for href in [&mut self.previous, &mut self.next].into_iter().flatten() {
            *href = href.replacen(here.path(), path, 1);
        }
        self.by_form = true;
        self
    }
}

/// Cursors are URL-safe base64, which has no full stop; `0` stands for the beginning.
fn forward(here: &Address, next: &str, from: u64) -> Address {
    let current = here.get("after").unwrap_or("0");
    let trail = here.get("trail").map_or_else(|| current.to_owned(), |trail| format!("{trail}.{current}"));
    let steps: Vec<&str> = trail.rsplitn(MOST_STEPS + 1, '.').take(MOST_STEPS).collect();
    let trail: Vec<&str> = steps.into_iter().rev().collect();
    here.clone().with("after", next).with("trail", trail.join(".")).with("from", from.to_string())
}

/// How many pages one can step back.
const MOST_STEPS: usize = 12;

fn back(here: &Address, from: u64) -> Option<Address> {
    here.get("after")?;
    let trail = here.get("trail").unwrap_or("0");
    let (rest, last) = trail.rsplit_once('.').unwrap_or(("", trail));
    let beginning = here.clone().without(&["after", "trail", "from"]);
    if last == "0" {
        return Some(beginning);
    }
    let size: u64 = here.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
    let from = from.saturating_sub(size).max(1).to_string();
    Some(beginning.with("after", last).with("trail", rest).with("from", from))
}

/// What an empty list says, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Empty {
    title: String,
    text: String,
    actions: Vec<Action>,
}

impl Empty {
    /// A title and a sentence.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), actions: Vec::new() }
    }

    /// With what to do next.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }
}

/// What is picked on other pages of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elsewhere {
    /// All that is picked, as it travels.
    pub picks: String,
    /// The boxes of this page, as they travel.
    pub shown: String,
    /// How many are picked on other pages.
    pub count: u64,
    /// Where nothing is picked any more.
    pub clear: String,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/table.html")]
pub struct Table {
    id: String,
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    paging: Paging,
    exports: Vec<(String, String)>,
    bulk: Vec<Action>,
    elsewhere: Option<Elsewhere>,
    empty: Empty,
    /// The field for words over it.
    filters: Option<Filters>,
}

impl Table {
    /// A list with a caption for those who hear it.
    pub fn new(id: impl Into<String>, caption: impl Into<String>, columns: Vec<Column>, rows: Vec<Row>) -> Self {
        let (id, caption) = (id.into(), caption.into());
        let (paging, empty) = (Paging::default(), Empty::new("Nothing here", ""));
        Self {
            id,
            caption,
            columns,
            rows,
            paging,
            exports: Vec::new(),
            bulk: Vec::new(),
            elsewhere: None,
            empty,
            filters: None,
        }
    }

    /// With pages.
    pub fn paging(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }

    /// With a file to take away.
    pub fn export(mut self, name: impl Into<String>, href: impl Into<String>) -> Self {
        self.exports.push((name.into(), href.into()));
        self
    }

    /// With an action on the picked rows.
    pub fn bulk(mut self, action: Action) -> Self {
        self.bulk.push(action.small());
        self
    }

    /// With picks that hold over its pages.
    pub fn elsewhere(mut self, elsewhere: Elsewhere) -> Self {
        self.elsewhere = Some(elsewhere);
        self
    }

    /// What to say when there are no rows.
    pub fn empty(mut self, empty: Empty) -> Self {
        self.empty = empty;
        self
    }

    /// With a field for words, which are looked for in every column. Where there is nothing to look through there is none.
    pub fn words(mut self, here: &Address) -> Self {
        let asked = here.get("q").is_some_and(|words| !words.trim().is_empty());
        if self.rows.is_empty() && !asked {
            return self;
        }
        let filters = Filters::words(here);
        if self.rows.is_empty() {
            let clear = Action::go("Clear the search", filters.clear.clone());
            self.empty = Empty::new("Nothing matches", "No row says all of these words.").action(clear);
        }
        self.filters = Some(filters);
        self
    }

    /// Its id in the page.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it holds, for those who hear it: one page may have several.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The orders there are, for those who see cards instead of columns.
    fn orders(&self) -> impl Iterator<Item = (&str, &Sort)> {
        self.columns.iter().filter_map(|column| Some((column.name.as_str(), column.sort.as_ref()?)))
    }

    fn has_picks(&self) -> bool {
        self.rows.iter().any(|row| row.pick.is_some())
    }

    fn is_picked_elsewhere(&self) -> bool {
        self.elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.count > 0)
    }

    fn has_foot(&self) -> bool {
        let Paging { range, previous, next, .. } = &self.paging;
        !range.is_empty() || previous.is_some() || next.is_some() || (!self.exports.is_empty() && !self.rows.is_empty())
    }

    /// The name of the column a cell stands in, for cards.
    fn label(&self, index: usize) -> &str {
        self.columns.get(index).map_or("", |column| column.name.as_str())
    }
}

impl Offers for Table {
    /// Rows that nothing could be done with are not picked.
    fn only_for(mut self, role: Option<Role>) -> Self {
        let picks = !self.bulk.is_empty();
        self.bulk.retain(|action| action.is_for(role));
        self.empty.actions.retain(|action| action.is_for(role));
        for row in &mut self.rows {
            if picks && self.bulk.is_empty() {
                row.pick = None;
            }
            for cell in &mut row.cells {
                if let Cell::Actions(actions) = cell {
                    actions.retain(|action| action.is_for(role));
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
