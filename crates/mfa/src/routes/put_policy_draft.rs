//! `PUT /api/v1/mfa/providers/{tenant_id}/policies/draft`: prepare policies; nothing changes for anybody.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ChangePolicies;
use crate::policy::{Draft, NewDraft};

/// Saves a draft: the whole list of policies, in its order. Nothing changes for anybody before it is applied.
#[utoipa::path(put, path = "/providers/{tenant_id}/policies/draft", operation_id = "put_policy_draft", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = NewDraft,
    responses((status = 200, body = Draft), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<NewDraft>,
) -> Result<Json<Draft>, Problem> {
    Ok(Json(mfa.save_draft(&caller.may(ChangePolicies { tenant })?, body).await?))
}
