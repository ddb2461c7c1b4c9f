//! `POST /api/v1/mfa/providers/{tenant_id}/import/preview`: what an import would do.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::import::{ImportReport, ImportRequest};
use crate::permissions::ImportFactors;

/// Says line by line what an import of one-time tokens would do, and writes nothing.
#[utoipa::path(post, path = "/providers/{tenant_id}/import/preview", operation_id = "preview_import", tag = "mfa",
    request_body = ImportRequest,
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = ImportReport), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<ImportRequest>,
) -> Result<Json<ImportReport>, Problem> {
    Ok(Json(mfa.preview_import(&caller.may(ImportFactors { tenant })?, &body).await?))
}
