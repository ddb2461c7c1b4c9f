//! `GET /second-factor/attempts/{id}`: one attempt: why it ended so, in plain words.

use askama::Template;

use super::attempts::{AttemptRow, HERE};
use super::messages::{self, MessageRow};
use super::reasons;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, Cell, Facts, PageHead, Timeline, Tone, told};
use crate::render::sentence;

/// One attempt.
#[derive(Debug, Clone)]
pub struct AttemptView {
    pub row: AttemptRow,
    pub user_agent: String,
    pub tenant_href: String,
    /// How many sign-ins of Entra's the person passed within the ten minutes around, this one counted.
    pub passed_around: usize,
    /// Which policies gave the rules that it was judged by, a line each.
    pub policies: Vec<String>,
    /// The codes that were sent to the person within the ten minutes before.
    pub messages: Vec<MessageRow>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor/attempt.html")]
pub struct AttemptPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    attempt: AttemptView,
    neighbours: Timeline,
}

impl AttemptPage {
    /// One attempt among the person's others.
    pub fn new(frame: Frame, attempt: AttemptView, neighbours: Timeline) -> Self {
        let row = &attempt.row;
        let title = if row.label.is_empty() { "An attempt of nobody known".to_owned() } else { row.label.clone() };
        let head = PageHead::new(title).crumb("Attempts", HERE).badge(Badge::new(row.tone, row.outcome));
        let callouts = [Some(why(row)), messages::around(&attempt.messages), asked_twice(&attempt)]
            .into_iter()
            .flatten()
            .collect();
        Self { frame, head, callouts, attempt, neighbours }
    }

    fn facts(&self) -> Facts {
        let row = &self.attempt.row;
        let person = if row.account.is_empty() { Cell::text(&row.label) } else { Cell::link(&row.label, &row.account) };
        let correlation = if row.correlation_id.is_empty() {
            Cell::Muted("Entra sent none".to_owned())
        } else {
            Cell::Copy(row.correlation_id.clone())
        };
        let policies = if self.attempt.policies.is_empty() {
            Cell::Muted("The settings alone".to_owned())
        } else {
            Cell::Lines(self.attempt.policies.iter().map(Cell::text).collect())
        };
        Facts::new()
            .with("When", Cell::at(row.at))
            .with("Person", person)
            .with("Tenant", Cell::link(&row.tenant, &self.attempt.tenant_href))
            .with("Outcome", Cell::badge(Badge::new(row.tone, row.outcome)))
            .with("Reason", Cell::Code(row.reason.clone()))
            .with("Detail", if row.detail.is_empty() { Cell::Blank } else { Cell::Told(told(&row.detail)) })
            .text("Factor", &row.factor)
            .with("Rules by", policies)
            .text("Asked by", row.asked_by)
            .text("From", &row.address)
            .text("Browser", &self.attempt.user_agent)
            .with("Entra’s correlation id", correlation)
            .with("Id here", Cell::Copy(row.id.clone()))
    }
}

/// What happened and what to do.
fn why(row: &AttemptRow) -> Callout {
    let title = match row.tone {
        Tone::Ok => "Why were they let in?",
        Tone::Off => "Why did it end?",
        _ => "Why were they refused?",
    };
    let Some(known) = reasons::find(&row.reason) else {
        let text = format!("The reason is {}. The detail below says more.", row.reason);
        return Callout::new(row.tone, title, text);
    };
    let detail = if row.detail.is_empty() { String::new() } else { format!(" {}", sentence(&row.detail)) };
    let callout = Callout::new(row.tone, title, format!("{}{detail}", known.text));
    if known.mend.is_empty() { callout } else { callout.items(vec![known.mend.to_owned()]) }
}

/// Who passes twice within minutes is usually hit by two policies (eam.md §7).
fn asked_twice(attempt: &AttemptView) -> Option<Callout> {
    (attempt.passed_around > 1).then(|| {
        let title = format!("Asked {} times within ten minutes", attempt.passed_around);
        let text = "Either two applications were opened, or two policies ask: a custom control and External MFA at once, or a \
                    sign-in frequency of every time. The doctor names the policies.";
        Callout::new(Tone::Info, title, text)
            .action(Action::go("Ask the doctor", format!("{}/doctor", attempt.tenant_href)))
    })
}

#[cfg(test)]
pub mod samples {
    //! What attempts look like.

    use super::super::attempts::samples::row;
    use super::super::messages::samples::row as message;
    use super::{AttemptPage, AttemptView};
    use crate::layout::Section;
    use crate::parts::{Entry, Timeline, Tone};
    use crate::tests::{Gallery, HOUR, NOW, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let view = |row, passed_around| AttemptView {
            row,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/146.0".into(),
            tenant_href: "/second-factor/providers/t1".into(),
            passed_around,
            policies: (passed_around > 0)
                .then(|| "Managers: which ways count, lockout (revision 3)".to_owned())
                .into_iter()
                .collect(),
            messages: Vec::new(),
        };
        let others = || {
            let entries = vec![
                Entry::new(Tone::Ok, "Proved themselves", ago(HOUR), NOW, "203.0.113.7")
                    .link("Look", "/second-factor/attempts/a2"),
            ];
            Timeline::new(entries, "No other attempt of this person.")
        };
        let frame_of = || frame("Attempt", Section::Attempts);
        let mia = "mia.okafor@contoso.example";
        let refused = view(row(mia, "Refused", Tone::Bad, "clock_off"), 0);
        gallery.add("attempt", &AttemptPage::new(frame_of(), refused, others()));
        let passed = view(row(mia, "Passed", Tone::Ok, "proven"), 2);
        gallery.add("attempt-twice", &AttemptPage::new(frame_of(), passed, others()));
        let mut waited = view(row(mia, "Given up", Tone::Off, "given_up"), 0);
        let why = "the gateway told undelivered, unknown subscriber";
        waited.messages = vec![message("Text message", "+46 •••67", "Failed", Tone::Bad, why)];
        gallery.add("attempt-not-delivered", &AttemptPage::new(frame_of(), waited, others()));
        let mut nobody = view(row("", "Not answered", Tone::Warn, "hint_audience"), 0);
        nobody.row.account = String::new();
        gallery.add(
            "attempt-nobody",
            &AttemptPage::new(frame_of(), nobody, Timeline::new(Vec::new(), "Nobody is known.")),
        );
    }
}
