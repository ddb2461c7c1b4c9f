//! Puts the halves together and serves them.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::response::Response;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::config::Options;
use crate::{World, apps, faults, graph, paths};

/// A running emulator.
#[derive(Debug)]
pub struct Running {
    /// The bound address.
    pub addr: SocketAddr,
    /// `http://127.0.0.1:port`.
    pub base_url: String,
    /// Where the admin API is.
    pub admin_url: String,
    /// The prepared tenant.
    pub tenant_id: Uuid,
    /// The prepared application.
    pub client_id: Uuid,
    /// Its secret.
    pub client_secret: String,
    /// The certificate of our authority, when TLS is on.
    pub ca_pem: Option<String>,
    /// Everything inside.
    pub world: Arc<World>,
}

/// Starts an emulator.
pub async fn start(_options: Options) -> anyhow::Result<Running> {
    anyhow::bail!("not yet")
}

/// Everything an emulator serves.
pub fn router(world: &Arc<World>) -> Router {
    graph_router(world)
}

/// The whole of Graph: faults, throttling and the envelope included. Handlers below see paths without the version;
/// `OriginalUri` has it.
fn graph_router(world: &Arc<World>) -> Router {
    let api = graph::routes().merge(apps::routes());
    Router::new()
        .nest("/v1.0", api.clone())
        .nest("/beta", api)
        .layer(middleware::from_fn_with_state(world.clone(), faults::layer))
        .layer(middleware::from_fn_with_state(world.clone(), graph::error::envelope))
        .with_state(world.clone())
}

/// Answers one Graph request as if it came over the network: for the inner requests of a `$batch`, whose address is
/// `/v1.0/...` and whose headers carry the outer `Authorization` and `Host`.
pub async fn graph_call(world: &Arc<World>, mut request: Request) -> Response {
    *request.uri_mut() = paths::canonical(request.uri());
    match graph_router(world).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
