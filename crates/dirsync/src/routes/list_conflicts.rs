//! `GET /api/v1/dirsync/conflicts`: conflicts.

use axum::extract::State;
use directory::{ConflictCause, ObjectKind};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::Dirsync;
use crate::permissions::ReadSync;
use crate::service::conflicts::{ConflictFilter, ConflictView};

/// Which conflicts; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Users or groups; users where nothing is said.
    kind: Option<ObjectKind>,
    /// Only with this cause.
    cause: Option<ConflictCause>,
    /// Only names that contain this text.
    text: Option<String>,
}

/// Lists conflicts, the next due first.
#[utoipa::path(get, path = "/conflicts", operation_id = "list_conflicts", tag = "dirsync",
    params(Wanted, PageQuery),
    responses((status = 200, body = PageBody<ConflictView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<ConflictView>, Problem> {
    let filter = ConflictFilter { kind: wanted.kind, cause: wanted.cause, text: wanted.text };
    Ok(dirsync.list_conflicts(&caller.may(ReadSync {})?, &filter, &page.request()).await?.into())
}
