//! The verbs over HTTP, one file each.

mod begin_consent;
mod create_tenant;
mod delete_credential;
mod delete_tenant;
mod finish_consent;
mod generate_certificate;
mod get_consent;
mod get_credential_calendar;
mod get_permissions;
mod get_tenant;
mod get_test;
mod list_credentials;
mod list_tenants;
mod preview_permissions;
mod probe_tenant;
mod promote_credential;
mod put_credential;
mod run_test;
mod test_draft;
mod update_tenant;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Tenants;

/// The verbs of this room, to be nested under `/api/v1/tenants`.
pub fn routes(tenants: Tenants) -> OpenApiRouter {
    let records = OpenApiRouter::new()
        .routes(routes!(list_tenants::handler, create_tenant::handler))
        .routes(routes!(get_tenant::handler, update_tenant::handler, delete_tenant::handler))
        .routes(routes!(probe_tenant::handler))
        .routes(routes!(run_test::handler, get_test::handler))
        .routes(routes!(test_draft::handler))
        .routes(routes!(get_permissions::handler))
        .routes(routes!(preview_permissions::handler));
    let credentials = OpenApiRouter::new()
        .routes(routes!(list_credentials::handler, put_credential::handler))
        .routes(routes!(generate_certificate::handler))
        .routes(routes!(promote_credential::handler))
        .routes(routes!(delete_credential::handler))
        .routes(routes!(get_credential_calendar::handler));
    let consents = OpenApiRouter::new()
        .routes(routes!(begin_consent::handler))
        .routes(routes!(finish_consent::handler))
        .routes(routes!(get_consent::handler));
    records.merge(credentials).merge(consents).with_state(tenants)
}
