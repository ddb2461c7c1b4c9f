//! `GET /api/v1/mfa/providers/{tenant_id}/campaigns`: letters that were sent, or are.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, PageBody, Path, Problem, Problems};

use crate::Mfa;
use crate::campaigns::Campaign;
use crate::lists::whole;
use crate::permissions::ReadMfa;

/// Lists the last twenty campaigns of a tenant with how far they are, newest first.
#[utoipa::path(get, path = "/providers/{tenant_id}/campaigns", operation_id = "list_campaigns", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = PageBody<Campaign>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<PageBody<Campaign>, Problem> {
    Ok(whole(mfa.list_campaigns(&caller.may(ReadMfa {})?, tenant).await?))
}
