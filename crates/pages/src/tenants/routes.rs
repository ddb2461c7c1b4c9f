//! The handlers of these pages.

mod connect;
mod tenant;

use axum::Router;
use axum::routing::{get, post};
use dirsync::permissions::ReadSync;
use dirsync::service::source_settings::SourceStatus;
use web::Problem;

use crate::Rooms;
use crate::desk::Desk;

/// Tenants.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/tenants", get(tenant::list_tenants))
        .route("/tenants/connect", get(connect::choose).post(connect::go))
        .route("/tenants/connect/register", get(connect::show_register).post(connect::register))
        .route("/tenants/connect/consent", get(connect::consent))
        .route("/tenants/connect/consent/{id}", get(connect::follow))
        .route("/connect/callback", get(connect::callback))
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
    Ok(rooms.dirsync.list_sources(&desk.may(ReadSync {})?).await?)
}

/// The one of a tenant.
pub fn status_of(statuses: &[SourceStatus], tenant: tenants::TenantId) -> Option<&SourceStatus> {
    statuses.iter().find(|status| status.kept.source_id.0 == tenant.0)
}
