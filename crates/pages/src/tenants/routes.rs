//! The handlers of these pages.

mod connect;
mod former;
mod tenant;

use axum::Router;
use axum::routing::{get, post};
use dirsync::permissions::ReadSync;
use dirsync::service::source_settings::SourceStatus;
use tenants::permissions::ReadTenants;
use web::Problem;

use super::words;
use crate::Rooms;
use crate::desk::Desk;
use crate::overview::TenantHealth;

/// Tenants.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/tenants", get(tenant::list_tenants))
        .route("/tenants/export", get(tenant::export_tenants))
        .route("/tenants/connect", get(connect::choose).post(connect::go))
        .route("/tenants/connect/register", get(connect::show_register).post(connect::register))
        .route("/tenants/connect/consent", get(connect::consent))
        .route("/tenants/connect/consent/{id}", get(connect::follow))
        .route("/connect/callback", get(connect::callback))
        .route("/tenants/former/{id}", get(former::show))
        .route("/tenants/former/{id}/export", get(former::export))
        .route("/tenants/former/{id}/ask-adopt", post(former::ask_picked))
        .route("/tenants/former/{id}/adopt", get(former::ask_all).post(former::adopt))
        .route("/tenants/{id}/user-ids", post(tenant::show_user_ids))
        .route("/tenants/{id}/remove/preview", post(tenant::preview_remove))
        .route("/tenants/{id}", get(tenant::show_test))
        .route("/tenants/{id}/test", post(tenant::run_test))
        .route("/tenants/{id}/credentials", get(tenant::show_credentials).post(tenant::add_credential))
        .route("/tenants/{id}/credentials/certificate", post(tenant::make_certificate))
        .route("/tenants/{id}/credentials/{credential}/promote", post(tenant::promote))
        .route("/tenants/{id}/credentials/{credential}/remove", get(tenant::ask_retire).post(tenant::retire))
        .route("/tenants/{id}/permissions", get(tenant::show_permissions))
        .route("/tenants/{id}/settings", get(tenant::show_settings).post(tenant::save_settings))
        .route("/tenants/{id}/pause", post(tenant::pause))
        .route("/tenants/{id}/remove", get(tenant::ask_remove).post(tenant::remove))
}

/// How each tenant's sync is; a tenant's id is also its source's.
pub async fn statuses(desk: &Desk, rooms: &Rooms) -> Result<Vec<SourceStatus>, Problem> {
    Ok(rooms.dirsync.list_sources_uncounted(&desk.may(ReadSync {})?).await?)
}

/// Each tenant with its sync and the end of its credentials, as a line.
///
/// People are counted where that is quick: in memory where one tenant has them all, else while they are few.
pub async fn healths(desk: &Desk, rooms: &Rooms, statuses: &[SourceStatus]) -> Result<Vec<TenantHealth>, Problem> {
    let may = desk.may(ReadTenants {})?;
    let tenants = rooms.tenants.list_tenants(&may).await?;
    let all = rooms.directory.index(desk.caller.actor().organisation).ok().map(|index| index.counts().users);
    let mut rows = Vec::new();
    for tenant in &tenants {
        let expires = words::last_expiry(&rooms.tenants.list_credentials(&may, tenant.id).await?);
        let people = match all {
            Some(all) if tenants.len() == 1 => Some(all),
            Some(all) if all <= FEW => Some(people_of(desk, rooms, tenant.id).await?),
            _ => None,
        };
        rows.push(words::health(tenant, status_of(statuses, tenant.id), expires, people));
    }
    Ok(rows)
}

/// So many people are counted one by one without anybody noticing.
const FEW: u64 = 50_000;

/// How many people a tenant has in the directory.
pub async fn people_of(desk: &Desk, rooms: &Rooms, tenant: tenants::TenantId) -> Result<u64, Problem> {
    let source = rooms.dirsync.get_source(&desk.may(ReadSync {})?, tenant.0.into()).await?;
    let held = source.users.iter().filter(|count| ["active", "disabled", "conflict"].contains(&count.state.as_str()));
    Ok(held.map(|count| count.count).sum())
}

/// The one of a tenant.
pub fn status_of(statuses: &[SourceStatus], tenant: tenants::TenantId) -> Option<&SourceStatus> {
    statuses.iter().find(|status| status.kept.source_id.0 == tenant.0)
}
