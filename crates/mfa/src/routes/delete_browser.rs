//! `DELETE /api/v1/mfa/accounts/{account_id}/browsers/{device_id}`: take a browser from a person.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, NoContent, Path, Problem, Problems, Query};

use crate::model::DeviceId;
use crate::permissions::RemoveBrowser;
use crate::{AccountId, Mfa};

/// Why.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Why {
    /// Why. Logged.
    reason: Option<String>,
}

/// Takes a browser from a person: it is remembered no more, or nobody is asked in it any more.
#[utoipa::path(delete, path = "/accounts/{account_id}/browsers/{device_id}", operation_id = "delete_browser", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account."),
        ("device_id" = DeviceId, Path, description = "Which browser."), Why),
    responses((status = 204, description = "Removed."), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((account, device)): Path<(AccountId, DeviceId)>,
    Query(why): Query<Why>,
) -> Result<NoContent, Problem> {
    let may = caller.may(RemoveBrowser { account, device })?;
    mfa.remove_browser(&may, &why.reason.unwrap_or_default()).await?;
    Ok(NoContent)
}
