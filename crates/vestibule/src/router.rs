//! Every prefix of the server on one page.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use directory::Directory;
use dirsync::Dirsync;
use kernel::Env;
use mfa::Mfa;
use operators::Operators;
use provisioning::Provisioning;
use signals::{Signals, Webhooks};
use store::Store;
use tenants::Tenants;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use web::{Checks, Protocol, Public, Settings};

use crate::jobs::{self, Jobs};

/// Where the description of the API is.
pub const OPENAPI: &str = "/api/v1/openapi.json";

/// The services behind the routes.
pub struct Rooms {
    /// Clock and chance.
    pub env: Env,
    /// Where people reach this server, without a slash at its end.
    pub url: String,
    /// The server itself, for the console.
    pub server: Arc<dyn pages::Server>,
    /// Who may run the server.
    pub operators: Operators,
    /// The log.
    pub signals: Signals,
    /// Where events are sent.
    pub webhooks: Webhooks,
    /// Connected tenants.
    pub tenants: Tenants,
    /// Users, groups, memberships.
    pub directory: Directory,
    /// The directory sync.
    pub dirsync: Dirsync,
    /// The SCIM server.
    pub provisioning: Provisioning,
    /// The second factor.
    pub mfa: Mfa,
    /// The job queue.
    pub jobs: Jobs,
}

/// The whole router in its layers, and what the API says about itself.
pub fn build(rooms: Rooms, settings: Settings) -> (Router, Arc<OpenApi>) {
    let console = pages::routes(pages::Rooms {
        env: rooms.env.clone(),
        url: rooms.url.clone(),
        operators: rooms.operators.clone(),
        signals: rooms.signals.clone(),
        webhooks: rooms.webhooks.clone(),
        tenants: rooms.tenants.clone(),
        directory: rooms.directory.clone(),
        dirsync: rooms.dirsync.clone(),
        provisioning: rooms.provisioning.clone(),
        mfa: rooms.mfa.clone(),
        server: rooms.server.clone(),
    });
    let (api, mut openapi) = api(rooms).split_for_parts();
    web::describe(&mut openapi);
    let openapi = Arc::new(openapi);
    // An `Arc<str>` of the text: it is the same for every caller and never changes.
    let text: Arc<str> = openapi.to_json().unwrap_or_default().into();
    let described = Router::new().route(OPENAPI, get(describe).with_state(text));
    (web::layers(api.merge(described).merge(console), settings), openapi)
}

/// The rooms under their prefixes.
fn api(rooms: Rooms) -> OpenApiRouter {
    OpenApiRouter::with_openapi(nothing_yet())
        .nest("/api/v1/operators", operators::routes(rooms.operators))
        .nest("/api/v1/signals", signals::routes(rooms.signals, rooms.webhooks))
        .nest("/api/v1/tenants", tenants::routes(rooms.tenants))
        .nest("/api/v1/directory", directory::routes(rooms.directory))
        .nest("/api/v1/dirsync", dirsync::routes(rooms.dirsync))
        .nest("/api/v1/provisioning", provisioning::routes(rooms.provisioning.clone()))
        .nest("/api/v1/mfa", mfa::routes(rooms.mfa.clone()))
        .nest("/api/v1/jobs", jobs::routes(rooms.jobs))
        // Its addresses follow from the issuer.
        .merge(mfa::metadata_routes(rooms.mfa))
        // Its addresses are fixed by SCIM.
        .merge(provisioning::scim_routes(rooms.provisioning))
}

fn nothing_yet() -> OpenApi {
    let info = InfoBuilder::new().title("Vestibule").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Lists come in pages: send `next` of one page as `after` for the next. Whatever does not work answers with a \
             problem document (RFC 9457) whose `code` is stable.",
    ));
    OpenApiBuilder::new().info(info).build()
}

/// `GET /api/v1/openapi.json`: the description of the API. Anyone may read it; it is in the repository.
async fn describe(_: Public, State(text): State<Arc<str>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text.to_string())
}

/// Protocols that are not ours, as the layers must know them.
pub fn protocols() -> Vec<Protocol> {
    vec![Protocol { prefix: provisioning::door::PREFIX, problem: provisioning::problem }]
}

/// What must be in order before requests make sense.
pub fn checks(store: &Store) -> Checks {
    let store = store.clone();
    Checks::new().with("database", move || {
        let store = store.clone();
        async move { store.ping().await.map_err(|error| error.to_string()) }
    })
}
