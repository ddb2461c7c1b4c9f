//! `GET /second-factor/providers/{tenant}/custom-control`: what a custom control did, and the way from it.

use askama::Template;

use super::provider::href;
use crate::form::{Field, summary};
use crate::layout::Frame;
use crate::parts::{Cell, Check, Checklist, Code, Facts, PageHead, Tone};
use crate::table::{Column, Empty, Row, Table};

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct ControlView {
    pub name: String,
    pub host: String,
    pub client_id: String,
    pub app_id: String,
    /// What policies could ask for: the word, its name, what had to be answered.
    pub asked: Vec<(String, String, String)>,
    /// The policies that ask for it, and how they stand.
    pub used_by: Vec<(String, &'static str)>,
    /// Why Entra could not be asked; empty where it was.
    pub unread: String,
    /// The steps: title, text, whether it is done.
    pub plan: Vec<(String, String, bool)>,
    pub text: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor/custom_control.html")]
pub struct ControlPage {
    frame: Frame,
    head: PageHead,
    action: String,
    cancel: String,
    json: String,
    error: String,
    found: Option<ControlView>,
}

impl ControlPage {
    /// The form, and what was found.
    pub fn new(frame: Frame, id: &str, tenant: &str, json: String, found: Result<Option<ControlView>, String>) -> Self {
        let cancel = href(id, "");
        let head = PageHead::new("Leave a custom control")
            .crumb("Second factor", "/second-factor")
            .crumb(tenant, cancel.clone())
            .lead("Custom controls end in early 2027. Paste one: what it did is told, and the way from it is written down.");
        let (found, error) = match found {
            Ok(found) => (found, String::new()),
            Err(error) => (None, error),
        };
        Self { frame, head, action: href(id, "/custom-control"), cancel, json, error, found }
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::area("json", "The custom control’s JSON", 10)
                .mono()
                .value(&self.json)
                .error(&self.error)
                .attribute("required", "")
                .hint(
                    "In Entra under Conditional Access > Custom controls, or from the provider. Nothing of it is kept.",
                ),
        ]
    }

    fn errors(&self) -> Vec<(String, String)> {
        summary(&self.fields().iter().collect::<Vec<_>>())
    }

    fn facts(found: &ControlView) -> Facts {
        let policies = found.used_by.iter().map(|(name, state)| Cell::text(format!("{name} ({state})"))).collect();
        let policies = match (found.used_by.is_empty(), found.unread.as_str()) {
            (false, _) => Cell::Lines(policies),
            (true, "") => Cell::Muted("No policy".to_owned()),
            (true, why) => Cell::text(format!("Not known: {why}")),
        };
        Facts::new()
            .text("Name", &found.name)
            .text("Sent people to", &found.host)
            .with("Client id", Cell::Code(found.client_id.clone()))
            .with("App ID", Cell::Code(found.app_id.clone()))
            .with("Asked for by", policies)
    }

    fn asked(found: &ControlView) -> Table {
        let lines =
            found.asked.iter().map(|(id, name, claims)| Row::new(vec![Cell::name(name, id), Cell::text(claims)]));
        let columns = vec![Column::new("Control"), Column::new("The provider had to answer")];
        Table::new("controls", "Controls", columns, lines.collect())
            .empty(Empty::new("No control", "Policies could ask for nothing."))
    }

    fn steps(found: &ControlView) -> Checklist {
        let check = |(title, text, done): &(String, String, bool)| {
            Check::new(if *done { Tone::Ok } else { Tone::Info }, title, text)
        };
        Checklist::new(found.plan.iter().map(check).collect())
    }

    fn text(found: &ControlView) -> Code {
        Code::new("plan", "The plan, as Markdown", &found.text).wrap()
    }
}

#[cfg(test)]
pub mod samples {
    //! What the page looks like.

    use super::{ControlPage, ControlView};
    use crate::layout::Section;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let page = |json: &str, found| {
            ControlPage::new(
                frame("Leave a custom control", Section::SecondFactor),
                "t1",
                "Contoso",
                json.into(),
                found,
            )
        };
        gallery.add("second-factor-control", &page("", Ok(None)));
        gallery.add("second-factor-control-wrong", &page("{", Err("Is no custom control.".into())));
        let found = ControlView {
            name: "Example control".into(),
            host: "mfa.example.net".into(),
            client_id: "entra-42".into(),
            app_id: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621".into(),
            asked: vec![(
                "RequireExampleMfa".into(),
                "Require Example MFA".into(),
                "the claim ExampleMfa with the value MfaDone".into(),
            )],
            used_by: vec![("Old MFA".into(), "in force")],
            unread: String::new(),
            plan: vec![
                ("Set up External MFA here".into(), "Application, method, keys.".into(), true),
                ("Go on group by group".into(), "Until the old policies hit nobody.".into(), false),
            ],
            text: "# From “Example control” to External MFA\n".into(),
        };
        gallery.add("second-factor-control-found", &page("{\"Name\": \"Example control\"}", Ok(Some(found))));
    }
}
