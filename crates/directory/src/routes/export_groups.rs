//! `GET /api/v1/directory/groups/export`: take groups along.

use axum::extract::State;
use axum::response::Response;
use web::{Caller, Problem, Problems, Query};

use super::{FormatQuery, GroupQuery, attachment};
use crate::{Directory, ReadDirectory};

/// Exports every matching group, by name.
#[utoipa::path(get, path = "/groups/export", operation_id = "export_groups", tag = "directory",
    params(FormatQuery, GroupQuery), responses(
        (status = 200, body = String, content_type = "text/csv", description = "The lines, streamed."),
        Problems))]
pub async fn handler(
    caller: Caller,
    State(directory): State<Directory>,
    Query(format): Query<FormatQuery>,
    Query(query): Query<GroupQuery>,
) -> Result<Response, Problem> {
    let may = caller.may(ReadDirectory {})?;
    let lines = directory.export_groups(&may, query.into(), format.format()).await?;
    Ok(attachment("groups", format.format(), lines))
}
