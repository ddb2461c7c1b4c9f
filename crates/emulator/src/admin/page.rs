//! The page.
use std::sync::Arc;
use axum::Router;
use crate::World;
/// Routes.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
}
