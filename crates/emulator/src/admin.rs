//! The admin API (`/emulator/api/...`) and its page (`/`): how people and tests drive the emulator.
//!
//! | file | drives |
//! |---|---|
//! | `control` | clock, switches, signing keys, request log, reset |
//! | `faults` | what goes wrong |
//! | `tenants` | tenants, their licence and their generated people |
//! | `apps` | registrations, credentials, consent |
//! | `access` | Conditional Access, risk, the sign-in log |
//! | `methods` | authentication methods, external providers and the conversation with them |
//! | `people` | users, groups, memberships |
//! | `provisioning` | enterprise applications that push to a SCIM target |
//! | `page` | all of it by hand: forms only, no script |
//!
//! Deliberately without authentication: everything in here is a toy. It is never struck by faults and never logged
//! among the clients' requests.

pub mod access;
pub mod apps;
pub mod control;
pub mod controls;
pub mod faults;
pub mod methods;
pub mod page;
pub mod people;
pub mod provisioning;
pub mod tenants;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;

use crate::World;
use crate::directory::EditError;
use crate::world::Tenant;

/// The admin API and its page.
pub fn routes() -> Router<Arc<World>> {
    Router::new().nest("/emulator/api", api()).merge(page::routes())
}

fn api() -> Router<Arc<World>> {
    Router::new()
        .route("/health", get(control::health))
        .route("/clock", get(control::get_clock).post(control::set_clock).put(control::set_clock))
        .route("/switches", get(control::get_switches).patch(control::patch_switches).delete(control::reset_switches))
        .route("/keys", get(control::get_keys))
        .route("/keys/roll", post(control::roll_keys))
        .route("/requests", get(control::get_requests).delete(control::clear_requests))
        .route("/counters", get(control::get_counters))
        .route("/reset", post(control::reset))
        .route("/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/faults/{id}", delete(faults::remove))
        .route("/permissions", get(apps::permissions))
        .route("/apps", get(apps::list))
        .route("/apps/{client}", get(apps::read).patch(apps::update).delete(apps::remove))
        .route("/apps/{client}/secrets", post(apps::add_secret))
        .route("/apps/{client}/secrets/expire", post(apps::expire_secrets))
        .route("/apps/{client}/secrets/{key}", delete(apps::remove_secret))
        .route("/apps/{client}/certificates", post(apps::add_certificate))
        .route("/tenants", get(tenants::list).post(tenants::create))
        .merge(tenant_api())
        .merge(access_api())
        .merge(methods_api())
        .merge(provisioning_api())
}

fn access_api() -> Router<Arc<World>> {
    Router::new()
        .route("/tenants/{tenant}/policies", get(access::list).post(access::create).delete(access::clear))
        .route("/tenants/{tenant}/policies/{policy}", patch(access::update).delete(access::remove))
        .route("/tenants/{tenant}/custom-controls", get(controls::list).post(controls::create))
        .route("/tenants/{tenant}/custom-controls/{control}", delete(controls::remove))
        .route("/tenants/{tenant}/locations", post(access::create_location))
        .route("/tenants/{tenant}/users/{user}/risk", put(access::set_risk))
        .route("/tenants/{tenant}/sample", get(crate::sample::describe))
        .route("/tenants/{tenant}/sign-ins", get(access::sign_ins).delete(access::clear_sign_ins))
}

fn methods_api() -> Router<Arc<World>> {
    use crate::external::mint::mint;
    Router::new()
        .route("/tenants/{tenant}/external-methods", get(methods::list).post(methods::create))
        .route("/tenants/{tenant}/external-methods/{method}", patch(methods::update).delete(methods::remove))
        .route("/tenants/{tenant}/external-methods/{method}/request", post(mint))
        .route("/tenants/{tenant}/users/{user}/methods", get(methods::of_user).put(methods::set_contact))
        .route(
            "/tenants/{tenant}/users/{user}/external-methods/{method}",
            put(methods::register_user).delete(methods::forget_user),
        )
        .route("/external/metadata", get(methods::metadata).delete(methods::forget_metadata))
        .route("/external/quirks", get(methods::quirks).post(methods::add_quirk).delete(methods::clear_quirks))
        .route("/external/answers", get(methods::answers))
}

fn provisioning_api() -> Router<Arc<World>> {
    use provisioning as push;
    Router::new()
        .route("/tenants/{tenant}/provisioning", get(push::list).post(push::create))
        .route("/provisioning/{job}", get(push::read).patch(push::update).delete(push::remove))
        .route("/provisioning/{job}/assignments", post(push::assign))
        .route("/provisioning/{job}/assignments/{object}", delete(push::unassign))
        .route("/provisioning/{job}/test", post(push::test))
        .route("/provisioning/{job}/start", post(push::start))
        .route("/provisioning/{job}/pause", post(push::pause))
        .route("/provisioning/{job}/restart", post(push::restart))
        .route("/provisioning/{job}/allow-deletions", post(push::allow_deletions))
        .route("/provisioning/{job}/cycle", post(push::run_cycle))
        .route("/provisioning/{job}/on-demand", post(push::on_demand))
        .route("/provisioning/{job}/log", get(push::log))
        .route(
            "/provisioning/{job}/mishaps",
            get(push::list_mishaps).post(push::add_mishap).delete(push::clear_mishaps),
        )
}

fn tenant_api() -> Router<Arc<World>> {
    Router::new()
        .route("/tenants/{tenant}", get(tenants::read).patch(tenants::update).delete(tenants::remove))
        .route("/tenants/{tenant}/regenerate", post(tenants::regenerate))
        .route("/tenants/{tenant}/live", post(tenants::live))
        .route("/tenants/{tenant}/apps", get(apps::list_installed).post(apps::create))
        .route(
            "/tenants/{tenant}/apps/{client}",
            put(apps::set_installed).patch(apps::set_installed).delete(apps::uninstall),
        )
        .route("/tenants/{tenant}/apps/{client}/consent", post(apps::grant_consent).delete(apps::withdraw_consent))
        .route("/tenants/{tenant}/users", get(people::list_users).post(people::create_user))
        .route(
            "/tenants/{tenant}/users/{user}",
            get(people::read_user).patch(people::update_user).delete(people::delete_user),
        )
        .route("/tenants/{tenant}/users/{user}/restore", post(people::restore_user))
        .route("/tenants/{tenant}/groups", get(people::list_groups).post(people::create_group))
        .route(
            "/tenants/{tenant}/groups/{group}",
            get(people::read_group).patch(people::update_group).delete(people::delete_group),
        )
        .route("/tenants/{tenant}/groups/{group}/restore", post(people::restore_group))
        .route("/tenants/{tenant}/groups/{group}/members", get(people::list_members))
        .route(
            "/tenants/{tenant}/groups/{group}/members/{member}",
            put(people::add_member).post(people::add_member).delete(people::remove_member),
        )
}

/// Why the admin API did not do it.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The thing is not there.
    #[error("there is no {0}")]
    NotFound(String),
    /// The request makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The directory refused the edit.
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound(_) | Self::Edit(EditError::NotFound(_)) => StatusCode::NOT_FOUND,
            Self::Edit(EditError::Conflict(_) | EditError::AlreadyMember | EditError::NotMember) => {
                StatusCode::CONFLICT
            }
            Self::Invalid(_) | Self::Edit(_) => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

/// The tenant a path names: id, domain, or `default` for the only or first one.
pub(crate) fn tenant(world: &World, name: &str) -> Result<Arc<Tenant>, AdminError> {
    let found = if name == "default" { world.tenants().into_iter().next() } else { world.tenant(name) };
    found.ok_or_else(|| AdminError::NotFound(format!("tenant {name}")))
}
