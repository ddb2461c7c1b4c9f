//! `GET /second-factor`: the tenants, with a second factor and without.

use crate::address::Address;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// Where the list is.
pub const HERE: &str = "/second-factor";

/// How far a tenant's second factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is set up.
    Nothing,
    /// Set up, and switched off.
    Off,
    /// Entra is answered.
    On,
}

impl Standing {
    const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "Not set up",
            Self::Off => "Off",
            Self::On => "On",
        }
    }

    /// As a badge.
    pub fn badge(self) -> Badge {
        match self {
            Self::Nothing => Badge::label(self.word()),
            Self::Off => Badge::off(self.word()),
            Self::On => Badge::ok(self.word()),
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ProviderRow {
    /// The tenant's id here.
    pub id: String,
    pub name: String,
    /// The tenant's domain, or its id in Entra.
    pub domain: String,
    pub standing: Standing,
    pub app_id: String,
    /// Kinds of proof that people may use, in words.
    pub kinds: String,
    pub issuer: String,
}

/// The list.
pub static SHEET: Sheet<ProviderRow> = Sheet {
    file: "second-factors",
    order: "name",
    given: false,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Tenant", |row| Value::text(&row.name)),
        sheet::Field::new("domain", "Domain", |row| Value::text(&row.domain)),
        sheet::Field::new("state", "Second factor", |row| Value::text(row.standing.word())),
        sheet::Field::new("kinds", "People may use", |row| Value::text(&row.kinds)),
        sheet::Field::new("app_id", "App ID", |row| Value::text(&row.app_id)),
        sheet::Field::new("issuer", "Issuer", |row| Value::text(&row.issuer)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<ProviderRow>, here: &Address) -> ListPage {
    let head = PageHead::new("Second factor")
        .lead("Entra asks, people prove themselves here. Each tenant has an issuer and keys of its own.");
    let columns = ["name", "state", "kinds", "app_id"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([crate::table::Column::actions()]).collect();
    let table = Table::new("second-factors", "Second factors", columns, listed.rows.iter().map(line).collect())
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<ProviderRow>::export(here))
        .empty(
            Empty::new(
                "No tenant is connected",
                "Connect a tenant first. Then Entra can be told to ask here for the second factor of its sign-ins.",
            )
            .action(Action::go("Connect a tenant", "/tenants/connect").primary()),
        );
    ListPage::new(frame, head, table).note(listed.note()).words(here)
}

fn line(row: &ProviderRow) -> Row {
    let href = format!("{HERE}/providers/{}", row.id);
    let actions = match row.standing {
        Standing::Nothing => vec![Action::go("Set up", format!("{href}/begin")).small().about(&row.name)],
        Standing::Off | Standing::On => Vec::new(),
    };
    let app = if row.app_id.is_empty() { Cell::Blank } else { Cell::Code(row.app_id.clone()) };
    Row::new(vec![
        Cell::main(&row.name, &href, &row.domain),
        Cell::badge(row.standing.badge()),
        Cell::text(&row.kinds),
        app,
        Cell::Actions(actions),
    ])
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{HERE, ProviderRow, Standing, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, standing, kinds: &str, app_id: &str| ProviderRow {
            id: name.to_lowercase(),
            name: name.into(),
            domain: format!("{}.example", name.to_lowercase()),
            standing,
            app_id: app_id.into(),
            kinds: kinds.into(),
            issuer: "https://vestibule.contoso.example/mfa/t1".into(),
        };
        let app = "a85b8f65-3f0f-4b6b-8f4b-0e7b3d1c9a10";
        let rows = vec![
            row("Contoso", Standing::On, "Passkey, authenticator app", app),
            row("Fabrikam", Standing::Off, "Passkey", app),
            row("Northwind", Standing::Nothing, "", ""),
        ];
        let here = Address::new(HERE);
        let page = |rows| page(frame("Second factor", Section::SecondFactor), &Listed::of(rows, None), &here);
        gallery.add("second-factors", &page(rows));
        gallery.add("second-factors-empty", &page(Vec::new()));
    }
}
