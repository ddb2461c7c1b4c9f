//! `POST /api/v1/tenants`: connect a tenant with an application of its own.

use axum::extract::State;
use web::{Caller, Created, Json, Problem, Problems};

use crate::Tenants;
use crate::connect::NewTenant;
use crate::permissions::ConnectTenant;
use crate::views::TenantView;

/// Connects a tenant whose application was registered by hand. It is kept also when Entra refuses the credential: its
/// health says what to mend.
#[utoipa::path(post, path = "/", operation_id = "create_tenant", tag = "tenants", request_body = NewTenant,
    responses((status = 201, body = TenantView), Problems))]
pub async fn handler(
    caller: Caller,
    State(tenants): State<Tenants>,
    Json(body): Json<NewTenant>,
) -> Result<Created<TenantView>, Problem> {
    let tenant = tenants.create_tenant(&caller.may(ConnectTenant {})?, &body).await?;
    Ok(Created::new(format!("/api/v1/tenants/{}", tenant.id), tenant.into()))
}
