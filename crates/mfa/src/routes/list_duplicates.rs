//! `GET /api/v1/mfa/providers/{tenant_id}/duplicates`: accounts that bear one name.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, PageBody, Path, Problem, Problems};

use crate::Mfa;
use crate::lists::whole;
use crate::merge::Duplicates;
use crate::permissions::ReadMfa;

/// Lists accounts of a tenant that bear one name: somebody who was deleted in Entra and made again has two.
/// By name; of the first fifty names.
#[utoipa::path(get, path = "/providers/{tenant_id}/duplicates", operation_id = "list_duplicates", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = PageBody<Duplicates>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<PageBody<Duplicates>, Problem> {
    Ok(whole(mfa.list_duplicates(&caller.may(ReadMfa {})?, tenant).await?))
}
