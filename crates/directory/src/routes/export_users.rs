//! `GET /api/v1/directory/users/export`: take users along.

use axum::extract::State;
use axum::response::Response;
use web::{Caller, Problem, Problems, Query};

use super::{FormatQuery, UserQuery, attachment};
use crate::{Directory, ReadDirectory};

/// Exports every matching user, by name.
#[utoipa::path(get, path = "/users/export", operation_id = "export_users", tag = "directory",
    params(FormatQuery, UserQuery), responses(
        (status = 200, body = String, content_type = "text/csv", description = "The lines, streamed."),
        Problems))]
pub async fn handler(
    caller: Caller,
    State(directory): State<Directory>,
    Query(format): Query<FormatQuery>,
    Query(query): Query<UserQuery>,
) -> Result<Response, Problem> {
    let may = caller.may(ReadDirectory {})?;
    let lines = directory.export_users(&may, query.into(), format.format()).await?;
    Ok(attachment("users", format.format(), lines))
}
