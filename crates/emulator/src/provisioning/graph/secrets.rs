//! `…/synchronization/secrets` and `validateCredentials`. Values are never shown again.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{READ, WRITE, job, principal, refused};
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::provisioning::behaviour::{Behaviour, Scope};
use crate::provisioning::job::target_of;

/// The keys that a SCIM application has a use for, of Graph's `synchronizationSecret`.
const KEYS: [&str; 12] = [
    "BaseAddress",
    "SecretToken",
    "SyncNotificationSettings",
    "SyncAll",
    "SkipOutOfScopeDeletions",
    "HardDeletesEnabled",
    "ValidateDomain",
    "AuthenticationType",
    "Oauth2ClientId",
    "Oauth2ClientSecret",
    "Oauth2TokenExchangeUri",
    "TestReferences",
];

/// `GET …/secrets`: which there are.
pub async fn list(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
) -> Result<Response, GraphError> {
    let id = principal(&world, &token, &key, &READ)?;
    let mut keys: Vec<String> = world
        .provisioning
        .of(id)
        .iter()
        .flat_map(|job| job.with(|state| state.secrets.keys().cloned().collect::<Vec<_>>()))
        .collect();
    keys.sort();
    keys.dedup();
    let shown = keys.iter().map(|key| json!({ "key": key, "value": null })).collect();
    asked.page("servicePrincipals('')/synchronization/secrets", shown)
}

/// `PUT …/secrets`: for every job of the application.
pub async fn replace(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> Result<StatusCode, GraphError> {
    let id = principal(&world, &token, &key, &WRITE)?;
    let given = read(&body["value"])?;
    let jobs = world.provisioning.of(id);
    if jobs.is_empty() {
        return Err(refused("The application has no synchronization job."));
    }
    for job in jobs {
        job.with(|state| save(state, &given));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Saves secrets; those that are settings in truth take effect as such.
fn save(state: &mut crate::provisioning::State, given: &BTreeMap<String, String>) {
    let is_true = |text: &String| text.eq_ignore_ascii_case("true");
    if let Some(skip) = given.get("SkipOutOfScopeDeletions") {
        state.behaviour.skip_out_of_scope_deletions = is_true(skip);
    }
    if let Some(all) = given.get("SyncAll") {
        state.behaviour.scope = if is_true(all) { Scope::Everyone } else { Scope::Assigned };
    }
    state.secrets.extend(given.clone());
}

fn read(value: &Value) -> Result<BTreeMap<String, String>, GraphError> {
    let pairs = value.as_array().ok_or_else(|| refused("Secrets are a list of keys and values."))?;
    let mut found = BTreeMap::new();
    for pair in pairs {
        let key = pair["key"].as_str().unwrap_or_default();
        if !KEYS.contains(&key) {
            return Err(refused(format!("'{key}' is not a secret of this application.")));
        }
        found.insert(key.to_owned(), pair["value"].as_str().unwrap_or_default().to_owned());
    }
    Ok(found)
}

/// `POST …/jobs/{job}/validateCredentials`: with those in the body, or the saved ones.
pub async fn validate(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(path): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Result<StatusCode, GraphError> {
    let job = job(&world, &token, &path, &WRITE)?;
    let (mut secrets, behaviour) = job.with(|state| (state.secrets.clone(), state.behaviour.clone()));
    if body["useSavedCredentials"] != true {
        secrets.extend(read(&body["credentials"])?);
    }
    test(&world, token.tenant.id, &secrets, &behaviour).await
}

/// `POST …/jobs/validateCredentials`: before there is a job.
pub async fn validate_for_new(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> Result<StatusCode, GraphError> {
    principal(&world, &token, &key, &WRITE)?;
    test(&world, token.tenant.id, &read(&body["credentials"])?, &Behaviour::default()).await
}

async fn test(
    world: &World,
    tenant_id: Uuid,
    secrets: &BTreeMap<String, String>,
    behaviour: &Behaviour,
) -> Result<StatusCode, GraphError> {
    let target = target_of(world, tenant_id, secrets, behaviour).map_err(refused)?;
    match target.probe(&world.guid().to_string()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(failure) => Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "CredentialValidationUnavailable",
            format!("You appear to have entered invalid credentials. {failure}"),
        )),
    }
}
