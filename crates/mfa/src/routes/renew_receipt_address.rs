//! `POST /api/v1/mfa/providers/{tenant_id}/gateways/{way}/receipt-address`: where a gateway is to post its receipts.

use axum::extract::State;
use serde::Serialize;
use tenants::TenantId;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::gateway::Way;
use crate::permissions::ChangeProvider;

/// The address.
#[derive(Serialize, ToSchema)]
#[schema(as = MfaReceiptAddress)]
pub struct Answer {
    /// To be entered at the gateway. Shown once.
    url: String,
}

/// Makes a fresh address for the receipts of a gateway; the one before counts no longer.
#[utoipa::path(post, path = "/providers/{tenant_id}/gateways/{way}/receipt-address",
    operation_id = "renew_receipt_address", tag = "mfa",
    params(
        ("tenant_id" = TenantId, Path, description = "Which connected tenant."),
        ("way" = inline(Way), Path, description = "What the gateway delivers."),
    ),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((tenant, way)): Path<(TenantId, Way)>,
) -> Result<Json<Answer>, Problem> {
    let url = mfa.renew_receipt_address(&caller.may(ChangeProvider { tenant })?, way).await?;
    Ok(Json(Answer { url: url.expose().clone() }))
}
