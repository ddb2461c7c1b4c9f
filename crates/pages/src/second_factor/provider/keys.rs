//! Our keys: which signs, which waits, which goes.

use kernel::Timestamp;

use super::super::course::{Course, KeyLife};
use super::ProviderPage;
use crate::doors::Offers as _;
use crate::icon::Icon;
use crate::parts::{Action, Badge, Callout, Cell, Tone};
use crate::table::{Column, Row, Table};

/// The keys of a tenant, oldest first.
#[derive(Debug, Clone)]
pub struct KeysView {
    pub keys: Vec<KeyLife>,
    /// What went wrong when another one was asked for.
    pub error: String,
}

impl KeysView {
    fn waits(&self, now: Timestamp) -> bool {
        self.keys.iter().any(|key| key.signs > now && key.removed.is_none_or(|removed| removed > now))
    }
}

impl ProviderPage {
    pub(super) fn course(&self, view: &KeysView) -> Course {
        Course::new(&view.keys, self.frame.now)
    }

    /// What can be done with the keys.
    pub(super) fn key_actions(&self, view: &KeysView) -> Vec<Action> {
        let replace = Action::ask("Replace at once", self.href("/replace-keys")).danger().icon(Icon::Warn);
        let rotate = Action::post("Rotate", self.href("/rotate")).primary().icon(Icon::Sync);
        let all = if view.waits(self.frame.now) { vec![replace] } else { vec![rotate, replace] };
        all.into_iter().filter(|action| action.is_for(self.frame.role())).collect()
    }

    /// What is under way.
    pub(super) fn key_notice(&self, view: &KeysView) -> Option<Callout> {
        if !view.error.is_empty() {
            return Some(Callout::new(Tone::Bad, "Nothing was changed", &view.error));
        }
        let next = view.keys.iter().find(|key| key.signs > self.frame.now)?;
        let title = format!("Another key takes over {}", crate::format::relative(next.signs, self.frame.now));
        let text =
            "It is published already, so that Entra knows it by then. Nothing breaks, and nothing needs to be done.";
        Some(Callout::new(Tone::Busy, title, text))
    }

    pub(super) fn keys(&self, view: &KeysView) -> Table {
        let now = self.frame.now;
        let lines = view.keys.iter().rev().map(|key| {
            let gone = key.removed.is_some_and(|removed| removed <= now);
            let state = match (gone, key.signs_now, key.signs > now) {
                (true, ..) => Badge::off("Removed"),
                (_, true, _) => Badge::ok("Signs"),
                (_, _, true) => Badge::busy("Waits for its turn"),
                _ => Badge::label("Published, signs no more"),
            };
            Row::new(vec![
                Cell::Copy(key.kid.clone()),
                Cell::badge(state),
                Cell::at(key.published),
                Cell::at(key.signs),
                key.until.map_or_else(|| Cell::Muted("Until another takes over".into()), Cell::at),
                key.removed.map_or_else(|| Cell::Muted("Not settled".into()), Cell::at),
            ])
        });
        let columns = ["Key id (kid)", "State", "Published", "Signs from", "Signs until", "Removed"].map(Column::new);
        Table::new("keys-table", "Keys", columns.into(), lines.collect()).only_for(self.frame.role())
    }
}
