//! `GET /api/v1/mfa/providers/{tenant_id}/risk/people`: who is at risk.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::risk::{RiskLevel, RiskyPerson};

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only who is at least at this level.
    least: Option<RiskLevel>,
}

/// Lists who of the tenant's people is at risk, as last read out of Entra, by object id.
#[utoipa::path(get, path = "/providers/{tenant_id}/risk/people", operation_id = "list_risky", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<RiskyPerson>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<RiskyPerson>, Problem> {
    Ok(mfa.list_risky(&caller.may(ReadMfa {})?, tenant, wanted.least, &page.request()).await?.into())
}
