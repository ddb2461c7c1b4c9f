//! `POST /api/v1/dirsync/notifications/{hook_id}`: what Microsoft Graph tells.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Path, Problem, Problems, Public, Query};

use crate::notify::HookId;
use crate::notify::receive::{LONGEST_POST, echo};
use crate::{Dirsync, DirsyncError};

/// What Graph sends before it agrees to a subscription.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Validation {
    /// What is to be echoed, so that Graph knows that we are there.
    #[serde(rename = "validationToken")]
    validation_token: Option<String>,
}

/// Takes change notifications and lifecycle notifications in. Anyone may post; what does not carry the state that Graph
/// alone was told is refused, and what does only hastens the next run: nothing of it is believed.
#[utoipa::path(post, path = "/notifications/{hook_id}", operation_id = "receive_notifications", tag = "dirsync",
    params(("hook_id" = inline(HookId), Path, description = "Which subscription: the address that Graph was given."), Validation),
    request_body(content = serde_json::Value, description = "Graph's notifications; nothing beside a token."),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "The token, as it was sent."),
        (status = 202, description = "Heard."),
        Problems,
    ),
    security(()))]
pub async fn handler(
    _: Public,
    State(dirsync): State<Dirsync>,
    Path(hook): Path<HookId>,
    Query(query): Query<Validation>,
    body: Body,
) -> Result<Response, Problem> {
    dirsync.expect_notifications(hook).await?;
    if let Some(token) = query.validation_token {
        return Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], echo(token)?).into_response());
    }
    let body = to_bytes(body, LONGEST_POST).await.map_err(|_| DirsyncError::StrangeNotification)?;
    dirsync.receive_notifications(hook, &body).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
