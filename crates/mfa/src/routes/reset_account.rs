//! `POST /api/v1/mfa/accounts/{account_id}/reset`: take everything from a person.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, NoContent, Path, Problem, Problems};

use crate::permissions::RemoveFactor;
use crate::{AccountId, Mfa};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResetMfaAccount)]
pub struct Request {
    /// Why. Logged.
    pub reason: String,
}

/// Takes every factor, code and remembered browser from a person: they begin anew.
#[utoipa::path(post, path = "/accounts/{account_id}/reset", operation_id = "reset_account", tag = "mfa",
    request_body = Request,
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 204, description = "Done."), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
    Json(body): Json<Request>,
) -> Result<NoContent, Problem> {
    mfa.reset(&caller.may(RemoveFactor { account, factor: None })?, &body.reason).await?;
    Ok(NoContent)
}
