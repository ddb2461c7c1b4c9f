//! `GET /api/v1/dirsync/runs`: runs.

use axum::extract::State;
use directory::SourceId;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::permissions::ReadSync;
use crate::service::runs::RunFilter;
use crate::views::RunView;
use crate::{Dirsync, RunKind, RunState};

/// Which runs; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only of this source.
    source: Option<SourceId>,
    /// Only in this state.
    state: Option<RunState>,
    /// Only of this kind.
    kind: Option<RunKind>,
    /// Without runs that changed nothing.
    #[serde(default)]
    #[param(required = false)]
    with_changes_only: bool,
}

/// Lists runs, newest first.
#[utoipa::path(get, path = "/runs", operation_id = "list_runs", tag = "dirsync",
    params(Wanted, PageQuery),
    responses((status = 200, body = PageBody<RunView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<RunView>, Problem> {
    let filter = RunFilter {
        source_id: wanted.source,
        state: wanted.state,
        kind: wanted.kind,
        with_changes_only: wanted.with_changes_only,
    };
    let runs = dirsync.list_runs(&caller.may(ReadSync {})?, &filter, &page.request()).await?;
    Ok(PageBody::of(runs))
}
