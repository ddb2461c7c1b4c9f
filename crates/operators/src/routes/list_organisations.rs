//! `GET /api/v1/operators/organisations`: the caller's organisation and those made from it.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems};

use crate::permissions::ReadOrganisations;
use crate::{Operators, OrganisationView};

/// Lists organisations, oldest first.
#[utoipa::path(get, path = "/organisations", operation_id = "list_organisations", tag = "operators",
    params(PageQuery), responses((status = 200, body = PageBody<OrganisationView>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(operators): State<Operators>,
) -> Result<PageBody<OrganisationView>, Problem> {
    Ok(operators.list_organisations(&caller.may(ReadOrganisations {})?, &page.request()).await?.into())
}
