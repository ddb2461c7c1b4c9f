//! An application's secrets and certificates, as Graph changes them.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use kernel::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::applications::{WRITE, find, may};
use super::model::{Application, KeyCredential, PasswordCredential};
use super::query::Asked;
use super::view;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::prepare::new_secret;
use crate::world::World;

/// A secret lives two years unless told otherwise.
const USUAL_LIFE: Duration = Duration::from_hours(2 * 365 * 24);

/// `POST /applications/{id}/addPassword`: the only answer that shows the secret.
pub async fn add_password(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
    body: Option<Json<Value>>,
) -> Result<Response, GraphError> {
    let app = find(&token.tenant, &key)?;
    may(&token, &app, &WRITE)?;
    let body = body.map(|Json(body)| body).unwrap_or_default();
    let wanted = &body["passwordCredential"];
    let now = world.clock.now();
    let start = moment(&wanted["startDateTime"])?.unwrap_or(now);
    let password = PasswordCredential {
        key_id: world.guid(),
        display_name: wanted["displayName"].as_str().map(str::to_owned),
        secret: new_secret(&world.rng),
        start,
        end: moment(&wanted["endDateTime"])?.unwrap_or_else(|| start.plus(USUAL_LIFE)),
    };
    let mut shown = view::password_credential(&password, true);
    shown["@odata.context"] = json!(asked.links.graph(&asked.version, "/$metadata#microsoft.graph.passwordCredential"));
    if let Some(app) = token.tenant.apps_mut().applications.get_mut(&app.app_id) {
        app.passwords.push(password);
    }
    Ok(Json(shown).into_response())
}

/// `POST /applications/{id}/removePassword`.
pub async fn remove_password(
    token: AppToken,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> Result<StatusCode, GraphError> {
    let app = find(&token.tenant, &key)?;
    may(&token, &app, &WRITE)?;
    let missing = || GraphError::bad_request("No password credential found with keyId.");
    let key_id: Uuid = body["keyId"].as_str().and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let mut apps = token.tenant.apps_mut();
    let app = apps.applications.get_mut(&app.app_id).ok_or_else(missing)?;
    let before = app.passwords.len();
    app.passwords.retain(|password| password.key_id != key_id);
    if app.passwords.len() == before { Err(missing()) } else { Ok(StatusCode::NO_CONTENT) }
}

/// `keyCredentials` of a PATCH: the whole list; an entry without `key` keeps the certificate it names.
pub fn replace_keys(world: &World, app: &mut Application, value: &Value) -> Result<(), GraphError> {
    let wanted = value.as_array().ok_or_else(|| GraphError::bad_request("keyCredentials must be a collection."))?;
    let keys: Result<Vec<_>, _> = wanted.iter().map(|entry| key_from(world, &app.keys, entry)).collect();
    app.keys = keys?;
    Ok(())
}

/// A certificate as a credential, valid for as long as it says itself.
pub fn key_of_certificate(world: &World, der: Vec<u8>, label: Option<String>) -> Result<KeyCredential, GraphError> {
    let invalid = || GraphError::bad_request("Key credential value is invalid: the certificate cannot be read.");
    let (_, certificate) = X509Certificate::from_der(&der).map_err(|_| invalid())?;
    let validity = certificate.validity();
    let start = Timestamp::from_seconds(validity.not_before.timestamp());
    let end = Timestamp::from_seconds(validity.not_after.timestamp());
    let display_name = label.or_else(|| Some(certificate.subject().to_string()));
    Ok(KeyCredential { key_id: world.guid(), display_name, start, end, der })
}

fn key_from(world: &World, known: &[KeyCredential], entry: &Value) -> Result<KeyCredential, GraphError> {
    let Some(encoded) = entry["key"].as_str() else {
        let kept = known.iter().find(|key| entry["keyId"].as_str() == Some(&key.key_id.to_string()));
        return kept.cloned().ok_or_else(|| GraphError::bad_request("Key credential value is missing."));
    };
    let der = STANDARD.decode(encoded).map_err(|_| GraphError::bad_request("Key credential value is not base64."))?;
    let mut key = key_of_certificate(world, der, entry["displayName"].as_str().map(str::to_owned))?;
    if let Some(id) = entry["keyId"].as_str().and_then(|id| id.parse().ok()) {
        key.key_id = id;
    }
    key.start = moment(&entry["startDateTime"])?.unwrap_or(key.start);
    key.end = moment(&entry["endDateTime"])?.unwrap_or(key.end);
    Ok(key)
}

fn moment(value: &Value) -> Result<Option<Timestamp>, GraphError> {
    let Some(text) = value.as_str() else { return Ok(None) };
    Timestamp::parse(text).map(Some).map_err(|_| {
        GraphError::bad_request(format!(
            "Cannot convert the literal '{text}' to the expected type 'Edm.DateTimeOffset'."
        ))
    })
}
