//! `GET /api/v1/mfa/providers/{tenant_id}/preview/people`: whom the last preview of settings concerns.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use super::list_policy_people::Wanted;
use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::policy::Affected;

/// Lists who would lose or get back a factor by other settings, by name, as the last preview has it.
#[utoipa::path(get, path = "/providers/{tenant_id}/preview/people", operation_id = "list_provider_people", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<Affected>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<Affected>, Problem> {
    let may = caller.may(ReadMfa {})?;
    Ok(mfa.list_settings_affected(&may, tenant, &wanted.filter(), &page.request()).await?.into())
}
