//! The tenants, with a second factor and without.

use axum::extract::State;
use axum::response::Response;
use kernel::Page;
use mfa::permissions::ReadMfa;
use tenants::permissions::ReadTenants;
use web::Problem;

use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::second_factor::providers::{self, ProviderRow, SHEET};
use crate::second_factor::words;
use crate::sheet::{self, Rows};

/// `GET /second-factor`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(&desk, rooms), &list.asked).await?;
    Ok(page(&providers::page(desk.frame("Second factor", Section::SecondFactor), &listed, &list.here)))
}

/// `GET /second-factor/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms), &list.asked).await
}

fn rows(desk: &Desk, rooms: Rooms) -> Rows<ProviderRow> {
    sheet::rows((desk.clone(), rooms), |context, _| async move {
        let (desk, rooms) = &*context;
        let tenants = rooms.tenants.list_tenants(&desk.may(ReadTenants {})?).await?;
        let providers = rooms.mfa.list_providers(&desk.may(ReadMfa {})?).await?;
        let row = |tenant: &tenants::Tenant| {
            let provider = providers.iter().find(|provider| provider.tenant == tenant.id);
            ProviderRow {
                id: tenant.id.to_string(),
                name: tenant.name.clone(),
                domain: tenant.primary_domain.clone().unwrap_or_else(|| tenant.entra_id.to_string()),
                standing: words::standing(provider.map(|provider| provider.state)),
                app_id: provider.map(|provider| provider.app_id.clone()).unwrap_or_default(),
                kinds: provider.map(|provider| words::kinds(&provider.settings.kinds)).unwrap_or_default(),
                issuer: provider.map(|provider| provider.issuer.clone()).unwrap_or_default(),
            }
        };
        Ok(Page { items: tenants.iter().map(row).collect(), next: None })
    })
}
