//! The handlers of these pages.

pub mod groups;
pub mod pick;
mod search;
mod users;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use directory::service::ExportFormat;
use directory::{DirectoryError, SourceId, SourceKind};
use futures_util::Stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use provisioning::permissions::ReadProvisioning;
use web::Problem;

use crate::Rooms;
use crate::desk::Desk;

/// People and groups.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/directory/users", get(users::list_users))
        .route("/directory/users/export", get(users::export_users))
        .route("/directory/users/of/{source}/{object}", get(users::find_user))
        .route("/directory/users/{id}", get(users::show_profile))
        .route("/directory/users/{id}/groups", get(users::show_groups))
        .route("/directory/users/{id}/groups/export", get(users::export_memberships))
        .route("/directory/users/{id}/history", get(users::show_history))
        .route("/directory/users/{id}/why", get(users::show_why))
        .route("/directory/users/{id}/sync", post(users::sync_user))
        .route("/directory/groups", get(groups::list_groups))
        .route("/directory/groups/export", get(groups::export_groups))
        .route("/directory/groups/of/{source}/{object}", get(groups::find_group))
        .route("/directory/groups/{id}/export", get(groups::export_members))
        .route("/directory/groups/{id}", get(groups::show_members))
        .route("/directory/groups/{id}/nested", get(groups::show_nested))
        .route("/directory/groups/{id}/history", get(groups::show_history))
        .route("/directory/groups/{id}/sync", post(groups::sync_group))
        .route("/search", get(search::search))
        .route("/search/pick", get(pick::pick))
}

/// A file that streams.
fn file(
    name: &str,
    format: ExportFormat,
    lines: impl Stream<Item = Result<String, DirectoryError>> + Send + 'static,
) -> Response {
    let disposition = format!("attachment; filename=\"{name}.{format}\"");
    let headers = [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(lines)).into_response()
}

/// Which file.
fn format_of(text: &str) -> ExportFormat {
    if text == "csv" { ExportFormat::Csv } else { ExportFormat::JsonLines }
}

/// The organisation's sources as `(id, name)`: tenants, and connections that push.
pub async fn sources(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    let mut all = crate::dirsync::routes::sources(desk, rooms).await?;
    if let Ok(may) = desk.may(ReadProvisioning {}) {
        let pushing = rooms.provisioning.list_connections(&may).await?;
        all.extend(pushing.into_iter().map(|connection| (connection.id.to_string(), connection.name)));
    }
    Ok(all)
}

/// The page of a source.
pub fn source_href(kind: SourceKind, id: SourceId) -> String {
    match kind {
        SourceKind::Scim => format!("/provisioning/connections/{id}"),
        _ => format!("/tenants/{id}"),
    }
}
