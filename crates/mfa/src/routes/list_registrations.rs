//! `GET /api/v1/mfa/providers/{tenant_id}/registrations`: runs that registered people, or do.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, PageBody, Path, Problem, Problems};

use crate::Mfa;
use crate::lists::whole;
use crate::permissions::ReadMfa;
use crate::register::Registration;

/// Lists the last twenty runs that registered people of a tenant on their behalf, with how far they are, newest first.
#[utoipa::path(get, path = "/providers/{tenant_id}/registrations", operation_id = "list_registrations", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = PageBody<Registration>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<PageBody<Registration>, Problem> {
    Ok(whole(mfa.list_registrations(&caller.may(ReadMfa {})?, tenant).await?))
}
