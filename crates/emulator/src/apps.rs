//! Applications, their instances in tenants (service principals) and what these were granted; organisation and domains.
//!
//! `model` is data, `grant` what administrators do to it, `view` how Graph shows it, `query` the few query options
//! these small collections know; the other files are the endpoints.

pub mod applications;
pub mod assignments;
pub mod catalogue;
pub mod credentials;
pub mod grant;
pub mod model;
pub mod organization;
pub mod query;
pub mod service_principals;
pub mod view;

#[cfg(test)]
mod tests;

pub use model::{
    AppRoleAssignment, Application, Apps, KeyCredential, PasswordCredential, PrincipalKind, ResourceAccess,
    ServicePrincipal,
};

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::World;

/// The routes below `/v1.0` and `/beta` that this half serves.
pub fn routes() -> Router<Arc<World>> {
    use {applications as app, assignments as grants, organization as org, service_principals as sp};
    Router::new()
        .route("/applications", get(app::list).post(app::create))
        .route("/applications/$count", get(app::count))
        .route("/applications/{id}", get(app::read).patch(app::update).delete(app::remove))
        .route("/applications/{id}/addPassword", post(credentials::add_password))
        .route("/applications/{id}/removePassword", post(credentials::remove_password))
        .route("/servicePrincipals", get(sp::list).post(sp::create))
        .route("/servicePrincipals/$count", get(sp::count))
        .route("/servicePrincipals/{id}", get(sp::read).patch(sp::update).delete(sp::remove))
        .route("/servicePrincipals/{id}/appRoleAssignments", get(grants::list).post(grants::create))
        .route("/servicePrincipals/{id}/appRoleAssignments/{assignment}", delete(grants::remove).get(grants::read))
        .route("/servicePrincipals/{id}/appRoleAssignedTo", get(grants::list_assigned_to).post(grants::create))
        .route("/servicePrincipals/{id}/appRoleAssignedTo/{assignment}", delete(grants::remove_assigned_to))
        .route("/servicePrincipals/{id}/oauth2PermissionGrants", get(grants::no_delegated_grants))
        .route("/oauth2PermissionGrants", get(grants::no_delegated_grants))
        .route("/organization", get(org::list))
        .route("/organization/{id}", get(org::read))
        .route("/domains", get(org::list_domains))
        .route("/domains/{id}", get(org::read_domain))
        .route("/subscribedSkus", get(org::list_skus))
}
