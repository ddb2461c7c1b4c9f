//! `POST /api/v1/mfa/accounts/{account_id}/codes/{factor_id}/approve`: agree to a temporary code of a privileged person.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::factors::FactorView;
use crate::permissions::IssueCode;
use crate::{AccountId, FactorId, Mfa};

/// Agrees to a temporary code that another operator gave to a privileged person.
#[utoipa::path(post, path = "/accounts/{account_id}/codes/{factor_id}/approve", operation_id = "approve_code", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account."),
        ("factor_id" = FactorId, Path, description = "Which code.")),
    responses((status = 200, body = FactorView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((account, factor)): Path<(AccountId, FactorId)>,
) -> Result<Json<FactorView>, Problem> {
    Ok(Json(mfa.approve_code(&caller.may(IssueCode { account })?, factor).await?))
}
