//! Registrations, credentials, consent.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, tenant};
use crate::apps::credentials::key_of_certificate;
use crate::apps::{Application, catalogue, grant};
use crate::prepare::{access, new_application, new_password, new_secret};
use crate::world::{Tenant, World};

/// `GET permissions`: what can be granted.
pub async fn permissions() -> Json<Vec<Value>> {
    Json(catalogue::ROLES.iter().map(|role| json!({ "id": role.id, "value": role.value })).collect())
}

/// `GET apps`: every registration of every tenant.
pub async fn list(State(world): State<Arc<World>>) -> Json<Vec<Value>> {
    let all =
        world.tenants().into_iter().flat_map(|tenant| tenant.apps().applications.values().cloned().collect::<Vec<_>>());
    Json(all.map(|app| shown(&world, &app)).collect())
}

/// `GET apps/{client}`.
pub async fn read(State(world): State<Arc<World>>, Path(client): Path<Uuid>) -> Result<Json<Value>, AdminError> {
    let (_, app) = find(&world, client)?;
    Ok(Json(shown(&world, &app)))
}

/// A new registration, or a change to one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppOrder {
    /// Display name.
    pub display_name: Option<String>,
    /// Client id; drawn when none is given. Not changeable.
    pub client_id: Option<Uuid>,
    /// A first secret; drawn when none is given. Not changeable.
    pub client_secret: Option<String>,
    /// The application permissions it asks for, by name.
    pub permissions: Option<Vec<String>>,
    /// Redirect URIs.
    pub redirect_uris: Option<Vec<String>>,
    /// Redirect URIs of the platform "single-page application".
    pub spa_redirect_uris: Option<Vec<String>>,
    /// Redirect URIs of the platform "mobile and desktop applications".
    pub public_redirect_uris: Option<Vec<String>>,
    /// The front-channel logout address; an empty one takes it away.
    pub logout_url: Option<String>,
    /// Whether the authorize endpoint may hand out ID tokens.
    pub id_token: Option<bool>,
    /// Optional claims by name: `{"id_token": ["amr"], "access_token": []}`.
    pub optional_claims: Option<OptionalClaims>,
    /// The version of access tokens for its own API: 1 or 2.
    pub token_version: Option<u8>,
    /// Application ID URIs.
    pub identifier_uris: Option<Vec<String>>,
    /// The delegated permissions that its own API publishes: what `.default` stands for.
    pub scopes: Option<Vec<String>>,
    /// Whether other tenants may consent to it.
    pub multi_tenant: Option<bool>,
    /// Whether it is a public client.
    pub public_client: Option<bool>,
    /// Consent to it at once, in its home tenant. Only when it is made.
    pub consented: bool,
}

/// Optional claims by kind of token.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptionalClaims {
    /// In ID tokens.
    pub id_token: Vec<String>,
    /// In access tokens for its own API.
    pub access_token: Vec<String>,
}

impl OptionalClaims {
    /// As Graph has them.
    pub fn as_graph(&self) -> Value {
        let list = |names: &[String]| -> Vec<Value> {
            let shown = |name| json!({ "name": name, "source": null, "essential": false, "additionalProperties": [] });
            names.iter().map(shown).collect()
        };
        json!({ "idToken": list(&self.id_token), "accessToken": list(&self.access_token), "saml2Token": [] })
    }
}

/// `POST tenants/{tenant}/apps`: registers; the answer shows the secret.
pub async fn create(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(order): Json<AppOrder>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let tenant = tenant(&world, &name)?;
    let client_id = order.client_id.unwrap_or_else(|| world.guid());
    if world.application(client_id).is_some() {
        return Err(AdminError::Invalid(format!("application {client_id} exists already")));
    }
    let mut app = new_application(&world, client_id, "Application");
    apply(&mut app, &order)?;
    let secret = order.client_secret.clone().unwrap_or_else(|| new_secret(&world.rng));
    app.passwords.push(new_password(&world, Some("first"), secret.clone(), 365));
    tenant.apps_mut().applications.insert(client_id, app.clone());
    if order.consented {
        grant::consent(&world, &tenant, tenant.id, &app, &asked_for(&app));
    }
    let mut answer = shown(&world, &app);
    answer["client_secret"] = json!(secret);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `PATCH apps/{client}`.
pub async fn update(
    State(world): State<Arc<World>>,
    Path(client): Path<Uuid>,
    Json(order): Json<AppOrder>,
) -> Result<Json<Value>, AdminError> {
    change(&world, client, |app| apply(app, &order))?;
    let (_, app) = find(&world, client)?;
    Ok(Json(shown(&world, &app)))
}

/// `DELETE apps/{client}`: the registration, and its instances in every tenant.
pub async fn remove(State(world): State<Arc<World>>, Path(client): Path<Uuid>) -> Result<StatusCode, AdminError> {
    find(&world, client)?;
    for tenant in world.tenants() {
        let mut apps = tenant.apps_mut();
        apps.applications.remove(&client);
        apps.remove_principal_of(client);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A new secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretOrder {
    /// Its label.
    pub display_name: Option<String>,
    /// Its value; drawn when none is given.
    pub secret: Option<String>,
    /// For how many days from now; a year when not given.
    pub days: Option<u32>,
}

/// `POST apps/{client}/secrets`: the answer shows the value.
pub async fn add_secret(
    State(world): State<Arc<World>>,
    Path(client): Path<Uuid>,
    order: Option<Json<SecretOrder>>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let order = order.map(|Json(order)| order).unwrap_or_default();
    let secret = order.secret.clone().unwrap_or_else(|| new_secret(&world.rng));
    let password = new_password(&world, order.display_name.as_deref(), secret, order.days.unwrap_or(365));
    let answer = json!({ "key_id": password.key_id, "secret": password.secret, "end": password.end });
    change(&world, client, |app| {
        app.passwords.push(password);
        Ok(())
    })?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `POST apps/{client}/secrets/expire`: every secret ends now.
pub async fn expire_secrets(
    State(world): State<Arc<World>>,
    Path(client): Path<Uuid>,
) -> Result<StatusCode, AdminError> {
    expire_all(&world, client)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every secret now.
pub fn expire_all(world: &World, client: Uuid) -> Result<(), AdminError> {
    let now = world.clock.now();
    change(world, client, |app| {
        for password in &mut app.passwords {
            password.end = password.end.min(now);
        }
        Ok(())
    })
}

/// `DELETE apps/{client}/secrets/{key}`.
pub async fn remove_secret(
    State(world): State<Arc<World>>,
    Path((client, key)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, AdminError> {
    change(&world, client, |app| {
        app.passwords.retain(|password| password.key_id != key);
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// A certificate to register.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateOrder {
    /// PEM, or the base64 of its DER form.
    certificate: String,
    /// Its label; the subject when none is given.
    display_name: Option<String>,
    /// Ends it earlier than it says itself.
    end: Option<Timestamp>,
}

/// `POST apps/{client}/certificates`.
pub async fn add_certificate(
    State(world): State<Arc<World>>,
    Path(client): Path<Uuid>,
    Json(order): Json<CertificateOrder>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let text: String = order.certificate.lines().filter(|line| !line.starts_with("-----")).collect();
    let invalid = |_| AdminError::Invalid("certificate is neither PEM nor base64".to_owned());
    let der = STANDARD.decode(text.trim()).map_err(invalid)?;
    let mut key =
        key_of_certificate(&world, der, order.display_name).map_err(|error| AdminError::Invalid(error.message))?;
    key.end = order.end.unwrap_or(key.end);
    let answer = json!({ "key_id": key.key_id, "end": key.end });
    change(&world, client, |app| {
        app.keys.push(key);
        Ok(())
    })?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `GET tenants/{tenant}/apps`: the instances in one tenant, with what they were granted.
pub async fn list_installed(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
) -> Result<Json<Vec<Value>>, AdminError> {
    Ok(Json(installed(&*tenant(&world, &name)?, world.clock.now())))
}

/// What may change on an instance.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstancePatch {
    /// Whether it may get tokens.
    enabled: bool,
}

/// `PATCH tenants/{tenant}/apps/{client}`: disables or enables the instance.
pub async fn set_installed(
    State(world): State<Arc<World>>,
    Path((name, client)): Path<(String, Uuid)>,
    Json(patch): Json<InstancePatch>,
) -> Result<StatusCode, AdminError> {
    enable(&*tenant(&world, &name)?, client, patch.enabled)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Disables or enables an instance.
pub fn enable(tenant: &Tenant, client: Uuid, enabled: bool) -> Result<(), AdminError> {
    let mut apps = tenant.apps_mut();
    let principal =
        apps.principal_of_mut(client).ok_or_else(|| AdminError::NotFound(format!("instance of {client}")))?;
    principal.enabled = enabled;
    Ok(())
}

/// `DELETE tenants/{tenant}/apps/{client}`: the instance goes, the registration stays.
pub async fn uninstall(
    State(world): State<Arc<World>>,
    Path((name, client)): Path<(String, Uuid)>,
) -> Result<StatusCode, AdminError> {
    tenant(&world, &name)?.apps_mut().remove_principal_of(client);
    Ok(StatusCode::NO_CONTENT)
}

/// Permissions by name; all that were asked for when none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentOrder {
    /// Names.
    pub permissions: Vec<String>,
}

/// `POST tenants/{tenant}/apps/{client}/consent`: as an administrator's Accept would.
pub async fn grant_consent(
    State(world): State<Arc<World>>,
    Path((name, client)): Path<(String, Uuid)>,
    order: Option<Json<ConsentOrder>>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    consent(&world, &tenant, client, &order.map(|Json(order)| order.permissions).unwrap_or_default())?;
    Ok(StatusCode::NO_CONTENT)
}

/// Consents to an application.
pub fn consent(world: &World, tenant: &Tenant, client: Uuid, permissions: &[String]) -> Result<(), AdminError> {
    let (home, app) = find(world, client)?;
    let roles = if permissions.is_empty() { asked_for(&app) } else { ids(permissions)? };
    grant::consent(world, tenant, home.id, &app, &roles);
    Ok(())
}

/// `DELETE tenants/{tenant}/apps/{client}/consent`.
pub async fn withdraw_consent(
    State(world): State<Arc<World>>,
    Path((name, client)): Path<(String, Uuid)>,
    order: Option<Json<ConsentOrder>>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    withdraw(&tenant, client, &order.map(|Json(order)| order.permissions).unwrap_or_default())?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes permissions away from an instance.
pub fn withdraw(tenant: &Tenant, client: Uuid, permissions: &[String]) -> Result<(), AdminError> {
    let principal = tenant.apps().principal_of(client).map(|principal| principal.id);
    let principal = principal.ok_or_else(|| AdminError::NotFound(format!("instance of {client}")))?;
    grant::withdraw(tenant, principal, &ids(permissions)?);
    Ok(())
}

/// The instances in a tenant.
pub fn installed(tenant: &Tenant, now: Timestamp) -> Vec<Value> {
    let apps = tenant.apps();
    apps.service_principals
        .values()
        .map(|principal| {
            json!({
                "client_id": principal.app_id, "object_id": principal.id, "display_name": principal.display_name,
                "enabled": principal.enabled, "effective": principal.effective,
                "permissions": apps.graph_roles(principal.id, now),
            })
        })
        .collect()
}

fn find(world: &World, client: Uuid) -> Result<(Arc<Tenant>, Application), AdminError> {
    world.application(client).ok_or_else(|| AdminError::NotFound(format!("application {client}")))
}

fn change(
    world: &World,
    client: Uuid,
    change: impl FnOnce(&mut Application) -> Result<(), AdminError>,
) -> Result<(), AdminError> {
    let (home, _) = find(world, client)?;
    let mut apps = home.apps_mut();
    apps.applications.get_mut(&client).map_or(Ok(()), change)
}

fn apply(app: &mut Application, order: &AppOrder) -> Result<(), AdminError> {
    if let Some(name) = &order.display_name {
        app.display_name.clone_from(name);
    }
    if let Some(permissions) = &order.permissions {
        app.required_access = access(permissions).map_err(|error| AdminError::Invalid(error.to_string()))?;
    }
    if let Some(uris) = &order.redirect_uris {
        app.redirect_uris.clone_from(uris);
    }
    if let Some(uris) = &order.identifier_uris {
        app.identifier_uris.clone_from(uris);
    }
    if let Some(scopes) = &order.scopes {
        app.scopes.clone_from(scopes);
    }
    if let Some(multi) = order.multi_tenant {
        if multi { "AzureADMultipleOrgs" } else { "AzureADMyOrg" }.clone_into(&mut app.sign_in_audience);
    }
    app.public_client = order.public_client.unwrap_or(app.public_client);
    apply_sign_in(app, order);
    Ok(())
}

fn apply_sign_in(app: &mut Application, order: &AppOrder) {
    if let Some(uris) = &order.spa_redirect_uris {
        app.spa_redirect_uris.clone_from(uris);
    }
    if let Some(uris) = &order.public_redirect_uris {
        app.public_redirect_uris.clone_from(uris);
    }
    if let Some(address) = &order.logout_url {
        app.logout_url = Some(address.clone()).filter(|address| !address.is_empty());
    }
    if let Some(claims) = &order.optional_claims {
        app.optional_claims = claims.as_graph();
    }
    app.id_token_enabled = order.id_token.unwrap_or(app.id_token_enabled);
    app.token_version = order.token_version.or(app.token_version);
}

fn asked_for(app: &Application) -> Vec<Uuid> {
    app.required_access.iter().filter(|access| access.kind == "Role").map(|access| access.id).collect()
}

fn ids(permissions: &[String]) -> Result<Vec<Uuid>, AdminError> {
    let access = access(permissions).map_err(|error| AdminError::Invalid(error.to_string()))?;
    Ok(access.into_iter().map(|access| access.id).collect())
}

fn shown(world: &World, app: &Application) -> Value {
    let home = world.application(app.app_id).map(|(home, _)| home.id);
    let names: Vec<_> = asked_for(app).into_iter().filter_map(catalogue::role_by_id).map(|role| role.value).collect();
    let secrets: Vec<_> = app
        .passwords
        .iter()
        .map(|password| json!({ "key_id": password.key_id, "display_name": password.display_name, "secret": password.secret, "end": password.end }))
        .collect();
    let certificates: Vec<_> = app
        .keys
        .iter()
        .map(|key| json!({ "key_id": key.key_id, "display_name": key.display_name, "end": key.end }))
        .collect();
    json!({
        "client_id": app.app_id, "object_id": app.id, "display_name": app.display_name, "home_tenant": home,
        "multi_tenant": app.sign_in_audience != "AzureADMyOrg", "public_client": app.public_client,
        "redirect_uris": app.redirect_uris, "spa_redirect_uris": app.spa_redirect_uris,
        "public_redirect_uris": app.public_redirect_uris, "logout_url": app.logout_url, "id_token": app.id_token_enabled,
        "optional_claims": app.optional_claims, "token_version": app.token_version, "identifier_uris": app.identifier_uris, "permissions": names,
        "secrets": secrets, "certificates": certificates,
    })
}
