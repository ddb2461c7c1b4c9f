//! What the doctor found.

use super::ProviderPage;
use crate::parts::{Action, Badge, Callout, Checklist, Tone};

/// What was looked at, on our side and on Entra's.
#[derive(Debug, Clone)]
pub struct DoctorView {
    pub ours: Checklist,
    pub entras: Checklist,
    pub passed: bool,
    /// Application permissions that are missing for all of it.
    pub missing: Vec<String>,
}

impl ProviderPage {
    pub(super) fn verdict(&self, view: &DoctorView) -> Callout {
        let again = Action::go("Look again", self.href("/doctor"));
        let (of, passed) = (view.ours.len() + view.entras.len(), view.ours.passed() + view.entras.passed());
        let text = format!("{passed} of {of} lines passed. Everything was read just now.");
        if view.passed && !view.missing.is_empty() {
            let title = "Nothing stands in the way, as far as could be looked";
            Callout::new(Tone::Warn, title, text).action(again)
        } else if view.passed {
            Callout::new(Tone::Ok, "Nothing stands in the way", text).action(again)
        } else {
            Callout::new(Tone::Bad, "Something has to be mended", text).action(again)
        }
    }

    /// What Graph does not let us look at.
    pub(super) fn unseen(&self, view: &DoctorView) -> Option<Callout> {
        let text = "Give them to the tenant’s application and have an administrator consent. Without them Entra’s side is not \
                    looked at; everything else works.";
        let tenant = Action::go("The tenant’s permissions", format!("/tenants/{}/permissions", self.provider.id));
        (!view.missing.is_empty()).then(|| {
            Callout::new(Tone::Info, "Permissions are missing", text).items(view.missing.clone()).action(tenant)
        })
    }

    pub(super) fn outcome(list: &Checklist) -> Badge {
        if list.passed() == list.len() {
            Badge::ok("Passed")
        } else {
            Badge::warn(format!("{} of {}", list.passed(), list.len()))
        }
    }
}
