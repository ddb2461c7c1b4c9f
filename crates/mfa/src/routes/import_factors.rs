//! `POST /api/v1/mfa/providers/{tenant_id}/import`: import one-time tokens of another product.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::import::{ImportReport, ImportRequest};
use crate::permissions::ImportFactors;

/// Imports one-time tokens: all of them or, when a line has an error and `skip_errors` is not set, none.
#[utoipa::path(post, path = "/providers/{tenant_id}/import", operation_id = "import_factors", tag = "mfa",
    request_body = ImportRequest,
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = ImportReport), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<ImportRequest>,
) -> Result<Json<ImportReport>, Problem> {
    Ok(Json(mfa.import_factors(&caller.may(ImportFactors { tenant })?, &body).await?))
}
