//! `GET /api/v1/mfa/providers/{tenant_id}/out-of-band`: how codes that are sent stand for a tenant.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::outofband::OutOfBandView;
use crate::permissions::ReadMfa;

/// Whether addresses may be read from Entra, with the link where an administrator of the tenant consents; who delivers codes;
/// and what today's messages have cost.
#[utoipa::path(get, path = "/providers/{tenant_id}/out-of-band", operation_id = "get_out_of_band", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = OutOfBandView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<OutOfBandView>, Problem> {
    Ok(Json(mfa.out_of_band(&caller.may(ReadMfa {})?, tenant).await?))
}
