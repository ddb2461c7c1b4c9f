//! `GET /api/v1/dirsync/runs/{run_id}/changes`: items of a plan.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use crate::permissions::ReadSync;
use crate::service::runs::ChangeFilter;
use crate::totals::Effect;
use crate::views::ChangeView;
use crate::{Dirsync, RunId};

/// Which items; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only with this effect.
    effect: Option<Effect>,
    /// Only with this cause.
    cause: Option<String>,
    /// Only names that contain this text.
    text: Option<String>,
    /// With notes of ours too.
    #[serde(default)]
    #[param(required = false)]
    notes: bool,
}

/// Lists the items of a plan in their order, each with what it changes.
#[utoipa::path(get, path = "/runs/{run_id}/changes", operation_id = "list_changes", tag = "dirsync",
    params(("run_id" = RunId, Path, description = "Which run."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<ChangeView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(run): Path<RunId>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<ChangeView>, Problem> {
    let filter = ChangeFilter {
        effect: wanted.effect,
        cause: wanted.cause,
        text: wanted.text,
        visible_only: !wanted.notes,
        ..ChangeFilter::default()
    };
    let items = dirsync.show_changes(&caller.may(ReadSync {})?, run, &filter, &page.request()).await?;
    Ok(PageBody::of(items))
}
