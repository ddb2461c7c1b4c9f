//! `DELETE /api/v1/mfa/accounts/{account_id}/factors/{factor_id}`: take a factor from a person.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, NoContent, Path, Problem, Problems, Query};

use crate::permissions::RemoveFactor;
use crate::{AccountId, FactorId, Mfa};

/// Why.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Why {
    /// Why. Logged.
    reason: Option<String>,
}

/// Takes a factor from a person for good.
#[utoipa::path(delete, path = "/accounts/{account_id}/factors/{factor_id}", operation_id = "delete_factor", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account."),
        ("factor_id" = FactorId, Path, description = "Which factor."), Why),
    responses((status = 204, description = "Removed."), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((account, factor)): Path<(AccountId, FactorId)>,
    Query(why): Query<Why>,
) -> Result<NoContent, Problem> {
    let may = caller.may(RemoveFactor { account, factor: Some(factor) })?;
    mfa.take_factor(&may, &why.reason.unwrap_or_default()).await?;
    Ok(NoContent)
}
