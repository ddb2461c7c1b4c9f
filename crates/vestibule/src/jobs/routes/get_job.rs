//! `GET /api/v1/jobs/{job}`: one job.

use axum::extract::State;
use store::queue::JobId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::jobs::permissions::ReadJobs;
use crate::jobs::{JobView, Jobs};

/// Shows one job.
#[utoipa::path(get, path = "/{job}", operation_id = "get_job", tag = "jobs",
    params(("job" = JobId, Path, description = "The job.")),
    responses((status = 200, body = JobView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(job): Path<JobId>,
    State(jobs): State<Jobs>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(jobs.get(&caller.may(ReadJobs {})?, job).await?))
}
