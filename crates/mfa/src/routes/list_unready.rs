//! `GET /api/v1/mfa/providers/{tenant_id}/unready`: who has no usable factor, as last counted.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use crate::Mfa;
use crate::lists::filled;
use crate::permissions::ReadMfa;
use crate::readiness::{Unready, UnreadyFilter};

/// Which of them; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only whom the policy with this id hits.
    policy: Option<String>,
    /// Only whose name or user name contains this.
    q: Option<String>,
}

/// Lists who has no usable factor, by name, as last counted.
#[utoipa::path(get, path = "/providers/{tenant_id}/unready", operation_id = "list_unready", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<Unready>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<Unready>, Problem> {
    let filter = UnreadyFilter { policy: filled(wanted.policy), text: filled(wanted.q) };
    Ok(mfa.list_unready(&caller.may(ReadMfa {})?, tenant, &filter, &page.request()).await?.into())
}
