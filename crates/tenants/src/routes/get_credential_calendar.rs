//! `GET /api/v1/tenants/credentials.ics`: the days on which credentials end.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use web::{Caller, Problem, Problems};

use crate::Tenants;
use crate::permissions::ReadTenants;

/// The days on which credentials end, as a calendar file with alarms 60, 30, 14, 7 and 1 days before.
#[utoipa::path(get, path = "/credentials.ics", operation_id = "get_credential_calendar", tag = "tenants",
    responses((status = 200, content_type = "text/calendar", body = String), Problems))]
pub async fn handler(caller: Caller, State(tenants): State<Tenants>) -> Result<Response, Problem> {
    let text = tenants.credential_calendar(&caller.may(ReadTenants {})?).await?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"vestibule-credentials.ics\""),
    ];
    Ok((headers, text).into_response())
}
