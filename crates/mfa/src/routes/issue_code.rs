//! `POST /api/v1/mfa/accounts/{account_id}/codes`: give a person a temporary code.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::factors::{FactorView, IssuedCode, NewCode};
use crate::permissions::IssueCode;
use crate::{AccountId, Mfa};

/// The code, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedMfaCode)]
pub struct Answer {
    /// The factor that it is.
    pub factor: FactorView,
    /// The code, to be told to the person.
    pub code: String,
    /// Whether it is worth nothing until a second operator has agreed.
    pub needs_approval: bool,
}

impl From<IssuedCode> for Answer {
    fn from(issued: IssuedCode) -> Self {
        Self { factor: issued.factor, code: issued.code.expose().clone(), needs_approval: issued.needs_approval }
    }
}

/// Gives a person a temporary code. One that was given before is worth nothing from now on.
#[utoipa::path(post, path = "/accounts/{account_id}/codes", operation_id = "issue_code", tag = "mfa",
    request_body = NewCode,
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 201, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
    Json(body): Json<NewCode>,
) -> Result<Created<Answer>, Problem> {
    let issued = mfa.issue_code(&caller.may(IssueCode { account })?, &body).await?;
    Ok(Created::new(format!("/api/v1/mfa/accounts/{account}/factors"), issued.into()))
}
