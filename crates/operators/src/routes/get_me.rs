//! `GET /api/v1/operators/me`: who calls.

use axum::extract::State;
use kernel::{ActorKind, Role};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Caller, CsrfToken, Json, Problem, Problems};

use crate::permissions::ActForOneself;
use crate::{OperatorView, Operators, OrganisationView};

/// Who calls.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub struct Answer {
    /// `operator` or `token`.
    kind: &'static str,
    /// The operator's or the token's id.
    id: Option<Uuid>,
    /// The user name, or the token's label.
    name: String,
    /// What the caller may do.
    role: Role,
    /// In which organisation.
    organisation: OrganisationView,
    /// The operator, where it is one.
    operator: Option<OperatorView>,
    /// What calls that change something send as `x-csrf-token`; empty for API tokens, which need none.
    csrf_token: String,
}

/// Says who calls.
#[utoipa::path(get, path = "/me", operation_id = "get_me", tag = "operators",
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    csrf_token: CsrfToken,
    State(operators): State<Operators>,
) -> Result<Json<Answer>, Problem> {
    let may = caller.may(ActForOneself {})?;
    let actor = caller.actor();
    let organisation = operators.organisation(actor.organisation).await?;
    let (kind, id, name, operator) = match &actor.kind {
        ActorKind::Operator { id, name } => ("operator", Some(id.0), name.clone(), Some(operators.me(&may).await?)),
        ActorKind::Token { id, name, .. } => ("token", Some(id.0), name.clone(), None),
        ActorKind::Source { id, name } => ("source", Some(*id), name.clone(), None),
        ActorKind::System { reason } => ("system", None, (*reason).to_owned(), None),
    };
    Ok(Json(Answer { kind, id, name, role: actor.role, organisation, operator, csrf_token: csrf_token.0 }))
}
