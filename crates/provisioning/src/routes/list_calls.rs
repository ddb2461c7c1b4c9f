//! `GET /api/v1/provisioning/calls`: what the clients saw.

use axum::extract::State;
use kernel::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::journal::{CallFilter, CallView, StatusClass};
use crate::operation::Operation;
use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, Provisioning};

/// Which calls; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only of this connection.
    connection: Option<ConnectionId>,
    /// Only those that were answered so.
    #[param(inline)]
    status: Option<StatusClass>,
    /// Only with this meaning.
    #[param(inline)]
    operation: Option<Operation>,
    /// Only about this user or group, by its SCIM id.
    resource: Option<Uuid>,
    /// Only where the path, the query, the name or the explanation contains this.
    q: Option<String>,
    /// Only from this moment on.
    from: Option<Timestamp>,
    /// Only before this moment.
    until: Option<Timestamp>,
}

impl From<Wanted> for CallFilter {
    fn from(wanted: Wanted) -> Self {
        Self {
            connection: wanted.connection,
            status: wanted.status,
            operation: wanted.operation,
            resource: wanted.resource,
            text: super::filled(wanted.q),
            from: wanted.from,
            until: wanted.until,
        }
    }
}

/// Lists calls, newest first, each with what the client makes of its answer.
#[utoipa::path(get, path = "/calls", operation_id = "list_calls", tag = "provisioning",
    params(Wanted, PageQuery), responses((status = 200, body = PageBody<CallView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<CallView>, Problem> {
    let may = caller.may(ReadProvisioning {})?;
    Ok(provisioning.list_calls(&may, &wanted.into(), &page.request()).await?.into())
}
