//! `GET /api/v1/tenants/permissions`: what a tenant will need.

use axum::extract::State;
use oidc::Cloud;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, Json, Problem, Problems, Query};

use crate::permissions::ReadTenants;
use crate::views::PermissionsView;
use crate::{Feature, Tenants};

/// For what, and where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The features; users and groups when absent.
    #[serde(default)]
    #[param(explode = true)]
    pub features: Vec<Feature>,
    /// `global` (when absent), `us_government` or `china`.
    pub cloud: Option<String>,
}

/// The least list of permissions for these features, and scripts that register an application with them.
#[utoipa::path(get, path = "/permissions", operation_id = "preview_permissions", tag = "tenants", params(Wanted),
    responses((status = 200, body = PermissionsView), Problems))]
pub async fn handler(
    caller: Caller,
    Query(query): Query<Wanted>,
    State(tenants): State<Tenants>,
) -> Result<Json<PermissionsView>, Problem> {
    let may = caller.may(ReadTenants {})?;
    let cloud = match query.cloud.as_deref() {
        None => Cloud::Global,
        Some(name) => Cloud::named(name)
            .ok_or_else(|| Problem::invalid("tenants.invalid", "cloud must be global, us_government or china"))?,
    };
    let usual = [Feature::Users, Feature::Groups];
    let features = if query.features.is_empty() { &usual[..] } else { &query.features[..] };
    Ok(Json(tenants.permissions_for(&may, features, &cloud)))
}
