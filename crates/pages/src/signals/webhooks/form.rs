//! `GET /signals/webhooks/new` and `…/{id}/edit`: name, address, events.

use askama::Template;

use crate::form::{self, Choice, Field};
use crate::layout::Frame;
use crate::parts::PageHead;

/// What the form holds.
#[derive(Debug, Clone, Default)]
pub struct WebhookForm {
    /// Empty while it is being made.
    pub id: String,
    pub version: i64,
    pub name: String,
    pub description: String,
    pub url: String,
    pub events: Vec<String>,
    /// Names that are not in the catalogue, with spaces between them.
    pub others: String,
    pub in_flight: u32,
    pub tell: String,
    /// After which revision to begin; empty is now.
    pub after: String,
    /// The field that is wrong, and what is wrong with it.
    pub wrong: Option<(&'static str, String)>,
}

/// An event, or a family, to choose.
#[derive(Debug, Clone)]
pub struct Pickable {
    pub name: &'static str,
    pub about: &'static str,
    pub chosen: bool,
    /// One of a family, and not the family.
    pub inner: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "signals/webhook_form.html")]
pub struct WebhookFormPage {
    frame: Frame,
    head: PageHead,
    action: String,
    submit: &'static str,
    cancel: String,
    version: i64,
    before: Vec<Field>,
    events: Vec<Pickable>,
    events_error: String,
    after: Vec<Field>,
}

impl WebhookFormPage {
    /// A form over what there is to choose.
    pub fn new(frame: Frame, catalogue: &[(&'static str, &'static str)], form: &WebhookForm) -> Self {
        let is_new = form.id.is_empty();
        let at = format!("/signals/webhooks/{}", form.id);
        let head =
            if is_new { PageHead::new("Make a webhook") } else { PageHead::new(format!("Change {}", form.name)) };
        let mut head = head.crumb("Webhooks", "/signals/webhooks");
        if !is_new {
            head = head.crumb(&form.name, &at);
        }
        Self {
            frame,
            head,
            action: if is_new { "/signals/webhooks".to_owned() } else { format!("{at}/edit") },
            submit: if is_new { "Make the webhook" } else { "Save" },
            cancel: if is_new { "/signals/webhooks".to_owned() } else { at },
            version: form.version,
            before: before(form),
            events: catalogue.iter().map(|(name, about)| pickable(form, name, about)).collect(),
            events_error: error(form, "events"),
            after: after(form, is_new),
        }
    }

    fn errors(&self) -> Vec<(String, String)> {
        let mut errors = form::summary(&self.before.iter().chain(&self.after).collect::<Vec<_>>());
        if !self.events_error.is_empty() {
            errors.push(("f-events".to_owned(), self.events_error.clone()));
        }
        errors
    }
}

fn pickable(form: &WebhookForm, name: &'static str, about: &'static str) -> Pickable {
    let chosen = form.events.iter().any(|event| event == name);
    Pickable { name, about, chosen, inner: !name.ends_with('*') }
}

fn error(form: &WebhookForm, field: &str) -> String {
    form.wrong.as_ref().filter(|(name, _)| *name == field).map(|(_, message)| message.clone()).unwrap_or_default()
}

fn before(form: &WebhookForm) -> Vec<Field> {
    vec![
        Field::text("name", "Name")
            .value(&form.name)
            .error(error(form, "name"))
            .attribute("required", "")
            .attribute("maxlength", "100"),
        Field::text("url", "Address")
            .value(&form.url)
            .error(error(form, "url"))
            .mono()
            .hint("https:// and where the receiver listens. Private networks only where the configuration allows them.")
            .attribute("required", "")
            .attribute("maxlength", "2000")
            .attribute("inputmode", "url"),
        Field::text("description", "What it is for")
            .value(&form.description)
            .error(error(form, "description"))
            .optional()
            .attribute("maxlength", "500"),
    ]
}

fn after(form: &WebhookForm, is_new: bool) -> Vec<Field> {
    let widths = [1, 2, 4, 8, 16].map(|width| {
        let label =
            if width == 1 { "One, in the order of the log".to_owned() } else { format!("{width} side by side") };
        Choice::new(width.to_string(), label)
    });
    let mut fields = vec![
        Field::text("others", "Other events")
            .value(&form.others)
            .mono()
            .hint("Names or families that are not in the list, with spaces between them.")
            .optional(),
        Field::select("in_flight", "Calls at once", widths.into())
            .value(form.in_flight.max(1).to_string())
            .error(error(form, "in_flight"))
            .hint("More is quicker. Events about one person or group keep their order in any case."),
        Field::text("tell", "Who is told when it is switched off")
            .value(&form.tell)
            .error(error(form, "tell"))
            .hint("Mail addresses, with spaces between them.")
            .optional(),
    ];
    if is_new {
        fields.push(
            Field::text("after", "Begin after revision")
                .value(&form.after)
                .error(error(form, "after"))
                .hint("That of a snapshot, for a receiver that begins with one. Left empty: from now on.")
                .optional()
                .attribute("inputmode", "numeric"),
        );
    }
    fields
}

#[cfg(test)]
pub mod samples {
    //! What the form looks like.

    use super::{WebhookForm, WebhookFormPage};
    use crate::layout::Section;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let catalogue: Vec<_> = signals::webhooks::CATALOGUE.iter().map(|event| (event.name, event.about)).collect();
        let page = |form: &WebhookForm| WebhookFormPage::new(frame("A webhook", Section::Webhooks), &catalogue, form);
        gallery.add("webhook-new", &page(&WebhookForm::default()));
        let form = WebhookForm {
            id: "w1".into(),
            version: 3,
            name: "Warehouse".into(),
            description: "Keeps the badge printers in step".into(),
            url: "http://10.1.2.3/hooks".into(),
            events: vec!["user.*".into(), "group.member_added".into(), "group.member_removed".into()],
            others: "dirsync.plan_held".into(),
            in_flight: 4,
            tell: "ada@contoso.example".into(),
            after: String::new(),
            wrong: Some(("url", "Must begin with https://; http:// is for this machine only.".into())),
        };
        gallery.add("webhook-edit", &page(&form));
    }
}
