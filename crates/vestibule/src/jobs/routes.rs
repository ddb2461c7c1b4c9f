//! The verbs over HTTP, below `/api/v1/jobs`.

mod discard_job;
mod get_job;
mod list_jobs;
mod retry_job;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Jobs;

/// Every verb of the queue.
pub fn routes(jobs: Jobs) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_jobs::handler))
        .routes(routes!(get_job::handler, discard_job::handler))
        .routes(routes!(retry_job::handler))
        .with_state(jobs)
}
