//! The synchronization API of an enterprise application, and the provisioning log, as Graph serves them.
//!
//! | file | holds |
//! |---|---|
//! | `jobs` | jobs: made, started, paused, restarted, on demand |
//! | `secrets` | the tenant URL and the token; testing them |
//! | `schema` | mappings |
//! | `status` | how Graph shows a job |
//! | `logs` | `auditLogs/provisioning` |
//! | `templates` | `applicationTemplates/{id}/instantiate` |

pub mod jobs;
pub mod logs;
pub mod schema;
pub mod secrets;
pub mod status;
pub mod templates;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;

use super::Job;
use crate::World;
use crate::apps::service_principals::find;
use crate::auth::AppToken;
use crate::graph::error::GraphError;

/// Reading jobs.
const READ: [&str; 2] = ["Synchronization.Read.All", "Synchronization.ReadWrite.All"];
/// Changing jobs.
const WRITE: [&str; 1] = ["Synchronization.ReadWrite.All"];
/// Either, for an application's own.
const OWN: &str = "Application.ReadWrite.OwnedBy";

/// The routes below `/v1.0` and `/beta`.
pub fn routes() -> Router<Arc<World>> {
    let jobs = "/servicePrincipals/{id}/synchronization/jobs";
    let of = |rest: &str| format!("{jobs}/{{job}}{rest}");
    Router::new()
        .route("/servicePrincipals/{id}/synchronization", get(jobs::read_all))
        .route("/servicePrincipals/{id}/synchronization/templates", get(jobs::list_templates))
        .route("/servicePrincipals/{id}/synchronization/secrets", get(secrets::list).put(secrets::replace))
        .route(jobs, get(jobs::list).post(jobs::create))
        .route(&format!("{jobs}/validateCredentials"), post(secrets::validate_for_new))
        .route(&of(""), get(jobs::read).delete(jobs::remove))
        .route(&of("/start"), post(jobs::start))
        .route(&of("/pause"), post(jobs::pause))
        .route(&of("/restart"), post(jobs::restart))
        .route(&of("/validateCredentials"), post(secrets::validate))
        .route(&of("/provisionOnDemand"), post(jobs::provision_on_demand))
        .route(&of("/schema"), get(schema::read).put(schema::replace))
        .route("/auditLogs/provisioning", get(logs::list))
        .route("/applicationTemplates/{id}/instantiate", post(templates::instantiate))
}

/// The application's object id, once the caller may do that with its jobs.
fn principal(world: &World, token: &AppToken, key: &str, any_of: &[&str]) -> Result<uuid::Uuid, GraphError> {
    let own = token.allowed(&[OWN]);
    if !token.allowed(any_of) && !own {
        return Err(GraphError::denied());
    }
    let found = find(&token.tenant, key, world.clock.now())?.id;
    if token.allowed(any_of) || found == token.sp_id { Ok(found) } else { Err(GraphError::denied()) }
}

/// One job of an application.
fn job(world: &World, token: &AppToken, path: &(String, String), any_of: &[&str]) -> Result<Arc<Job>, GraphError> {
    let principal = principal(world, token, &path.0, any_of)?;
    let found = world.provisioning.of(principal).into_iter().find(|job| job.id.eq_ignore_ascii_case(&path.1));
    found.ok_or_else(|| GraphError::not_found(&path.1))
}

fn refused(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message)
}
