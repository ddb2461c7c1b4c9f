//! Faults on demand, over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;

use super::AdminError;
use crate::World;
use crate::faults::{NewRule, Rule};

/// `GET faults`.
pub async fn list(State(world): State<Arc<World>>) -> Json<Vec<Rule>> {
    Json(world.faults.list())
}

/// `POST faults`.
pub async fn add(
    State(world): State<Arc<World>>,
    Json(rule): Json<NewRule>,
) -> Result<(StatusCode, Json<Rule>), AdminError> {
    if !(0.0..=1.0).contains(&rule.probability) {
        return Err(AdminError::Invalid("probability is between 0 and 1".to_owned()));
    }
    Ok((StatusCode::CREATED, Json(world.faults.add(rule))))
}

/// `DELETE faults`.
pub async fn clear(State(world): State<Arc<World>>) -> StatusCode {
    world.faults.clear();
    StatusCode::NO_CONTENT
}

/// `DELETE faults/{id}`.
pub async fn remove(State(world): State<Arc<World>>, Path(id): Path<u64>) -> Result<StatusCode, AdminError> {
    if world.faults.remove(id) { Ok(StatusCode::NO_CONTENT) } else { Err(AdminError::NotFound(format!("fault {id}"))) }
}
