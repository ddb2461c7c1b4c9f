//! `GET /api/v1/mfa/providers`: the tenants that ask here for the second factor.

use axum::extract::State;
use web::{Caller, PageBody, Problem, Problems};

use crate::Mfa;
use crate::lists::whole;
use crate::permissions::ReadMfa;
use crate::providers::ProviderView;

/// Lists the tenants that ask here for the second factor, oldest first.
#[utoipa::path(get, path = "/providers", operation_id = "list_providers", tag = "mfa",
    responses((status = 200, body = PageBody<ProviderView>), Problems))]
pub async fn handler(caller: Caller, State(mfa): State<Mfa>) -> Result<PageBody<ProviderView>, Problem> {
    Ok(whole(mfa.list_providers(&caller.may(ReadMfa {})?).await?))
}
