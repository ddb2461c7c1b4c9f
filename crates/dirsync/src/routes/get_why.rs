//! `GET /api/v1/dirsync/users/{user_id}/why`: why a user is in or out.

use axum::extract::State;
use uuid::Uuid;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Dirsync;
use crate::permissions::ReadSync;
use crate::service::scope_preview::WhyUser;

/// Tells why a user is in or out: every rule and what it says, the filter clause by clause.
#[utoipa::path(get, path = "/users/{user_id}/why", operation_id = "get_why", tag = "dirsync",
    params(("user_id" = Uuid, Path, description = "Our id of the user.")),
    responses((status = 200, body = WhyUser), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(user): Path<Uuid>,
) -> Result<Json<WhyUser>, Problem> {
    Ok(Json(dirsync.why(&caller.may(ReadSync {})?, user).await?))
}
