//! `POST /api/v1/mfa/providers/{tenant_id}/policies/preview`: whom policies would concern.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ChangePolicies;
use crate::policy::Preview;

/// What is looked at.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaPolicyPreviewOf)]
pub struct Request {
    /// A former revision, 0 for none of the policies; left out: the draft.
    #[serde(default)]
    revision: Option<i64>,
}

/// Works out whom the draft, or a former revision, would concern: who would lose the last factor, who another, who gets one back.
#[utoipa::path(post, path = "/providers/{tenant_id}/policies/preview", operation_id = "preview_policies", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = Request,
    responses((status = 200, body = Preview), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<Request>,
) -> Result<Json<Preview>, Problem> {
    Ok(Json(mfa.preview_policies(&caller.may(ChangePolicies { tenant })?, body.revision).await?))
}
