//! `POST /api/v1/jobs/{job}/retry`: run a job again that was given up.

use axum::extract::State;
use store::queue::JobId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::jobs::permissions::RetryJob;
use crate::jobs::{JobView, Jobs};

/// Gives a job that was given up another full set of attempts.
#[utoipa::path(post, path = "/{job}/retry", operation_id = "retry_job", tag = "jobs",
    params(("job" = JobId, Path, description = "The job.")),
    responses((status = 200, body = JobView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(job): Path<JobId>,
    State(jobs): State<Jobs>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(jobs.retry(&caller.may(RetryJob { job })?).await?))
}
