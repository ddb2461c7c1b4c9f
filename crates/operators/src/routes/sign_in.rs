//! `POST /api/v1/operators/sign_in`: user name and password in, session cookie out.

use axum::extract::State;
use kernel::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Gate, Json, Problem, Problems, Public, RequestContext, SessionCookie};

use crate::{OperatorView, Operators, Origin, Session};

/// What the caller sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub struct Request {
    user_name: String,
    #[schema(value_type = String)]
    password: Secret<String>,
}

/// Who has signed in. The session itself travels in the cookie.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct Answer {
    operator: OperatorView,
    /// Whether a new password must be chosen before anything else.
    must_change_password: bool,
    /// When the session ends at the latest.
    expires_at: Timestamp,
    /// What calls that change something send as `x-csrf-token`.
    csrf_token: String,
}

/// What a verb answers that begins a session.
pub(crate) fn answer(
    session: Session,
    gate: &Gate,
    context: &RequestContext,
    age: std::time::Duration,
) -> (SessionCookie, Json<Answer>) {
    let cookie = SessionCookie::set(context, &session.token, age);
    let csrf_token = gate.csrf_token(&session.token).0;
    let Session { operator, must_change_password, expires_at, .. } = session;
    (cookie, Json(Answer { operator, must_change_password, expires_at, csrf_token }))
}

/// Signs in.
///
/// An unknown name, a wrong password, a locked and a disabled account get the same answer.
#[utoipa::path(post, path = "/sign_in", operation_id = "sign_in", tag = "operators", security(()),
    request_body = Request, responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    _: Public,
    context: RequestContext,
    gate: Gate,
    origin: Origin,
    State(operators): State<Operators>,
    Json(body): Json<Request>,
) -> Result<(SessionCookie, Json<Answer>), Problem> {
    let session = operators.sign_in(&body.user_name, &body.password, &origin).await?;
    Ok(answer(session, &gate, &context, operators.config().longest()))
}
