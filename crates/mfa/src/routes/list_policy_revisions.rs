//! `GET /api/v1/mfa/providers/{tenant_id}/policies/revisions`: everything that ever was in force.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::policy::RevisionSummary;

/// Lists the revisions of a tenant's policies, newest first.
#[utoipa::path(get, path = "/providers/{tenant_id}/policies/revisions", operation_id = "list_policy_revisions", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."), PageQuery),
    responses((status = 200, body = PageBody<RevisionSummary>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    page: PageQuery,
) -> Result<PageBody<RevisionSummary>, Problem> {
    Ok(mfa.list_policy_revisions(&caller.may(ReadMfa {})?, tenant, &page.request()).await?.into())
}
