//! `DELETE /api/v1/mfa/providers/{tenant_id}/policies/draft`: throw a draft away.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use web::{Caller, NoContent, Path, Problem, Problems, Query};

use crate::Mfa;
use crate::permissions::ChangePolicies;

/// Which draft.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The version that was read.
    version: i64,
}

/// Throws the draft away. What is in force stays.
#[utoipa::path(delete, path = "/providers/{tenant_id}/policies/draft", operation_id = "delete_policy_draft", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."), Wanted),
    responses((status = 204, description = "Thrown away."), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Query(wanted): Query<Wanted>,
) -> Result<NoContent, Problem> {
    mfa.discard_draft(&caller.may(ChangePolicies { tenant })?, wanted.version).await?;
    Ok(NoContent)
}
