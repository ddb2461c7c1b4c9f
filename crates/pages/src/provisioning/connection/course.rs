//! The first tab of a connection: what it did, and what to set in Entra.

use kernel::Timestamp;

use super::ConnectionPage;
use crate::chart::Bars;
use crate::format;
use crate::parts::{Cell, Check, Checklist, Code, Facts, Tile, Tiles, Tone};

/// What makes Entra speak SCIM as the standard says.
const FLAG: &str = "?aadOptscim062020";

/// One cycle of a client: calls without a long pause between them.
#[derive(Debug, Clone)]
pub struct CycleView {
    pub began: Timestamp,
    pub ended: Timestamp,
    pub calls: u64,
    /// What was done, `(name, how often)`.
    pub counts: Vec<(String, u64)>,
    pub failed: u64,
}

/// What the first tab shows.
#[derive(Debug, Clone)]
pub struct Course {
    pub cycle: Option<CycleView>,
    /// Calls over time.
    pub chart: Bars,
    /// Over which time.
    pub span: String,
    /// The dialects spoken, `(name, how often)`.
    pub dialects: Vec<(String, u64)>,
}

impl ConnectionPage {
    pub(super) fn about(&self, dialects: &[(String, u64)]) -> Facts {
        let connection = &self.connection;
        let spoken = dialects.iter().map(|(name, count)| Cell::two(name, format::plural(*count, "call", "calls")));
        let tenant = if connection.tenant.is_empty() {
            Cell::Muted("Bound to no tenant".to_owned())
        } else {
            Cell::link(&connection.tenant, &connection.tenant_href)
        };
        let dialect = if dialects.is_empty() { Cell::Blank } else { Cell::Lines(spoken.collect()) };
        Facts::new()
            .with("Tenant", tenant)
            .text("People", format::count(connection.user_count))
            .with(
                "Groups",
                Cell::link(
                    format::count(connection.group_count),
                    format!("/provisioning/groups?connection={}", connection.id),
                ),
            )
            .with("Last call", Cell::ago_or(connection.last_call, self.frame.now, "Never"))
            .with("Speaks", dialect)
            .with("Made", Cell::at(connection.created))
            .with("Id", Cell::Copy(connection.id.clone()))
    }

    pub(super) fn address(&self) -> Code {
        Code::new("tenant-url", "Tenant URL", format!("{}/", self.connection.url)).wrap()
    }

    pub(super) fn address_with_flag(&self) -> Code {
        Code::new("tenant-url-flag", "Tenant URL for standard SCIM", format!("{}/{FLAG}", self.connection.url)).wrap()
    }

    pub(super) fn cycle(&self, cycle: &CycleView) -> Tiles {
        let failed = Tile::count("Failed", cycle.failed).href(self.calls("failure"));
        let mut tiles = vec![Tile::count("Calls", cycle.calls).href(self.calls(""))];
        tiles.extend(cycle.counts.iter().map(|(name, count)| Tile::count(name, *count)));
        tiles.push(failed.tone(if cycle.failed > 0 { Tone::Bad } else { Tone::Ok }));
        Tiles::new(tiles)
    }

    pub(super) fn when(&self, cycle: &CycleView) -> String {
        let took = format::duration(cycle.ended.since(cycle.began));
        format!("Ended {}, took {took}", format::relative(cycle.ended, self.frame.now))
    }

    fn calls(&self, outcome: &str) -> String {
        let here = crate::address::Address::new("/provisioning/calls").with("connection", &self.connection.id);
        here.with("outcome", outcome).to_string()
    }

    /// What to set in Entra, and how far that is.
    pub(super) fn steps(&self) -> Checklist {
        let connection = &self.connection;
        let called = connection.last_call.is_some();
        let filled = connection.user_count > 0;
        let step =
            |done: bool, name: &str, text: String| Check::new(if done { Tone::Ok } else { Tone::Off }, name, text);
        let application = format!(
            "Enterprise applications > New application > Create your own, not in the gallery. Name it {}, so that it is found \
             from here.",
            connection.name
        );
        Checklist::new(vec![
            step(called, "Make the application", application),
            step(
                called,
                "Enter address and key",
                "Provisioning > Automatic > Admin Credentials: the tenant URL above and a key as secret token. Test \
                 Connection, then Save."
                    .to_owned(),
            ),
            step(
                false,
                "Choose the mapping",
                "Provisioning > Mappings: externalId from objectId, for users and for groups. The tab Mapping has all of it \
                 ready; where the tenant allows it, it is put there from here."
                    .to_owned(),
            ),
            step(
                filled,
                "Assign who is to come",
                "Users and groups: assign people and groups. Entra does not follow groups in groups: assign the inner ones \
                 too. Settings > Scope: only assigned users and groups."
                    .to_owned(),
            ),
            step(
                false,
                "Let Entra be careful too",
                "Provisioning > Settings: Prevent accidental deletion, with a threshold and an address that is told. This \
                 server’s own limits hold besides."
                    .to_owned(),
            ),
            step(
                filled,
                "Start",
                "Provisioning status On. The first cycle reads everything; then changes come about every 40 minutes."
                    .to_owned(),
            ),
        ])
    }
}
