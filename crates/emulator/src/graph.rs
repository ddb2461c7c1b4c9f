//! Microsoft Graph v1.0 as the directory half serves it.

use std::sync::Arc;

use axum::Router;

use crate::World;

pub mod error;

/// The routes below `/v1.0` and `/beta` that the directory half serves.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
}
