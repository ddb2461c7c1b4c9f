//! `GET /api/v1/mfa/providers/{tenant_id}/registrations/{registration_id}/people`: what became of the people of a run.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::register::{RegisteredPerson, RegisteredState, RegistrationId};

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of whom this became.
    state: Option<RegisteredState>,
}

/// Lists the people of a run with what became of them, by object id; where Entra refused, with its code and words.
#[utoipa::path(get, path = "/providers/{tenant_id}/registrations/{registration_id}/people",
    operation_id = "list_registered", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."),
        ("registration_id" = RegistrationId, Path, description = "Which run."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<RegisteredPerson>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(which): Path<(TenantId, RegistrationId)>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<RegisteredPerson>, Problem> {
    Ok(mfa.list_registered(&caller.may(ReadMfa {})?, which, wanted.state, &page.request()).await?.into())
}
