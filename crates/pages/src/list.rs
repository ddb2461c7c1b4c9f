//! The page that is a list, the page that is a form, and the page that asks: most of the console.

use askama::Template;

use crate::address::Address;
use crate::doors::Offers as _;
use crate::form::Field;
use crate::layout::Frame;
use crate::parts::{Action, Callout, Diff, PageHead, Tabs};
use crate::table::Table;

/// The fields above a list that narrow it. They work without scripts; with them the list follows as one types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    pub action: String,
    pub fields: Vec<Field>,
    /// Values that stay as they are, such as the order.
    pub keep: Vec<(String, String)>,
    /// Where nothing is narrowed.
    pub clear: String,
    /// What of the list goes along when it is narrowed: a selector.
    pub include: &'static str,
}

impl Filters {
    /// Fields for a list at `action`.
    pub fn new(action: impl Into<String>, fields: Vec<Field>) -> Self {
        let action = action.into();
        Self { clear: action.clone(), action, fields, keep: Vec::new(), include: "" }
    }

    /// One field for words, which are looked for in every column.
    pub fn words(here: &Address) -> Self {
        let words = here.get("q").unwrap_or_default();
        let field = Field::search("q", "Search the list").value(words).grow().attribute("autocomplete", "off");
        let cleared = here.clone().first_page().without(&["q", "limit"]);
        let kept =
            cleared.values().fold(Self::new(here.path(), vec![field]), |kept, (name, value)| kept.keep(name, value));
        kept.clear(&cleared)
    }

    /// Clears to another address than its own.
    pub fn clear(mut self, href: impl Into<String>) -> Self {
        self.clear = href.into();
        self
    }

    /// Sends the boxes of the list along, so that what is picked holds.
    pub fn with_boxes(mut self) -> Self {
        self.include = "[form='act'][name='picks'], [form='act'][name='shown'], .pick input[name]";
        self
    }

    /// Keeps a value, if there is one.
    pub fn keep(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.keep.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A page that shows a list.
#[derive(Debug, Template)]
#[template(path = "list.html")]
pub struct ListPage {
    pub frame: Frame,
    pub head: PageHead,
    pub tabs: Option<Tabs>,
    pub callouts: Vec<Callout>,
    pub filters: Option<Filters>,
    pub table: Table,
}

impl ListPage {
    /// A list under a head.
    pub fn new(frame: Frame, head: PageHead, table: Table) -> Self {
        let role = frame.role();
        let (head, table) = (head.only_for(role), table.only_for(role));
        Self { frame, head, tabs: None, callouts: Vec::new(), filters: None, table }
    }

    /// With a field for words over the list.
    pub fn words(mut self, here: &Address) -> Self {
        self.table = self.table.words(here);
        self
    }

    /// With other views of the same.
    pub fn tabs(mut self, tabs: Tabs) -> Self {
        self.tabs = Some(tabs);
        self
    }

    /// With a remark above the list.
    pub fn callout(mut self, callout: Callout) -> Self {
        self.callouts.push(callout.only_for(self.frame.role()));
        self
    }

    /// With a remark, where there is one.
    pub fn note(self, note: Option<Callout>) -> Self {
        note.into_iter().fold(self, Self::callout)
    }

    /// With fields that narrow it.
    pub fn filters(mut self, filters: Filters) -> Self {
        self.filters = Some(filters);
        self
    }
}

/// A page that is one form.
#[derive(Debug, Template)]
#[template(path = "form.html")]
pub struct FormPage {
    pub frame: Frame,
    pub head: PageHead,
    pub action: String,
    pub fields: Vec<Field>,
    pub submit: String,
    pub cancel: String,
    /// Whether the reader may send it.
    pub sends: bool,
    /// What to know before it is filled in.
    pub callout: Option<Callout>,
}

impl FormPage {
    /// A form that is sent to `action`; `cancel` leads back.
    pub fn new(frame: Frame, head: PageHead, action: impl Into<String>, cancel: impl Into<String>) -> Self {
        let (action, cancel) = (action.into(), cancel.into());
        let head = head.only_for(frame.role());
        Self { frame, head, action, fields: Vec::new(), submit: "Save".to_owned(), cancel, sends: true, callout: None }
    }

    /// With what to know before it is filled in.
    pub fn callout(mut self, callout: Callout) -> Self {
        self.callout = Some(callout);
        self
    }

    /// With a field.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Without a button for those who may not go to an address.
    pub fn sent_to(mut self, href: &str) -> Self {
        self.sends = self.frame.opens(href);
        self
    }

    /// With other words on its button.
    pub fn submit(mut self, label: impl Into<String>) -> Self {
        self.submit = label.into();
        self
    }

    fn errors(&self) -> Vec<(String, String)> {
        crate::form::summary(&self.fields.iter().collect::<Vec<_>>())
    }
}

/// A page that asks before something happens. With scripts it opens as a dialog over the page before.
#[derive(Debug, Template)]
#[template(path = "confirm.html")]
pub struct ConfirmPage {
    pub frame: Frame,
    pub question: String,
    pub consequence: String,
    pub action: String,
    pub cancel: String,
    pub submit: String,
    pub danger: bool,
    pub hidden: Vec<(String, String)>,
    pub fields: Vec<Field>,
    /// The names of what is affected, and how many more there are.
    pub affected: Vec<String>,
    pub more: u64,
    /// What changes, before and after.
    pub diff: Diff,
    /// What else there is to know, a sentence each.
    pub notes: Vec<String>,
    /// What can be looked at before answering.
    pub acts: Vec<Action>,
}

impl ConfirmPage {
    /// Asks `question`; `submit` are the words on the button that does it.
    pub fn new(
        frame: Frame,
        question: impl Into<String>,
        submit: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        let (question, submit, action) = (question.into(), submit.into(), action.into());
        let (consequence, cancel) = (String::new(), "/".to_owned());
        let (hidden, fields, affected) = (Vec::new(), Vec::new(), Vec::new());
        let (danger, more, diff, notes, acts) = (false, 0, Diff::new(), Vec::new(), Vec::new());
        Self {
            frame,
            question,
            consequence,
            action,
            cancel,
            submit,
            danger,
            hidden,
            fields,
            affected,
            more,
            diff,
            notes,
            acts,
        }
    }

    /// Says what will follow.
    pub fn consequence(mut self, text: impl Into<String>) -> Self {
        self.consequence = text.into();
        self
    }

    /// Leads back there.
    pub fn cancel(mut self, href: impl Into<String>) -> Self {
        self.cancel = href.into();
        self
    }

    /// Destroys or cuts off something.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// Sends a value along.
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Needs to know something more.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Shows what changes.
    pub fn diff(mut self, diff: Diff) -> Self {
        self.diff = diff;
        self
    }

    /// Says something more.
    pub fn also(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Offers something to look at before answering.
    pub fn act(mut self, action: Action) -> Self {
        self.acts.push(action);
        self
    }

    /// Needs a reason, which goes into the audit trail.
    pub fn reason(self) -> Self {
        let field = Field::area("reason", "Reason", 2).hint("Goes into the audit trail.");
        self.field(field.attribute("required", "").attribute("maxlength", "500"))
    }

    /// Names what is affected: the first few and how many more.
    pub fn affected(mut self, names: Vec<String>, more: u64) -> Self {
        (self.affected, self.more) = (names, more);
        self
    }
}

/// A page that says what went wrong, inside the frame or before sign-in.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    pub frame: Frame,
    pub title: String,
    pub text: String,
    pub code: String,
    pub request_id: String,
    pub actions: Vec<Action>,
}

/// The same before sign-in.
#[derive(Debug, Template)]
#[template(path = "gate_message.html")]
pub struct GateMessagePage {
    pub frame: Frame,
    pub title: String,
    pub text: String,
    pub code: String,
    pub request_id: String,
    pub actions: Vec<Action>,
}
