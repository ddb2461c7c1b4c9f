//! Custom controls of Conditional Access, as they are pasted.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, tenant};
use crate::World;
use crate::access::control::CustomControl;

/// `GET tenants/{tenant}/custom-controls`.
pub async fn list(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<Json<Vec<Value>>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let shown = |(id, control): (&Uuid, &CustomControl)| json!({ "id": id, "control": control });
    let all = tenant.access().controls.iter().map(shown).collect();
    Ok(Json(all))
}

/// `POST tenants/{tenant}/custom-controls`: as a provider hands it out.
pub async fn create(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(control): Json<CustomControl>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut access = tenant.access_mut();
    if let Some(twice) = control.controls.iter().find(|one| access.control(&one.id).is_some()) {
        return Err(AdminError::Invalid(format!("the control {} is there already", twice.id)));
    }
    let id = world.guid();
    let answer = json!({ "id": id, "control": control });
    access.controls.insert(id, control);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `DELETE tenants/{tenant}/custom-controls/{control}`: only while no policy asks for it.
pub async fn remove(
    State(world): State<Arc<World>>,
    Path((name, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut access = tenant.access_mut();
    let control = access.controls.get(&id).ok_or_else(|| AdminError::NotFound(format!("custom control {id}")))?;
    if access.asks_for(control) {
        return Err(AdminError::Invalid("a policy asks for it".to_owned()));
    }
    access.controls.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}
