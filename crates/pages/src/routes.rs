//! Every address of the console.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use web::ProblemBody;

use crate::desk::Desk;
use crate::{
    Rooms, assets, directory, dirsync, me, mfa, operators, overview, provisioning, render, second_factor, server,
    signals, tenants, theme,
};

/// The console as a router of its own, to stand at `/`. Wrap it in `web::layers`.
pub fn routes(rooms: Rooms) -> Router {
    let pages = Router::new()
        .merge(operators::routes::routes())
        .merge(directory::routes::routes())
        .merge(dirsync::routes::routes())
        .merge(provisioning::routes::routes())
        .merge(mfa::routes::routes())
        .merge(me::routes::routes())
        .merge(second_factor::routes::routes())
        .merge(signals::routes::routes())
        .merge(tenants::routes::routes())
        .merge(server::routes::routes())
        .merge(overview::routes::routes())
        .route("/theme", post(theme::set_theme))
        .layer(from_fn_with_state(rooms.clone(), problems_as_pages))
        .with_state(rooms);
    Router::new().route("/assets/{hash}/{*name}", get(assets::get_asset)).merge(pages)
}

/// Draws problems within the frame for those who are signed in; `web` draws the others.
async fn problems_as_pages(State(rooms): State<Rooms>, request: Request, next: Next) -> Response {
    use axum::extract::FromRequestParts as _;
    let (mut parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next.run(Request::from_parts(std::mem::replace(&mut parts, asked), body)).await;
    let Some(problem) = response.extensions().get::<ProblemBody>().cloned() else {
        return response;
    };
    // The question about a problem changes nothing, whatever the request wanted to.
    parts.method = http::Method::GET;
    match Desk::from_request_parts(&mut parts, &rooms).await {
        Ok(desk) => render::problem(desk.frame("", crate::layout::Section::None), &problem),
        Err(_) => response,
    }
}
