//! `GET /tenants/{id}/remove`: what disconnecting a tenant means, said before it is done.

use super::tenant::TenantView;
use crate::form::Field;
use crate::layout::Frame;
use crate::list::ConfirmPage;
use crate::parts::Action;

/// The question before a tenant is disconnected; how many people and groups it has, and how long a conflict waits.
pub fn ask(frame: Frame, tenant: &TenantView, (users, groups): (u64, u64), days: u32) -> ConfirmPage {
    let people = crate::format::plural(users, "person", "people");
    let groups = crate::format::plural(groups, "group", "groups");
    ConfirmPage::new(
        frame,
        format!("Disconnect {}?", tenant.name),
        "Disconnect the tenant",
        format!("/tenants/{}/remove", tenant.id),
    )
    .consequence(format!(
        "{people} and {groups} of it are in the directory. Nobody is deleted by this, and nothing changes in Entra."
    ))
    .also("Its credentials are wiped at once, and no run reads it any more. The app registration in Entra is yours to remove.")
    .also("A plan is made of what it left and waits for your decision. Until then everybody stays as they are.")
    .also("People whom another connected tenant has too can be taken over by it; they are found and listed by name.")
    .also(format!(
        "Once the plan is allowed, whoever is left becomes a conflict and is deleted after {}.",
        crate::format::plural(u64::from(days), "day", "days")
    ))
    .also("If the tenant is connected again before that, everybody is found again under the same id.")
    .act(Action::post("Show what would become of them", format!("/tenants/{}/remove/preview", tenant.id)))
    .field(
        Field::text("confirm", format!("Type {} to confirm", tenant.name))
            .attribute("required", "")
            .attribute("autocomplete", "off"),
    )
    .cancel(format!("/tenants/{}", tenant.id))
    .danger()
}
