//! The admin API and its page: how people and tests drive the emulator. No authentication: it is a toy tenant's.

use std::sync::Arc;

use axum::Router;

use crate::World;

/// The admin API and its page.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
}
