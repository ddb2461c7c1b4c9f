//! `POST /api/v1/tenants/{tenant_id}/test`: test a tenant line by line.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::checklist::Checklist;
use crate::permissions::ProbeTenant;
use crate::{TenantId, Tenants};

/// Tests everything that can be wrong, in order; each line says what was seen and what to do.
#[utoipa::path(post, path = "/{tenant_id}/test", operation_id = "run_test", tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 200, body = Checklist), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
) -> Result<Json<Checklist>, Problem> {
    Ok(Json(tenants.run_test(&caller.may(ProbeTenant { tenant })?).await?))
}
