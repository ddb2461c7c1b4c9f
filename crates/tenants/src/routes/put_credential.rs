//! `POST /api/v1/tenants/{tenant_id}/credentials`: give a tenant a credential.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::draft::NewCredential;
use crate::model::Slot;
use crate::permissions::PutCredential;
use crate::views::CredentialView;
use crate::{TenantId, Tenants};

/// A credential and its place.
#[derive(Deserialize, ToSchema)]
#[schema(as = PutCredential)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The credential.
    pub credential: NewCredential,
    /// `primary` or `staged`; staged when there is a primary one already.
    pub slot: Option<Slot>,
}

/// Gives a tenant a secret or a certificate. What was in the slot is retired.
#[utoipa::path(post, path = "/{tenant_id}/credentials", operation_id = "put_credential", tag = "tenants",
    request_body = Request,
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 201, body = CredentialView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
    Json(body): Json<Request>,
) -> Result<Created<CredentialView>, Problem> {
    let may = caller.may(PutCredential { tenant })?;
    let record = tenants.put_credential(&may, &body.credential, body.slot).await?;
    let location = format!("/api/v1/tenants/{tenant}/credentials");
    Ok(Created::new(location, CredentialView::at(record, tenants.now())))
}
