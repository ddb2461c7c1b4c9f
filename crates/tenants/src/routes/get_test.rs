//! `GET /api/v1/tenants/{tenant_id}/test`: the last connection test.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::checklist::TestRecord;
use crate::permissions::ReadTenants;
use crate::{TenantId, Tenants, TenantsError};

/// The last test of a tenant, with when and by whom; not found where nobody has tested it yet.
#[utoipa::path(get, path = "/{tenant_id}/test", operation_id = "get_test", tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 200, body = TestRecord), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
) -> Result<Json<TestRecord>, Problem> {
    let last = tenants.last_test(&caller.may(ReadTenants {})?, tenant).await?;
    Ok(Json(last.ok_or(TenantsError::NeverTested)?))
}
