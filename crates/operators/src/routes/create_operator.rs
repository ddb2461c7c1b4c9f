//! `POST /api/v1/operators`: create an operator.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Created, Json, Problem, Problems};

use super::LinkBody;
use crate::permissions::CreateOperator;
use crate::{NewOperator, OperatorView, Operators};

/// The new operator.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedOperator)]
pub struct Answer {
    operator: OperatorView,
    /// The link to choose a password by, where none was given. Shown once.
    link: Option<LinkBody>,
}

/// Creates an operator, with a first password that must be changed or a link to choose one.
#[utoipa::path(post, path = "/", operation_id = "create_operator", tag = "operators", request_body = NewOperator,
    responses((status = 201, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(operators): State<Operators>,
    Json(body): Json<NewOperator>,
) -> Result<Created<Answer>, Problem> {
    let (operator, link) = operators.create_operator(&caller.may(CreateOperator {})?, body).await?;
    let location = format!("/api/v1/operators/{}", operator.id);
    Ok(Created::new(location, Answer { operator, link: link.map(Into::into) }))
}
