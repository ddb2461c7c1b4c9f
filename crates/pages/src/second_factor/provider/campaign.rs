//! Letters to those who could not pass: the form with its preview, and how far they are.

use askama::Template;
use kernel::Timestamp;

use super::{ProviderPage, ProviderView, ReadinessView, href};
use crate::doors::Offers as _;
use crate::form::{Field, summary};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Callout, Code, Facts, PageHead, Tone};

/// Letters that were sent, or are.
#[derive(Debug, Clone)]
pub struct CampaignRow {
    pub id: String,
    pub running: bool,
    pub stopped: bool,
    pub people: u64,
    pub sent: u64,
    pub skipped: u64,
    pub failed: u64,
    /// Why it waits; empty where it does not.
    pub trouble: String,
    pub by: String,
    pub started: Timestamp,
    pub ended: Option<Timestamp>,
}

/// What would be sent.
#[derive(Debug, Clone, Default)]
pub struct CampaignPreview {
    pub people: u64,
    pub lately: u64,
    pub without_address: u64,
    pub letters: u64,
    pub minutes: u64,
    /// The first letter; empty where there is none.
    pub name: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// What the form holds.
#[derive(Debug, Clone, Default)]
pub struct CampaignForm {
    /// The policy whose people it is for; empty for everybody.
    pub policy: String,
    /// Whom it is for, in words.
    pub whose: String,
    pub words: String,
    pub again: String,
    /// The field that is wrong, and what is wrong with it.
    pub wrong: Option<(String, String)>,
    /// Why nothing can be sent; empty where it can.
    pub blocked: String,
    pub preview: Option<CampaignPreview>,
}

/// `GET /second-factor/providers/{tenant}/campaign`.
#[derive(Debug, Template)]
#[template(path = "second_factor/campaign.html")]
pub struct CampaignPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    action: String,
    cancel: String,
    form: CampaignForm,
}

impl CampaignPage {
    /// The form, with what would be sent where that was asked for.
    pub fn new(frame: Frame, provider: &ProviderView, form: CampaignForm) -> Self {
        let cancel = href(&provider.id, "/readiness");
        let head = PageHead::new("Write to those who could not pass")
            .crumb("Second factor", "/second-factor")
            .crumb(&provider.tenant, href(&provider.id, ""))
            .crumb("Readiness", cancel.clone())
            .lead(format!(
                "{}. Each gets one letter in their language, with the address of their portal. At most sixty leave in a minute.",
                form.whose
            ))
            .only_for(frame.role());
        let blocked = (!form.blocked.is_empty())
            .then(|| Callout::new(Tone::Warn, "Nothing can be sent", &form.blocked))
            .into_iter();
        Self { frame, head, callouts: blocked.collect(), action: href(&provider.id, "/campaign"), cancel, form }
    }

    fn error(&self, name: &str) -> String {
        let wrong = self.form.wrong.as_ref().filter(|(field, _)| field == name);
        wrong.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::area("words", "Your own words", 4)
                .value(&self.form.words)
                .error(self.error("words"))
                .attribute("maxlength", "1000")
                .hint("Stand in every letter as they are: until when, why, whom to ask. At most 1,000 characters.")
                .optional(),
            Field::number("again_days", "Nobody twice within", 0)
                .value(&self.form.again)
                .error(self.error("again_days"))
                .unit("days")
                .attribute("max", "90")
                .hint("From 1 to 90. Whoever was written to since then is passed over."),
        ]
    }

    fn errors(&self) -> Vec<(String, String)> {
        summary(&self.fields().iter().collect::<Vec<_>>())
    }

    /// Whether it was looked at, and somebody would be written to.
    fn ready(&self) -> bool {
        self.form.blocked.is_empty() && self.form.preview.as_ref().is_some_and(|preview| preview.letters > 0)
    }

    fn send(&self) -> String {
        let letters = self.form.preview.as_ref().map_or(0, |preview| preview.letters);
        format!("Send {}", format::plural(letters, "letter", "letters"))
    }

    fn figures(preview: &CampaignPreview) -> Facts {
        Facts::new()
            .text("Without a usable factor", format::count(preview.people))
            .text("Written to lately", format::count(preview.lately))
            .text("Without a mail address", format::count(preview.without_address))
            .text("Letters", format::count(preview.letters))
            .text("It takes", format::plural(preview.minutes, "minute", "minutes"))
    }

    fn letter(preview: &CampaignPreview) -> Code {
        Code::new("letter", "The letter", &preview.text).wrap()
    }
}

impl ProviderPage {
    /// How far the last letters are.
    pub(super) fn campaign(&self, view: &ReadinessView) -> Option<Callout> {
        let last = view.campaign.as_ref()?;
        let count = |number: u64, one: &str, many: &str| (number > 0).then(|| format::plural(number, one, many));
        let items = [
            count(
                last.skipped,
                "needed none: has a factor by now, no address, or was written to lately.",
                "needed none: they have a factor by now, no address, or were written to lately.",
            ),
            count(last.failed, "was refused by the mail server.", "were refused by the mail server."),
            (!last.trouble.is_empty()).then(|| format!("It waits: {}", last.trouble)),
        ];
        let items: Vec<_> = items.into_iter().flatten().collect();
        let letters = format::plural(last.sent, "letter", "letters");
        let begun = format!("Begun {} by {}.", format::relative(last.started, self.frame.now), format::who(&last.by));
        let callout = if last.running {
            let tone = if last.trouble.is_empty() { Tone::Busy } else { Tone::Warn };
            let stop = Action::post("Stop", self.href(&format!("/campaign/{}/stop", last.id)));
            let title = format!("{letters} of at most {} sent", format::count(last.people));
            Callout::new(tone, title, begun).action(stop)
        } else {
            let ended = last.ended.map(|at| format::relative(at, self.frame.now)).unwrap_or_default();
            let how = if last.stopped { "stopped" } else { "sent" };
            Callout::new(Tone::Info, format!("{letters} {how} {ended}"), begun)
        };
        Some(callout.items(items).only_for(self.frame.role()))
    }

    /// The way to write to those of the list that is open.
    pub(super) fn write(&self, view: &ReadinessView) -> Option<Action> {
        let running = view.campaign.as_ref().is_some_and(|last| last.running);
        let query = if view.policy.is_empty() { String::new() } else { format!("?policy={}", view.policy) };
        let action = Action::go("Write to them", self.href(&format!("/campaign{query}"))).icon(Icon::Mail);
        (!view.without.rows.is_empty() && !running && action.is_for(self.frame.role())).then_some(action)
    }
}
