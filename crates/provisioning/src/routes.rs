//! The verbs over HTTP, one file each, below `/api/v1/provisioning`.

mod create_connection;
mod create_key;
mod delete_connection;
mod get_connection;
mod list_connections;
mod list_keys;
mod revoke_key;
mod update_connection;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Provisioning;

/// The verbs of this room, to be nested under `/api/v1/provisioning`.
pub fn routes(provisioning: Provisioning) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_connections::handler, create_connection::handler))
        .routes(routes!(get_connection::handler, update_connection::handler, delete_connection::handler))
        .routes(routes!(list_keys::handler, create_key::handler))
        .routes(routes!(revoke_key::handler))
        .with_state(provisioning)
}
