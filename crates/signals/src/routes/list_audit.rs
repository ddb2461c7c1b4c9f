//! `GET /api/v1/signals/audit`: look back.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use super::AuditQuery;
use crate::permissions::ReadAudit;
use crate::{EventView, Signals};

/// Pages through the audit trail, newest first.
#[utoipa::path(get, path = "/audit", operation_id = "list_audit", tag = "signals", params(AuditQuery, PageQuery),
    responses((status = 200, body = PageBody<EventView>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(signals): State<Signals>,
    Query(query): Query<AuditQuery>,
) -> Result<PageBody<EventView>, Problem> {
    Ok(signals.audit(&caller.may(ReadAudit {})?, &query.into(), &page.request()).await?.into())
}
