//! `PATCH /api/v1/operators/organisations/{organisation_id}`: rename an organisation.

use axum::extract::State;
use kernel::OrganisationId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::RenameOrganisation;
use crate::{Operators, OrganisationView};

/// What the caller sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RenameOrganisation)]
pub struct Request {
    /// What it is called.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
}

/// Renames an organisation.
#[utoipa::path(patch, path = "/organisations/{organisation_id}", operation_id = "rename_organisation",
    tag = "operators", params(("organisation_id" = OrganisationId, Path, description = "Which organisation.")),
    request_body = Request, responses((status = 200, body = OrganisationView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(organisation): Path<OrganisationId>,
    State(operators): State<Operators>,
    Json(body): Json<Request>,
) -> Result<Json<OrganisationView>, Problem> {
    let may = caller.may(RenameOrganisation { organisation })?;
    Ok(Json(operators.rename_organisation(&may, &body.name).await?))
}
