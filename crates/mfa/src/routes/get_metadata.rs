//! `GET /mfa/{tenant_id}/.well-known/openid-configuration`: our metadata, as Entra reads it.

use axum::Extension;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use tenants::TenantId;
use web::{Json, Path, Problem, Problems, Public, Uncompressed};

use crate::Mfa;

/// Entra keeps it for a day whatever it is told; others may ask again soon.
pub(super) const KEEP: &str = "public, max-age=300";

/// The metadata of a tenant's issuer (OpenID Connect Discovery 1.0). Never compressed: Entra insists on `Content-Length`.
#[utoipa::path(get, path = "/mfa/{tenant_id}/.well-known/openid-configuration", operation_id = "get_metadata",
    tag = "mfa", params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = serde_json::Value, description = "The metadata document."), Problems), security(()))]
pub async fn handler(
    _: Public,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<impl IntoResponse, Problem> {
    Ok(([(CACHE_CONTROL, KEEP)], Extension(Uncompressed), Json(mfa.metadata(tenant).await?)))
}
