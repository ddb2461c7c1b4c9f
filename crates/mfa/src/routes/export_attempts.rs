//! `GET /api/v1/mfa/attempts/export`: take attempts along.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use directory::service::ExportFormat;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, Problem, Problems, Query};

use super::list_attempts::Wanted;
use crate::Mfa;
use crate::permissions::ReadMfa;

/// How the export looks.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Format {
    /// `csv`: with a head line, safe to open in a spreadsheet; `jsonl`: one object a line.
    #[param(inline, default = "csv")]
    format: Option<ExportFormat>,
}

/// Exports every matching attempt, newest first.
#[utoipa::path(get, path = "/attempts/export", operation_id = "export_attempts", tag = "mfa",
    params(Format, Wanted), responses(
        (status = 200, body = String, content_type = "text/csv", description = "The lines, streamed."),
        Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Query(format): Query<Format>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let may = caller.may(ReadMfa {})?;
    let format = format.format.unwrap_or(ExportFormat::Csv);
    let lines = mfa.export_attempts(&may, wanted.into(), format).await?;
    let name = format!("attachment; filename=\"vestibule-attempts.{format}\"");
    let headers = [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(lines)).into_response())
}
