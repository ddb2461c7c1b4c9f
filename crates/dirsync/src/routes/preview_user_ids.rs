//! `GET /api/v1/dirsync/sources/{source_id}/user-ids`: what another User ID attribute would do.

use axum::extract::State;
use directory::SourceId;
use serde::Deserialize;
use tenants::UserIdAttribute;
use utoipa::IntoParams;
use web::{Caller, Json, Path, Problem, Problems, Query};

use crate::Dirsync;
use crate::permissions::ReadSync;
use crate::service::user_ids::UserIdPreview;

/// Which attribute.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The attribute that would be the user id.
    attribute: UserIdAttribute,
}

/// Shows how many users would have no id, or the same as another, if an attribute were the user id.
#[utoipa::path(get, path = "/sources/{source_id}/user-ids", operation_id = "preview_user_ids", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id."), Wanted),
    responses((status = 200, body = UserIdPreview), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<UserIdPreview>, Problem> {
    let may = caller.may(ReadSync {})?;
    Ok(Json(dirsync.preview_user_ids(&may, source, wanted.attribute).await?))
}
