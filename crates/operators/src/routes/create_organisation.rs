//! `POST /api/v1/operators/organisations`: make a further organisation.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Created, Json, Problem, Problems};

use super::LinkBody;
use crate::permissions::CreateOrganisation;
use crate::{Operators, OrganisationView};

/// What the caller sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrganisation)]
pub struct Request {
    /// What it is called.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
}

/// The new organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedOrganisation)]
pub struct Answer {
    organisation: OrganisationView,
    /// The link by which its first owner sets it up. Shown once.
    link: LinkBody,
}

/// Makes an organisation, and the link by which its first owner sets it up.
#[utoipa::path(post, path = "/organisations", operation_id = "create_organisation", tag = "operators",
    request_body = Request, responses((status = 201, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(operators): State<Operators>,
    Json(body): Json<Request>,
) -> Result<Created<Answer>, Problem> {
    let may = caller.may(CreateOrganisation {})?;
    let (organisation, link) = operators.create_organisation(&may, &body.name).await?;
    let location = format!("/api/v1/operators/organisations/{}", organisation.id);
    Ok(Created::new(location, Answer { organisation, link: link.into() }))
}
