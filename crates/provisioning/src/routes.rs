//! The verbs over HTTP, one file each, below `/api/v1/provisioning`.

mod allow_hold;
mod apply_mapping;
mod check_job;
mod create_connection;
mod create_key;
mod delete_connection;
mod export_calls;
mod get_call;
mod get_connection;
mod get_connection_ending;
mod get_group_drift;
mod get_hold;
mod get_known_group;
mod get_ready_mapping;
mod list_calls;
mod list_connections;
mod list_dialects;
mod list_group_names;
mod list_held_calls;
mod list_holds;
mod list_keys;
mod list_known_groups;
mod list_push_cycles;
mod pause_job;
mod preview_limits;
mod provision_on_demand;
mod reject_hold;
mod restart_job;
mod revoke_key;
mod start_job;
mod update_connection;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Provisioning;

/// The verbs of this room, to be nested under `/api/v1/provisioning`.
pub fn routes(provisioning: Provisioning) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_connections::handler, create_connection::handler))
        .routes(routes!(get_connection::handler, update_connection::handler, delete_connection::handler))
        .routes(routes!(get_connection_ending::handler))
        .routes(routes!(preview_limits::handler))
        .routes(routes!(list_keys::handler, create_key::handler))
        .routes(routes!(revoke_key::handler))
        .routes(routes!(check_job::handler))
        .routes(routes!(get_ready_mapping::handler))
        .routes(routes!(apply_mapping::handler))
        .routes(routes!(start_job::handler))
        .routes(routes!(pause_job::handler))
        .routes(routes!(restart_job::handler))
        .routes(routes!(provision_on_demand::handler))
        .routes(routes!(list_holds::handler))
        .routes(routes!(get_hold::handler))
        .routes(routes!(list_held_calls::handler))
        .routes(routes!(allow_hold::handler))
        .routes(routes!(reject_hold::handler))
        .routes(routes!(list_calls::handler))
        .routes(routes!(export_calls::handler))
        .routes(routes!(get_call::handler))
        .routes(routes!(list_dialects::handler))
        .routes(routes!(list_push_cycles::handler))
        .routes(routes!(list_known_groups::handler))
        .routes(routes!(get_known_group::handler))
        .routes(routes!(get_group_drift::handler))
        .routes(routes!(list_group_names::handler))
        .with_state(provisioning)
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
