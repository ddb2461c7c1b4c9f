//! `GET /mfa/{tenant_id}/keys`: our public keys, as Entra reads them.

use axum::Extension;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use tenants::TenantId;
use web::{Json, Path, Problem, Problems, Public, Uncompressed};

use super::get_metadata::KEEP;
use crate::Mfa;

/// The public keys of a tenant's issuer (RFC 7517), each with the `x5c` that Entra demands.
#[utoipa::path(get, path = "/mfa/{tenant_id}/keys", operation_id = "get_key_list", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = serde_json::Value, description = "The list of keys."), Problems), security(()))]
pub async fn handler(
    _: Public,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<impl IntoResponse, Problem> {
    Ok(([(CACHE_CONTROL, KEEP)], Extension(Uncompressed), Json(mfa.key_list(tenant).await?)))
}
