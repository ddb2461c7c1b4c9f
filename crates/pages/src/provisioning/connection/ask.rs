//! The questions before a connection or a key of it is stopped.

use provisioning::ending::{Afterwards, EndingView};

use super::ConnectionView;
use crate::form::Field;
use crate::format;
use crate::layout::Frame;
use crate::list::ConfirmPage;

/// The question before a pause.
pub fn ask_pause(frame: Frame, id: &str, name: &str) -> ConfirmPage {
    let here = format!("/provisioning/connections/{id}");
    ConfirmPage::new(frame, format!("Pause {name}?"), "Pause", format!("{here}/pause"))
        .consequence("Every call is answered 503, so that the client comes again. Nobody new comes in, and nobody who leaves goes.")
        .also("After many failed cycles Entra puts its job into quarantine and tries once a day only.")
        .cancel(here)
        .danger()
}

/// The question before a key is revoked.
pub fn ask_revoke(frame: Frame, id: &str, key: &str, label: &str, last: bool) -> ConfirmPage {
    let here = format!("/provisioning/connections/{id}/keys");
    let page = ConfirmPage::new(frame, format!("Revoke the key “{label}”?"), "Revoke", format!("{here}/{key}/revoke"))
        .consequence("Whatever uses it is refused from now on.")
        .cancel(here)
        .danger();
    if last { page.also("It is the last one that works: nothing can be pushed until there is another.") } else { page }
}

/// The question before a connection is deleted, or ended with its people and groups.
pub fn ask_delete(frame: Frame, connection: &ConnectionView, ending: &EndingView) -> ConfirmPage {
    let here = format!("/provisioning/connections/{}", connection.id);
    let page = ConfirmPage::new(frame, format!("Delete {}?", connection.name), "Delete", format!("{here}/delete"))
        .consequence("Its keys are refused from now on, and what it was sent is forgotten.")
        .cancel(format!("{here}/settings"))
        .danger();
    let Some(name) = &ending.confirmation else { return page };
    let page = page.also(format!(
        "It still has {} and {}. {}",
        format::plural(ending.users, "person", "people"),
        format::plural(ending.groups, "group", "groups"),
        afterwards(ending.afterwards)
    ));
    let page = if ending.held_calls == 0 {
        page
    } else {
        page.also(format!("{} for a decision and will be dropped.", waiting(ending.held_calls)))
    };
    let label = format!("To end it with them, type its name: {name}");
    page.field(Field::text("confirmation", label).attribute("required", "").attribute("autocomplete", "off"))
}

fn waiting(calls: u64) -> String {
    format!("{} {}", format::plural(calls, "call", "calls"), if calls == 1 { "waits" } else { "wait" })
}

fn afterwards(what: Afterwards) -> &'static str {
    match what {
        Afterwards::Nothing => "",
        Afterwards::Planned => {
            "They stay as they are until somebody has decided about a plan that is made then: it is held under Held plans, \
             puts them into conflict, and lets people of a connected tenant take their places."
        }
        Afterwards::Tenant => {
            "They are the tenant's: what Microsoft Graph reads stays, what it does not read goes as the tenant's settings say."
        }
    }
}
