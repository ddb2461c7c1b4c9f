//! `GET /api/v1/mfa/providers/{tenant_id}/keys`: the time line of our signing keys.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, PageBody, Path, Problem, Problems};

use crate::Mfa;
use crate::keys::KeyView;
use crate::lists::whole;
use crate::permissions::ReadMfa;

/// Shows which keys are published, sign, wait for their turn, or have gone.
#[utoipa::path(get, path = "/providers/{tenant_id}/keys", operation_id = "list_signing_keys", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = PageBody<KeyView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<PageBody<KeyView>, Problem> {
    Ok(whole(mfa.list_keys(&caller.may(ReadMfa {})?, tenant).await?))
}
