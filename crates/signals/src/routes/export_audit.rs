//! `GET /api/v1/signals/audit/export`: take the audit trail along.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, Problem, Problems, Query};

use super::AuditQuery;
use crate::permissions::ReadAudit;
use crate::{ExportFormat, Signals};

/// How it looks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Format {
    /// `jsonl`: one event a line, as the events API gives it; `cef`: Common Event Format.
    #[param(inline, default = "jsonl")]
    format: Option<ExportFormat>,
}

/// Exports every matching entry, oldest first, as lines.
#[utoipa::path(get, path = "/audit/export", operation_id = "export_audit", tag = "signals",
    params(Format, AuditQuery), responses(
        (status = 200, body = String, content_type = "application/jsonl", description = "The lines, streamed."),
        Problems))]
pub async fn handler(
    caller: Caller,
    State(signals): State<Signals>,
    Query(format): Query<Format>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let may = caller.may(ReadAudit {})?;
    let format = format.format.unwrap_or(ExportFormat::JsonLines);
    let lines = signals.export(&may, query.into(), format).await?;
    let name = format!("attachment; filename=\"vestibule-audit.{format}\"");
    let headers = [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(lines)).into_response())
}
