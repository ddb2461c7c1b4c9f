//! `GET /api/v1/directory/membership`: is this user in that group, and by which way.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, Json, Problem, Problems, Query};

use crate::views::Membership;
use crate::{Directory, GroupId, ReadDirectory, UserId};

/// Who and where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// Which user.
    user: UserId,
    /// Which group.
    group: GroupId,
}

/// Says whether a user is in a group, at any depth, and by which way.
#[utoipa::path(get, path = "/membership", operation_id = "check_membership", tag = "directory", params(Question),
    responses((status = 200, body = Membership), Problems))]
pub async fn handler(
    caller: Caller,
    State(directory): State<Directory>,
    Query(question): Query<Question>,
) -> Result<Json<Membership>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    Ok(Json(directory.is_member(&may, question.user, question.group).await?))
}
