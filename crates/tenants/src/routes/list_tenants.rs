//! `GET /api/v1/tenants`: connected tenants.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Tenants;
use crate::permissions::ReadTenants;
use crate::views::TenantView;

/// Lists connected tenants by name, each with its status.
#[utoipa::path(get, path = "/", operation_id = "list_tenants", tag = "tenants",
    responses((status = 200, body = Vec<TenantView>), Problems))]
pub async fn handler(caller: Caller, State(tenants): State<Tenants>) -> Result<Json<Vec<TenantView>>, Problem> {
    let all = tenants.list_tenants(&caller.may(ReadTenants {})?).await?;
    Ok(Json(all.into_iter().map(Into::into).collect()))
}
