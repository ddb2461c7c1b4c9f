//! `GET /provisioning/calls/{id}`: one call: what was sent, what was answered, what the client makes of it.

use askama::Template;

use super::calls::{CallRow, HERE, took};
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, Cell, Code, Facts, PageHead, Timeline};

/// One call.
#[derive(Debug, Clone)]
pub struct CallView {
    pub row: CallRow,
    pub connection_href: String,
    /// The user or group in the directory; empty when it has no page.
    pub object_href: String,
    /// The user or group as SCIM knows it; empty when it was about none.
    pub resource_id: String,
    pub scim_type: String,
    pub detail: String,
    pub key: String,
    pub request_id: String,
    /// The bodies, redacted; empty when none was kept.
    pub request: String,
    pub answer: String,
    /// What the client concludes, in full, and what to do about it.
    pub conclusion: String,
    pub mend: String,
    /// Where to decide, when it is held.
    pub hold_href: String,
    /// The next older and the next newer call about the same.
    pub older: String,
    pub newer: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "provisioning/call.html")]
pub struct CallPage {
    frame: Frame,
    head: PageHead,
    call: CallView,
    conclusion: Callout,
    neighbours: Timeline,
}

impl CallPage {
    /// One call between its neighbours: the others about the same user or group.
    pub fn new(frame: Frame, call: CallView, neighbours: Timeline) -> Self {
        let row = &call.row;
        let title =
            if row.object.is_empty() { row.operation.clone() } else { format!("{}: {}", row.operation, row.object) };
        let head = PageHead::new(title)
            .crumb("What Entra saw", HERE)
            .badge(Badge::new(row.tone, row.status.to_string()))
            .sent(format!("{} {}", row.method, row.path));
        let head = [("Older", &call.older), ("Newer", &call.newer)]
            .into_iter()
            .filter(|(_, id)| !id.is_empty())
            .fold(head, |head, (name, id)| {
                head.action(Action::go(format!("{name} call about the same"), format!("{HERE}/{id}")))
            });
        let conclusion = conclusion(&call);
        Self { frame, head, call, conclusion, neighbours }
    }

    fn facts(&self) -> Facts {
        let (call, row) = (&self.call, &self.call.row);
        let object = if call.object_href.is_empty() {
            Cell::text(&row.object)
        } else {
            Cell::link(&row.object, &call.object_href)
        };
        let copied = |text: &String| if text.is_empty() { Cell::Blank } else { Cell::Copy(text.clone()) };
        Facts::new()
            .with("When", Cell::at(row.at))
            .with("Who or what", object)
            .with("SCIM id", copied(&call.resource_id))
            .with("Answer", Cell::badge(Badge::new(row.tone, row.status.to_string())))
            .text("SCIM type", &call.scim_type)
            .text("Detail", &call.detail)
            .text("Took", took(row.micros))
            .with("Connection", Cell::link(&row.connection, &call.connection_href))
            .text("Key", &call.key)
            .text("From", &row.address)
            .text("Dialect", &row.dialect)
            .with("Request id", copied(&call.request_id))
    }

    fn request(&self) -> Code {
        let row = &self.call.row;
        let text = if self.call.request.is_empty() { String::new() } else { format!("\n\n{}", self.call.request) };
        Code::new("request", "Request", format!("{} {}{text}", row.method, row.path)).wrap()
    }

    fn answer(&self) -> Code {
        let text = if self.call.answer.is_empty() { "No body.".to_owned() } else { self.call.answer.clone() };
        Code::new("answer", "Answer", format!("{}\n\n{text}", self.call.row.status)).wrap()
    }
}

fn conclusion(call: &CallView) -> Callout {
    let code = if call.row.code.is_empty() { String::new() } else { format!(" Its log says {}.", call.row.code) };
    let callout = Callout::new(call.row.tone, "What the client makes of it", format!("{}{code}", call.conclusion));
    let callout = if call.mend.is_empty() { callout } else { callout.items(vec![call.mend.clone()]) };
    if call.hold_href.is_empty() { callout } else { callout.action(Action::go("Decide", &call.hold_href).primary()) }
}

#[cfg(test)]
pub mod samples {
    //! What a call looks like.

    use super::super::calls::samples::row;
    use super::{CallPage, CallView};
    use crate::layout::Section;
    use crate::parts::{Entry, Timeline, Tone};
    use crate::tests::{Gallery, HOUR, NOW, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let view = CallView {
            row: row("User created", "Jon Bell", 409, "EntryConflict", "It notes a conflict."),
            connection_href: "/provisioning/connections/c1".into(),
            object_href: "/directory/users/u1".into(),
            resource_id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            scim_type: "uniqueness".into(),
            detail: "the userName jon.bell@contoso.example is taken".into(),
            key: "First key".into(),
            request_id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1ab".into(),
            request: "{\n  \"schemas\": [\"urn:ietf:params:scim:schemas:core:2.0:User\"],\n  \"userName\": \"jon.bell@contoso.example\"\n}".into(),
            answer: "{\n  \"status\": \"409\",\n  \"scimType\": \"uniqueness\"\n}".into(),
            conclusion: "It notes a conflict, and tries again in its next cycles with growing distance.".into(),
            mend: "Look for whoever has this user name already.".into(),
            hold_href: "/provisioning/holds/h1".into(),
            older: "12".into(),
            newer: "14".into(),
        };
        let entries = vec![
            Entry::new(Tone::Ok, "User looked for, 200", ago(HOUR), NOW, "Vestibule")
                .link("Look", "/provisioning/calls/12"),
            Entry::new(Tone::Bad, "User created, 409", ago(HOUR - 1), NOW, "Vestibule"),
        ];
        let neighbours = Timeline::new(entries, "No other call about the same.");
        gallery.add("call", &CallPage::new(frame("Call", Section::Calls), view, neighbours));
    }
}
