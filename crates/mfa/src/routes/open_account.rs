//! `POST /api/v1/mfa/accounts`: open the account of somebody who was never asked here.

use axum::extract::State;
use web::{Caller, Created, Json, Problem, Problems};

use crate::Mfa;
use crate::accounts::{AccountView, NewAccount};
use crate::permissions::OpenAccount;

/// Opens the account of a person whom the directory holds and who was never asked for a second factor, so that a first temporary
/// code can be given to them. One that is there already is answered as it is.
#[utoipa::path(post, path = "/accounts", operation_id = "open_account", tag = "mfa",
    request_body = NewAccount, responses((status = 201, body = AccountView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Json(body): Json<NewAccount>,
) -> Result<Created<AccountView>, Problem> {
    let account = mfa.open_account(&caller.may(OpenAccount { tenant: body.tenant })?, &body.person).await?;
    Ok(Created::new(format!("/api/v1/mfa/accounts/{}", account.id), account))
}
