//! `GET /api/v1/mfa/accounts`: who proves themselves here.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::Mfa;
use crate::accounts::{AccountFilter, AccountView};
use crate::lists::filled;
use crate::permissions::ReadMfa;

/// Which accounts; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this connected tenant.
    provider: Option<TenantId>,
    /// Only whose label or name contains this, or whose user id it is.
    q: Option<String>,
    /// Only of the person with this object id.
    object_id: Option<Uuid>,
    /// Only locked ones, or only others.
    locked: Option<bool>,
    /// Only those with a usual factor, or only those without.
    enrolled: Option<bool>,
}

/// Lists who proves themselves here, by label.
#[utoipa::path(get, path = "/accounts", operation_id = "list_accounts", tag = "mfa",
    params(Wanted, PageQuery), responses((status = 200, body = PageBody<AccountView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<AccountView>, Problem> {
    let filter = AccountFilter {
        provider: wanted.provider,
        text: filled(wanted.q),
        object_id: wanted.object_id,
        locked: wanted.locked,
        enrolled: wanted.enrolled,
    };
    Ok(mfa.list_accounts(&caller.may(ReadMfa {})?, &filter, &page.request()).await?.into())
}
