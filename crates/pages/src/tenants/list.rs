//! `GET /tenants`: the connected Entra tenants.

use crate::address::Address;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::overview::SHEET;
use crate::overview::TenantHealth;
use crate::parts::{Action, PageHead};
use crate::sheet::{Listed, Sheet};
use crate::table::Paging;
use crate::tenants::former::FormerView;

/// The page.
pub fn page(frame: Frame, listed: &Listed<TenantHealth>, former: &[FormerView], here: &Address) -> ListPage {
    let head = PageHead::new("Tenants")
        .lead("The Entra tenants whose people and groups come in. Permissions are probed every 15 minutes.")
        .action(Action::go("Connect a tenant", "/tenants/connect").primary().icon(Icon::Plus));
    let columns = ["name", "status", "last_sync", "next_sync", "expires"].map(|key| SHEET.column(key, here));
    let columns = columns.into_iter().chain([SHEET.number("people", here)]).collect();
    let table = crate::overview::with_columns(&listed.rows, columns, frame.now)
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<TenantHealth>::export(here));
    let page = ListPage::new(frame, head, table).words(here);
    former.iter().map(FormerView::callout).fold(page, ListPage::callout)
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::page;
    use crate::address::Address;
    use crate::layout::Section;
    use crate::overview::TenantHealth;
    use crate::parts::Badge;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, status, reason: &str, seen: Option<i64>| TenantHealth {
            id: "t1".into(),
            name: name.into(),
            domain: format!("{}.example", name.to_lowercase()),
            status,
            status_word: String::new(),
            status_reason: reason.into(),
            last_sync: seen.map(ago),
            next_sync: seen.map(|_| ahead(MINUTE)),
            credential_expires: Some(ahead(13 * DAY)),
            user_count: Some(1_962),
        };
        let rows = vec![
            row("Contoso", Badge::ok("Healthy"), "", Some(4 * MINUTE)),
            row("Fabrikam", Badge::bad("Consent withdrawn"), "Removals are frozen until it is back", Some(2 * DAY)),
            row("Wingtip", Badge::busy("Waiting for the first preview"), "", None),
        ];
        let here = Address::new("/tenants");
        let page = |rows| page(frame("Tenants", Section::Tenants), &Listed::of(rows, None), &[], &here);
        gallery.add("tenants", &page(rows));
        gallery.add("tenants-empty", &page(Vec::new()));
    }
}
