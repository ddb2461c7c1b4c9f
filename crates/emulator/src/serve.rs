//! Puts the halves together and serves them, plain or over TLS.
//!
//! A request passes: log → path spelling → (Graph: scripts' permission → envelope → faults → throttling → handler | login:
//! scripts' permission → envelope → faults → handler | admin: handler).

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware;
use axum::response::Response;
use axum::{Extension, Router};
use http::header::DATE;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use kernel::Timestamp;
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::config::Options;
use crate::faults::{self, CutConnection, Struck};
use crate::graph::error::GraphError;
use crate::requests::Entry;
use crate::sign_in::visit::Peer;
use crate::state_file::{self, Keeper};
use crate::tls::Authority;
use crate::world::tenant_of;
use crate::{
    World, access, admin, apps, cors, external, graph, identity, methods, paths, provisioning, sample, sign_in,
};

/// A running emulator. Dropping it stops the listener; `shutdown` also waits and keeps the state.
#[derive(Debug)]
pub struct Running {
    /// The bound address.
    pub addr: SocketAddr,
    /// `http://127.0.0.1:port`; the authority is `{base_url}/{tenant_id}`, Graph `{base_url}/v1.0`.
    pub base_url: String,
    /// Where the admin API is: `{base_url}/emulator/api`.
    pub admin_url: String,
    /// The prepared tenant.
    pub tenant_id: Uuid,
    /// The prepared application.
    pub client_id: Uuid,
    /// Its secret.
    pub client_secret: String,
    /// The certificate of our authority, when TLS is on.
    pub ca_pem: Option<String>,
    /// Our authority, when TLS is on: it issues certificates for servers beside the emulator.
    pub authority: Option<Authority>,
    /// Everything inside.
    pub world: Arc<World>,
    stop: CancellationToken,
    listener: JoinHandle<()>,
    keeper: Option<Keeper>,
}

impl Running {
    /// Stops listening, closes idle connections and writes the state file.
    pub async fn shutdown(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        // The listener ends by itself; a panic in it has been reported by the runtime.
        let _ = (&mut self.listener).await;
        match self.keeper.take() {
            Some(keeper) => keeper.save(&self.world).await,
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts an emulator.
pub async fn start(options: Options) -> anyhow::Result<Running> {
    let state_file::Start { world, prepared, authority } = state_file::load_or_prepare(&options)?;
    let acceptor = match &authority {
        Some(authority) => Some(TlsAcceptor::from(authority.server_config(&options.hosts, options.clock.now())?)),
        None => None,
    };
    let listener =
        TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let addr = listener.local_addr()?;
    let base_url = format!("{}://{addr}", if acceptor.is_some() { "https" } else { "http" });
    world.set_base_url(&base_url);
    let ca_pem = authority.as_ref().map(|authority| authority.certificate_pem.clone());
    if let (Some(file), Some(pem)) = (&options.ca_file, &ca_pem) {
        std::fs::write(file, pem).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let keeper = options.state_file.clone().map(|file| Keeper::new(file, prepared.clone(), authority.clone()));
    provisioning::clockwork::run(&world);
    if !world.graph.subscriptions.stored().is_empty() {
        graph::subscriptions::ensure_running(&world);
    }
    let stop = CancellationToken::new();
    if let Some(keeper) = &keeper {
        keeper.save(&world).await?;
        tokio::spawn(keeper.clone().every_interval(world.clone(), stop.clone()));
    }
    let listener = tokio::spawn(listen(listener, acceptor, world.clone(), stop.clone()));
    Ok(Running {
        addr,
        admin_url: format!("{base_url}/emulator/api"),
        base_url,
        tenant_id: prepared.tenant_id,
        client_id: prepared.client_id,
        client_secret: prepared.client_secret,
        ca_pem,
        authority,
        world,
        stop,
        listener,
        keeper,
    })
}

/// Everything an emulator serves. Give its requests to `answer`, which spells their paths the router's way.
pub fn router(world: &Arc<World>) -> Router {
    let login = identity::routes()
        .merge(sign_in::routes())
        .merge(external::routes())
        .layer(middleware::from_fn_with_state(world.clone(), faults::layer))
        .layer(middleware::from_fn_with_state(world.clone(), identity::envelope))
        .layer(middleware::from_fn(cors::layer))
        .with_state(world.clone());
    let graph = Arc::new(graph_router(world));
    world.remember_graph_router(&graph);
    // The extension keeps the inner router alive as long as the outer one.
    login
        .merge(graph.as_ref().clone())
        .merge(admin::routes().merge(sample::routes()).with_state(world.clone()))
        .layer(Extension(InnerGraph(graph)))
}

/// Graph once more, for the inner requests of batches.
#[derive(Clone)]
struct InnerGraph(#[expect(dead_code, reason = "only keeps it alive; the world points at it weakly")] Arc<Router>);

/// The whole of Graph: faults, throttling and the envelope included. Handlers below see paths without the version;
/// `OriginalUri` has it.
fn graph_router(world: &Arc<World>) -> Router {
    let api = graph::routes()
        .merge(apps::routes())
        .merge(access::graph::routes())
        .merge(methods::policy_graph::routes())
        .merge(methods::user_graph::routes())
        .merge(sign_in::log_graph::routes())
        .merge(provisioning::graph::routes())
        .fallback(unknown_segment)
        .method_not_allowed_fallback(method_not_allowed);
    Router::new()
        .nest("/v1.0", api.clone())
        .nest("/beta", api)
        .layer(middleware::from_fn_with_state(world.clone(), faults::layer))
        .layer(middleware::from_fn_with_state(world.clone(), graph::error::envelope))
        .layer(middleware::from_fn(cors::layer))
        .with_state(world.clone())
}

async fn unknown_segment(uri: Uri) -> GraphError {
    let segment = uri.path().split('/').nth(1).unwrap_or_default();
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", format!("Resource not found for the segment '{segment}'."))
}

async fn method_not_allowed() -> GraphError {
    let text = "Specified HTTP method is not allowed for the request target.";
    GraphError::new(StatusCode::METHOD_NOT_ALLOWED, "Request_BadRequest", text)
}

/// Answers one Graph request as if it came over the network: for the inner requests of a `$batch`, whose address is
/// `/v1.0/...` and whose headers carry the outer `Authorization` and `Host`.
pub async fn graph_call(world: &Arc<World>, mut request: Request) -> Response {
    *request.uri_mut() = paths::canonical(request.uri());
    let router = world.graph_router().map_or_else(|| graph_router(world), |router| router.as_ref().clone());
    run(router, request).await
}

/// Answers one request: spells its path, lets the router answer, notes it in the log.
pub async fn answer(world: &Arc<World>, router: Router, mut request: Request) -> Response {
    let uri = request.uri().clone();
    if !is_noted(uri.path()) {
        return run(router, request).await;
    }
    let noted = Noted::of(world, &request);
    *request.uri_mut() = paths::canonical(&uri);
    let mut response = run(router, request).await;
    response.headers_mut().entry(DATE).or_insert_with(|| date(world.clock.now()));
    noted.write(world, &response);
    response
}

/// The emulated time as answers bear it (RFC 9110 §5.6.7).
fn date(now: Timestamp) -> HeaderValue {
    let shape =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let text = OffsetDateTime::from(now).format(&shape).unwrap_or_default();
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

async fn run(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The admin API and its page are not part of what a client did.
fn is_noted(path: &str) -> bool {
    !matches!(path, "/" | "/favicon.ico") && !path.starts_with("/emulator") && !path.starts_with("/sample")
}

struct Noted {
    entry: Entry,
    began: std::time::Instant,
}

impl Noted {
    fn of(world: &World, request: &Request) -> Self {
        let uri = request.uri();
        let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let entry = Entry {
            at: world.clock.now(),
            method: request.method().to_string(),
            path: path.chars().take(300).collect(),
            tenant: tenant_of(world, uri.path(), request.headers()).map(|tenant| tenant.id.to_string()),
            status: 0,
            faults: Vec::new(),
            micros: 0,
            request_id: None,
            client_request_id: header(request.headers(), "client-request-id"),
        };
        Self { entry, began: std::time::Instant::now() }
    }

    fn write(mut self, world: &World, response: &Response) {
        let cut = response.extensions().get::<CutConnection>().is_some();
        self.entry.status = if cut { 0 } else { response.status().as_u16() };
        self.entry.faults = response.extensions().get::<Struck>().map(|struck| struck.0.clone()).unwrap_or_default();
        self.entry.micros = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.entry.request_id =
            header(response.headers(), "request-id").or_else(|| header(response.headers(), "x-ms-request-id"));
        tracing::info!(method = %self.entry.method, path = %self.entry.path, status = self.entry.status, "answered");
        world.requests.note(self.entry);
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

// === the listener ===

async fn listen(listener: TcpListener, acceptor: Option<TlsAcceptor>, world: Arc<World>, stop: CancellationToken) {
    let router = router(&world);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection =
                    connection(stream, Peer(peer.ip().to_canonical()), acceptor.clone(), world.clone(), router.clone());
                let stop = stop.clone();
                tokio::spawn(async move {
                    tokio::select! { () = stop.cancelled() => {}, () = connection => {} }
                });
            }
            Err(error) => tracing::warn!(%error, "cannot accept a connection"),
        }
    }
}

async fn connection(stream: TcpStream, peer: Peer, acceptor: Option<TlsAcceptor>, world: Arc<World>, router: Router) {
    // Small answers go out at once; nothing else is lost when the platform refuses.
    let _ = stream.set_nodelay(true);
    match acceptor {
        None => speak(stream, peer, world, router).await,
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => speak(stream, peer, world, router).await,
            Err(error) => tracing::debug!(%error, "no TLS session"),
        },
    }
}

async fn speak<S>(stream: S, peer: Peer, world: Arc<World>, router: Router)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let (world, router) = (world.clone(), router.clone());
        async move {
            let response = answer(&world, router, request.map(Body::new)).await;
            if response.extensions().get::<CutConnection>().is_some() {
                return Err(std::io::Error::other("the connection is cut here on purpose"));
            }
            Ok(response)
        }
    });
    if let Err(error) = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests;
