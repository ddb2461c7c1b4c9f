//! `GET /api/v1/directory/snapshot`: everything, for a new consumer.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use signals::permissions::ReadEvents;
use web::{Caller, Problem, Problems};

use crate::Directory;

/// Streams every user, group and membership at one revision, one JSON object a line.
///
/// The first line names the revision, the last one counts what came; without a last line the answer broke off. Go on with
/// `GET /api/v1/signals/events?after=…`, or a webhook made with `after`, from that revision.
#[utoipa::path(get, path = "/snapshot", operation_id = "get_snapshot", tag = "directory", responses(
    (status = 200, body = String, content_type = "application/jsonl", description = "The lines, streamed."), Problems))]
pub async fn handler(caller: Caller, State(directory): State<Directory>) -> Result<Response, Problem> {
    let lines = directory.snapshot(&caller.may(ReadEvents {})?).await?;
    Ok(([(CONTENT_TYPE, "application/jsonl; charset=utf-8")], Body::from_stream(lines)).into_response())
}
