//! `GET /api/v1/mfa/accounts/{account_id}/rules`: the rules in force for a person, and why.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::model::AccountId;
use crate::permissions::ReadMfa;
use crate::policy::RulesInForce;

/// Shows the rules in force for a person where they prove themselves, which policy gave each, and by which groups.
#[utoipa::path(get, path = "/accounts/{account_id}/rules", operation_id = "get_rules", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 200, body = RulesInForce), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
) -> Result<Json<RulesInForce>, Problem> {
    Ok(Json(mfa.get_rules(&caller.may(ReadMfa {})?, account).await?))
}
