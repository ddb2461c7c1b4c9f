//! `GET /api/v1/mfa/attempts`: who tried, how it ended and why.

use axum::extract::State;
use kernel::Timestamp;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::attempts::{Attempt, AttemptFilter, Outcome};
use crate::lists::filled;
use crate::model::FactorKind;
use crate::permissions::ReadMfa;
use crate::{AccountId, Mfa};

/// Which attempts; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this connected tenant.
    provider: Option<TenantId>,
    /// Only of this person.
    account: Option<AccountId>,
    /// Only those that ended so.
    #[param(inline)]
    outcome: Option<Outcome>,
    /// Only for this reason: `wrong_code`, `locked` …
    reason: Option<String>,
    /// Only by this kind of factor.
    #[param(inline)]
    factor_kind: Option<FactorKind>,
    /// Only of people whose label contains this.
    q: Option<String>,
    /// Only from this address.
    address: Option<String>,
    /// Only of this sign-in: Entra's correlation id.
    correlation_id: Option<String>,
    /// Only those that a custom control asked for, the old way; or, `false`, only the others.
    custom_control: Option<bool>,
    /// Only from this moment on.
    from: Option<Timestamp>,
    /// Only before this moment.
    until: Option<Timestamp>,
}

impl From<Wanted> for AttemptFilter {
    fn from(wanted: Wanted) -> Self {
        Self {
            provider: wanted.provider,
            account: wanted.account,
            outcome: wanted.outcome,
            reason: filled(wanted.reason),
            factor_kind: wanted.factor_kind,
            label: filled(wanted.q),
            address: filled(wanted.address),
            correlation_id: filled(wanted.correlation_id),
            custom_control: wanted.custom_control,
            from: wanted.from,
            until: wanted.until,
        }
    }
}

/// Lists attempts, newest first, each with its reason.
#[utoipa::path(get, path = "/attempts", operation_id = "list_attempts", tag = "mfa",
    params(Wanted, PageQuery), responses((status = 200, body = PageBody<Attempt>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<Attempt>, Problem> {
    Ok(mfa.list_attempts(&caller.may(ReadMfa {})?, &wanted.into(), &page.request()).await?.into())
}
