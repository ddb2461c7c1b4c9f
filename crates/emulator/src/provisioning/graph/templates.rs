//! `POST /applicationTemplates/{id}/instantiate`: an enterprise application that is not in the gallery.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use super::refused;
use crate::World;
use crate::apps::query::Asked;
use crate::apps::view;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::provisioning::enterprise::{CUSTOM_TEMPLATE, create};

/// `POST /applicationTemplates/{id}/instantiate`.
pub async fn instantiate(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(template): Path<String>,
    Json(body): Json<Value>,
) -> Result<Response, GraphError> {
    token.require(&["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"])?;
    if Uuid::parse_str(&template).ok() != Some(CUSTOM_TEMPLATE) {
        return Err(GraphError::not_found(&template));
    }
    let name = body["displayName"].as_str().ok_or_else(|| refused("displayName is required."))?;
    let (application, principal) = create(&world, &token.tenant, name);
    let shown = token.tenant.apps().service_principals.get(&principal).map(|principal| {
        json!({
            "application": view::application(&application, &token.tenant.default_domain, false),
            "servicePrincipal": view::service_principal(principal, Some(&application)),
        })
    });
    asked.created("applicationServicePrincipals", shown.unwrap_or_default())
}
