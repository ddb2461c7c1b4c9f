//! `POST /api/v1/tenants/test`: test a tenant before it is connected.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Tenants;
use crate::checklist::Checklist;
use crate::connect::NewTenant;
use crate::permissions::ConnectTenant;

/// Tests what was entered, line by line, and keeps nothing of it.
#[utoipa::path(post, path = "/test", operation_id = "test_draft", tag = "tenants", request_body = NewTenant,
    responses((status = 200, body = Checklist), Problems))]
pub async fn handler(
    caller: Caller,
    State(tenants): State<Tenants>,
    Json(body): Json<NewTenant>,
) -> Result<Json<Checklist>, Problem> {
    Ok(Json(tenants.test_new(&caller.may(ConnectTenant {})?, &body).await?))
}
