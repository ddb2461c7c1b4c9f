//! `DELETE /api/v1/jobs/{job}`: remove a job that waits or was given up.

use axum::extract::State;
use store::queue::JobId;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::jobs::Jobs;
use crate::jobs::permissions::DiscardJob;

/// Removes a job that waits or was given up.
#[utoipa::path(delete, path = "/{job}", operation_id = "discard_job", tag = "jobs",
    params(("job" = JobId, Path, description = "The job.")),
    responses((status = 204, description = "It is gone."), Problems))]
pub async fn handler(caller: Caller, Path(job): Path<JobId>, State(jobs): State<Jobs>) -> Result<NoContent, Problem> {
    jobs.discard(&caller.may(DiscardJob { job })?).await?;
    Ok(NoContent)
}
