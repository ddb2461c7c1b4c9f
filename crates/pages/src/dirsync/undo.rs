//! Taking back and giving back: the questions before it, which say what will happen and what the source makes of it.

use directory::views::HistoryEntry;
use kernel::Timestamp;

use super::runs::Counts;
use crate::form::{Choice, Field};
use crate::format;
use crate::layout::Frame;
use crate::list::ConfirmPage;

/// Nothing is ever written to the source by an undo.
const HERE_ONLY: &str = "Only the directory here changes. Nothing is written to Entra.";

/// Whether the source makes a change again after it was taken back, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It said so: the next full compare makes it again.
    BySource { next: Option<Timestamp> },
    /// It was made here: nothing makes it again.
    Never,
}

impl Again {
    fn sentence(self, now: Timestamp) -> String {
        match self {
            Self::BySource { next } => {
                let when = next.map(|at| format!(", {},", format::relative(at.max(now), now))).unwrap_or_default();
                format!(
                    "The change came from the source. The next full compare{when} makes it again, unless it is \
                     changed there first."
                )
            }
            Self::Never => "The change was made here, so no run makes it again.".to_owned(),
        }
    }
}

/// The question before a single change is taken back; a preview comes first.
pub fn change(frame: Frame, name: &str, happened: &HistoryEntry, again: Again) -> ConfirmPage {
    let action = format!("/dirsync/changes/{}/undo", happened.revision);
    let mut reversed = happened.changes.clone();
    for change in &mut reversed {
        std::mem::swap(&mut change.before, &mut change.after);
    }
    let back = super::words::fields(&reversed);
    let mut notes = Vec::new();
    if happened.members_added > 0 {
        notes.push(format!("{} who joined leave again.", happened.members_added));
    }
    if happened.members_removed > 0 {
        notes.push(format!("{} who left come back.", happened.members_removed));
    }
    let event = crate::signals::words::event(&happened.event).to_lowercase();
    let question = format!("Take this change of {name} back?");
    let consequence = format!(
        "“{event}” of {} is taken back: what stands on the left becomes what stands on the right. First you see what \
         that would do.",
        format::moment(happened.at)
    );
    let now = frame.now;
    let page = ConfirmPage::new(frame, question, "Show what it would do", action).consequence(consequence).diff(back);
    let page = notes.into_iter().fold(page, ConfirmPage::also);
    page.also(HERE_ONLY).also(again.sentence(now))
}

/// The question before a run is taken back; a preview comes first.
pub fn run(frame: Frame, id: &str, counts: &Counts, again: Again) -> ConfirmPage {
    let here = format!("/dirsync/runs/{id}");
    let now = frame.now;
    ConfirmPage::new(frame, "Take this run back?", "Show what it would do", format!("{here}/undo"))
        .consequence(format!(
            "It made these changes: {}. First you see what taking them back would do.",
            counts.sentence()
        ))
        .also("What has changed again since then stays as it is now.")
        .also(HERE_ONLY)
        .also(again.sentence(now))
        .cancel(here)
}

/// The question after the preview: now it is done.
pub fn really(frame: Frame, id: &str, counts: &Counts, warnings: Vec<String>) -> ConfirmPage {
    let here = format!("/dirsync/runs/{id}");
    let page = ConfirmPage::new(frame, "Do what the preview shows?", "Do it", format!("{here}/do"))
        .consequence(format!("{}. It is planned once more from what is there now, then applied.", counts.sentence()))
        .also(HERE_ONLY)
        .danger()
        .reason()
        .cancel(here);
    warnings.into_iter().fold(page, ConfirmPage::also)
}

/// The question before somebody is given back.
pub fn restore(frame: Frame, kind: &str, id: &str, name: &str, days: u32) -> ConfirmPage {
    let here = format!("/directory/{kind}s/{id}");
    let noun = if kind == "group" { "group" } else { "person" };
    let days = days.max(1);
    let mut choices = vec![1, 7, 30, 90, days];
    choices.sort_unstable();
    choices.dedup();
    let choices =
        choices.into_iter().map(|days| Choice::new(days.to_string(), format::plural(u64::from(days), "day", "days")));
    ConfirmPage::new(frame, format!("Give {name} back?"), "Give back", format!("{here}/restore"))
        .consequence(format!(
            "The {noun} is in use again at once, with the attributes and the groups of before, for the time you choose."
        ))
        .also("If the source reports the same object again by then, everything is as it was.")
        .also(format!(
            "If it does not, the {noun} becomes a conflict again when the time is over, and is deleted if nobody decides."
        ))
        .also(HERE_ONLY)
        .field(Field::select("days", "For", choices.collect()).value(days.to_string()))
        .field(Field::check("preview", "Only show what it would do", false))
        .reason()
        .cancel(here)
}

#[cfg(test)]
pub mod samples {
    //! What these questions look like.

    use directory::views::{FieldChange, HistoryEntry};

    use super::{Again, change, really, restore, run};
    use crate::dirsync::runs::Counts;
    use crate::layout::Section;
    use crate::tests::{Gallery, HOUR, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let frame = |title: &str| frame(title, Section::Runs);
        let happened = HistoryEntry {
            revision: 42,
            at: ago(3 * HOUR),
            event: "user.updated".into(),
            actor: "scheduled sync".into(),
            actor_kind: "system".into(),
            cause: Some("run".into()),
            cause_id: None,
            reason: Some("changed_in_source".into()),
            changes: vec![FieldChange { field: "department".into(), before: "Sales".into(), after: "Retail".into() }],
            members: Vec::new(),
            members_added: 0,
            members_removed: 2,
        };
        let again = Again::BySource { next: Some(ahead(2 * HOUR)) };
        gallery.add("undo-change", &change(frame("Undo"), "Adele Vance", &happened, again));
        let counts = Counts { created: 1, updated: 31, lost: 4, ..Counts::default() };
        gallery.add("undo-run", &run(frame("Undo"), "r1", &counts, Again::Never));
        gallery
            .add("undo-really", &really(frame("Undo"), "r1", &counts, vec!["4 changes come from the source.".into()]));
        gallery.add("restore", &restore(frame("Give back"), "user", "u1", "Bianca Pisani", 7));
    }
}
