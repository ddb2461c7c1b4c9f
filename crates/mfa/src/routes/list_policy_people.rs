//! `GET /api/v1/mfa/providers/{tenant_id}/policies/preview/people`: whom the last preview concerns.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use crate::Mfa;
use crate::lists::filled;
use crate::permissions::ReadMfa;
use crate::policy::{Affected, AffectedFilter, PolicyEffect};

/// Which of them; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only to whom this happens.
    effect: Option<PolicyEffect>,
    /// Only whose name or user name contains this.
    q: Option<String>,
}

impl Wanted {
    pub(super) fn filter(self) -> AffectedFilter {
        AffectedFilter { effect: self.effect, text: filled(self.q) }
    }
}

/// Lists who would lose or get back a factor, by name, as the last preview has it.
#[utoipa::path(get, path = "/providers/{tenant_id}/policies/preview/people", operation_id = "list_policy_people", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<Affected>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<Affected>, Problem> {
    let may = caller.may(ReadMfa {})?;
    Ok(mfa.list_affected(&may, tenant, &wanted.filter(), &page.request()).await?.into())
}
