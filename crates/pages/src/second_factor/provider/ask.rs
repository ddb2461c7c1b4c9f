//! Questions before something happens to a tenant's second factor.

use super::href;
use crate::layout::Frame;
use crate::list::ConfirmPage;

/// The question before Entra is no longer answered.
pub fn ask_off(frame: Frame, id: &str, tenant: &str) -> ConfirmPage {
    ConfirmPage::new(frame, format!("Switch off the second factor of {tenant}?"), "Switch off", href(id, "/off"))
        .consequence("Every sign-in that Entra hands over from now on fails. Factors and keys stay.")
        .also("To let people in without it, take the method or the policy out of use in Entra first.")
        .cancel(href(id, ""))
        .danger()
}

/// The question before a key that somebody else knows is replaced (eam.md §2).
pub fn ask_replace(frame: Frame, id: &str, tenant: &str) -> ConfirmPage {
    ConfirmPage::new(frame, format!("Replace the keys of {tenant} at once?"), "Replace at once", href(id, "/replace-keys"))
        .consequence(
            "For a key that somebody else knows. It breaks sign-ins: Entra reads our keys about once a day and refuses \
             answers by a key that it has not read, so that nobody passes for up to a day.",
        )
        .also("The present keys are published no longer, and their private halves are wiped.")
        .also(
            "Sooner, at a price: in Entra, delete the method and make it again; it reads the keys then. Its name cannot be \
             used twice at once. People are registered for the method that is deleted: all of those registrations are lost. \
             Afterwards enable the new one for the same groups, and register people for it in one go (Readiness > Register \
             them); their factors here stay.",
        )
        .also("Without hurry, Rotate does the same in two days, and nothing breaks.")
        .cancel(href(id, "/keys"))
        .field(
            crate::form::Field::text("confirmation", format!("Type {tenant} to go on"))
                .attribute("required", "")
                .attribute("autocomplete", "off"),
        )
        .danger()
}
