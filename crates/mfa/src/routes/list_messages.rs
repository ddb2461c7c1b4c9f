//! `GET /api/v1/mfa/messages`: which codes were sent to whom, and what became of them.

use axum::extract::State;
use kernel::Timestamp;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::lists::filled;
use crate::model::FactorKind;
use crate::outofband::{Delivery, LoggedMessage, MessageFilter};
use crate::permissions::ReadMfa;
use crate::{AccountId, Mfa};

/// Which messages; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this connected tenant.
    provider: Option<TenantId>,
    /// Only to this person.
    account: Option<AccountId>,
    /// Only those that were sent so: `email`, `sms`, `voice`.
    #[param(inline)]
    way: Option<FactorKind>,
    /// Only those that stand so.
    #[param(inline)]
    state: Option<Delivery>,
    /// Only to people whose label contains this.
    q: Option<String>,
    /// Only in the course of this sign-in: Entra's correlation id.
    correlation_id: Option<String>,
    /// Only from this moment on.
    from: Option<Timestamp>,
    /// Only before this moment.
    until: Option<Timestamp>,
}

impl From<Wanted> for MessageFilter {
    fn from(wanted: Wanted) -> Self {
        Self {
            provider: wanted.provider,
            account: wanted.account,
            way: wanted.way,
            state: wanted.state,
            label: filled(wanted.q),
            correlation_id: filled(wanted.correlation_id),
            from: wanted.from,
            until: wanted.until,
        }
    }
}

/// Lists the codes that were sent, newest first, each with what became of it. Never a code, never a whole address.
#[utoipa::path(get, path = "/messages", operation_id = "list_messages", tag = "mfa",
    params(Wanted, PageQuery), responses((status = 200, body = PageBody<LoggedMessage>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<LoggedMessage>, Problem> {
    Ok(mfa.list_messages(&caller.may(ReadMfa {})?, &wanted.into(), &page.request()).await?.into())
}
