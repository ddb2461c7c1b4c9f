//! `GET /api/v1/jobs`: work without a caller.

use axum::extract::State;
use serde::Deserialize;
use store::queue::JobState;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::jobs::permissions::ReadJobs;
use crate::jobs::{JobView, Jobs};

/// Which jobs are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only jobs in this state.
    pub state: Option<JobState>,
}

/// Lists jobs, the newest first.
#[utoipa::path(get, path = "/", operation_id = "list_jobs", tag = "jobs", params(Filter, PageQuery),
    responses((status = 200, body = PageBody<JobView>), Problems))]
pub async fn handler(
    caller: Caller,
    Query(filter): Query<Filter>,
    page: PageQuery,
    State(jobs): State<Jobs>,
) -> Result<PageBody<JobView>, Problem> {
    Ok(jobs.list(&caller.may(ReadJobs {})?, filter.state, &page.request()).await?.into())
}
