//! `GET /tenants`: the connected Entra tenants.

use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::overview::TenantHealth;
use crate::parts::{Action, PageHead};

/// The page.
pub fn page(frame: Frame, rows: &[TenantHealth]) -> ListPage {
    let head = PageHead::new("Tenants")
        .lead("The Entra tenants whose people and groups come in. Permissions are probed every 15 minutes.")
        .action(Action::go("Connect a tenant", "/tenants/connect").primary().icon(Icon::Plus));
    let table = crate::overview::tenants(rows, frame.now);
    ListPage::new(frame, head, table)
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::page;
    use crate::layout::Section;
    use crate::overview::TenantHealth;
    use crate::parts::Badge;
    use crate::tests::{DAY, Gallery, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, status, reason: &str, seen: Option<i64>| TenantHealth {
            id: "t1".into(),
            name: name.into(),
            domain: format!("{}.example", name.to_lowercase()),
            status,
            status_reason: reason.into(),
            last_sync: seen.map(ago),
            next_sync: seen.map(|_| ahead(MINUTE)),
            credential_expires: Some(ahead(13 * DAY)),
            user_count: 1_962,
        };
        let rows = [
            row("Contoso", Badge::ok("Healthy"), "", Some(4 * MINUTE)),
            row("Fabrikam", Badge::bad("Consent withdrawn"), "Removals are frozen until it is back", Some(2 * DAY)),
            row("Wingtip", Badge::busy("Waiting for the first preview"), "", None),
        ];
        gallery.add("tenants", &page(frame("Tenants", Section::Tenants), &rows));
        gallery.add("tenants-empty", &page(frame("Tenants", Section::Tenants), &[]));
    }
}
