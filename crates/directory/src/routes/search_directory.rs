//! `GET /api/v1/directory/search`: people and groups by a few letters.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, Json, Problem, Problems, Query};

use crate::service::MOST_FOUND;
use crate::views::Found;
use crate::{Directory, DirectoryError, ReadDirectory};

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Words that must all be in the name or an address.
    q: String,
    /// How many of each kind at most.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<usize>,
}

/// Finds users and groups by a few letters, the best match first: names that begin so, then words that begin so.
#[utoipa::path(get, path = "/search", operation_id = "search_directory", tag = "directory", params(Wish),
    responses((status = 200, body = Found), Problems))]
pub async fn handler(
    caller: Caller,
    State(directory): State<Directory>,
    Query(wish): Query<Wish>,
) -> Result<Json<Found>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    let limit = wish.limit.unwrap_or(10);
    if !(1..=MOST_FOUND).contains(&limit) {
        return Err(DirectoryError::Invalid(format!("limit must be from 1 to {MOST_FOUND}")).into());
    }
    Ok(Json(directory.search(&may, &wish.q, limit).await?))
}
