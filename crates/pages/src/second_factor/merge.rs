//! `GET /second-factor/people/{id}/merge`: a former account of the same person is moved here.

use kernel::Timestamp;

use super::people::HERE;
use crate::form::{Choice, Field};
use crate::format;
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage};
use crate::parts::{Action, Callout, PageHead, Tone};

/// What was merged into a person's account.
#[derive(Debug, Clone)]
pub struct MergeRow {
    pub id: String,
    pub former: String,
    pub reason: String,
    pub by: String,
    pub at: Timestamp,
    pub until: Timestamp,
    pub undone: bool,
}

/// What the form holds.
#[derive(Debug, Clone, Default)]
pub struct MergeForm {
    pub id: String,
    pub name: String,
    /// Other accounts of the same name: their ids, and what tells them apart.
    pub candidates: Vec<(String, String)>,
    pub former: String,
    pub error: String,
}

/// What would follow.
#[derive(Debug, Clone, Default)]
pub struct MergeView {
    pub id: String,
    pub name: String,
    pub former: String,
    pub former_label: String,
    /// What would be moved, and what would be worth nothing: kind and name.
    pub moved: Vec<String>,
    pub dropped: Vec<String>,
    pub browsers: u64,
    /// Recovery codes that would not count.
    pub codes: u64,
    pub same_label: bool,
}

/// Which account it is.
pub fn form(frame: Frame, form: &MergeForm) -> FormPage {
    let href = format!("{HERE}/{}", form.id);
    let head = PageHead::new("Merge a former account")
        .crumb("Registered people", HERE)
        .crumb(&form.name, href.clone())
        .lead("Somebody who was deleted in Entra and made again has two accounts here. What the former one proves with is moved to this one.");
    let page = FormPage::new(frame, head, format!("{href}/merge/preview"), href).submit("Look at it first");
    let hint = "The id at the end of the address of that person’s page here.";
    let field = if form.candidates.is_empty() {
        Field::text("former", "The former account")
            .mono()
            .value(&form.former)
            .hint(format!("No other account bears the same user name. {hint}"))
    } else {
        let choices = form.candidates.iter().map(|(id, about)| Choice::new(id, about));
        Field::radio("former", "The former account", choices.collect()).cards().value(&form.former)
    };
    page.field(field.error(&form.error).attribute("required", ""))
}

/// The question before anything is moved.
pub fn ask(frame: Frame, view: &MergeView) -> ConfirmPage {
    let question = format!("Move everything from “{}” to {}?", view.former_label, view.name);
    let factors = format::plural(u64::try_from(view.moved.len()).unwrap_or(0), "factor goes", "factors go");
    let mut page = ConfirmPage::new(frame, question, "Merge", format!("{HERE}/{}/merge", view.id))
        .consequence(format!("{factors} along and count for this account. It can be undone for thirty days."))
        .hidden("former", &view.former)
        .affected(view.moved.clone(), 0)
        .cancel(format!("{HERE}/{}", view.id))
        .reason()
        .danger();
    if !view.same_label {
        page = page.also("They bear different user names. Make sure that both are the same person: whoever has these factors proves as them.");
    }
    if !view.dropped.is_empty() {
        page = page.also(format!("Worth nothing afterwards: {}.", view.dropped.join(", ")));
    }
    if view.browsers > 0 {
        page = page.also(format!(
            "{} of the former account will be forgotten.",
            format::plural(view.browsers, "remembered browser", "remembered browsers")
        ));
    }
    if view.codes > 0 {
        page = page.also(format!(
            "{} of the former account will not count as long as they are merged: codes of this account begin alike.",
            format::plural(view.codes, "recovery code", "recovery codes")
        ));
    }
    page
}

/// The question before an account is left without any factor.
pub fn ask_undo(frame: Frame, id: &str, merge: &str, label: &str) -> ConfirmPage {
    ConfirmPage::new(
        frame,
        format!("Leave {label} without any factor?"),
        "Undo all the same",
        format!("{HERE}/{id}/merges/{merge}/undo"),
    )
    .consequence("Everything that this account proves with came from the former one and goes back to it.")
    .also("At the next sign-in the person begins anew: they register, or need a temporary code where that is what the settings want.")
    .hidden("leave_without", "true")
    .cancel(format!("{HERE}/{id}"))
    .danger()
}

/// What was merged lately, with the way back.
pub fn notices(id: &str, merges: &[MergeRow], now: Timestamp) -> Vec<Callout> {
    let open = merges.iter().filter(|merge| !merge.undone && merge.until > now);
    let notice = |merge: &MergeRow| {
        let title = format!("“{}” was merged into this account {}", merge.former, format::relative(merge.at, now));
        let text = format!("By {}: {} It can be undone {}.", format::who(&merge.by), merge.reason, until(merge, now));
        let undo = Action::post("Undo", format!("{HERE}/{id}/merges/{}/undo", merge.id));
        Callout::new(Tone::Info, title, text).action(undo)
    };
    open.map(notice).collect()
}

fn until(merge: &MergeRow, now: Timestamp) -> String {
    let days = merge.until.since(now).as_secs().div_ceil(24 * 3_600);
    format!("for {}", format::plural(days, "day more", "days more"))
}

#[cfg(test)]
pub mod samples {
    //! What the pages look like.

    use super::{MergeForm, MergeView, ask, ask_undo, form};
    use crate::layout::Section;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let framed = || frame("Merge a former account", Section::SecondFactorPeople);
        let filled = MergeForm {
            id: "p1".into(),
            name: "Zoe Marsh".into(),
            candidates: vec![("p0".into(), "Known since March 2025, 3 factors. Deleted in the directory.".into())],
            former: "p0".into(),
            error: String::new(),
        };
        gallery.add("second-factor-merge", &form(framed(), &filled));
        let wrong = MergeForm { candidates: Vec::new(), error: "There is no such account.".into(), ..filled };
        gallery.add("second-factor-merge-none", &form(framed(), &wrong));
        let view = MergeView {
            id: "p1".into(),
            name: "Zoe Marsh".into(),
            former: "p0".into(),
            former_label: "zoe.marsh@contoso.example".into(),
            moved: vec!["Passkey, Work laptop".into(), "Authenticator app, Phone".into()],
            dropped: vec!["Temporary code".into()],
            browsers: 2,
            codes: 1,
            same_label: false,
        };
        gallery.add("second-factor-merge-ask", &ask(framed(), &view));
        gallery.add("second-factor-merge-undo", &ask_undo(framed(), "p1", "m1", "zoe.marsh@contoso.example"));
    }
}
