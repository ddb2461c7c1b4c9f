//! How Graph shows the nouns: property names and types as in the v1.0 metadata.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::catalogue::{self, GRAPH_APP_ID, Role};
use super::model::{
    AppRoleAssignment, Application, Apps, KeyCredential, PasswordCredential, PrincipalKind, ServicePrincipal,
};
use crate::directory::property::{group, user};
use crate::directory::{Directory, Kind};

/// An application. `with_keys` shows the certificates themselves, as `$select=keyCredentials` on one object does.
pub fn application(app: &Application, publisher: &str, with_keys: bool) -> Value {
    let shown = json!({
        "id": app.id, "deletedDateTime": null, "appId": app.app_id, "applicationTemplateId": null,
        "disabledByMicrosoftStatus": null, "createdDateTime": app.created, "displayName": app.display_name,
        "description": null, "groupMembershipClaims": null, "identifierUris": app.identifier_uris,
        "isDeviceOnlyAuthSupported": null, "isFallbackPublicClient": app.public_client.then_some(true), "notes": null,
        "publisherDomain": publisher, "serviceManagementReference": null, "signInAudience": app.sign_in_audience,
        "tags": [], "tokenEncryptionKeyId": null, "uniqueName": null, "samlMetadataUrl": null,
        "defaultRedirectUri": null, "certification": null, "optionalClaims": app.optional_claims,
        "servicePrincipalLockConfiguration": null, "requestSignatureVerification": null, "addIns": [], "appRoles": [],
        "keyCredentials": app.keys.iter().map(|key| key_credential(key, with_keys)).collect::<Vec<_>>(),
        "passwordCredentials": app.passwords.iter().map(|password| password_credential(password, false)).collect::<Vec<_>>(),
        "requiredResourceAccess": required_access(app),
    });
    with(
        shown,
        json!({
            "api": {
                "acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": app.token_version,
                "oauth2PermissionScopes": app.scopes.iter().map(|value| permission_scope(app, value)).collect::<Vec<_>>(),
                "preAuthorizedApplications": []
            },
            "info": no_addresses(),
            "parentalControlSettings": { "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow" },
            "publicClient": { "redirectUris": app.public_redirect_uris },
            "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
            "web": {
                "homePageUrl": null, "logoutUrl": app.logout_url, "redirectUris": app.redirect_uris,
                "implicitGrantSettings": { "enableAccessTokenIssuance": false, "enableIdTokenIssuance": app.id_token_enabled }
            },
            "spa": { "redirectUris": app.spa_redirect_uris },
        }),
    )
}

/// A delegated permission; its id is the same whenever it is shown.
fn permission_scope(app: &Application, value: &str) -> Value {
    let hash = digest::digest(&digest::SHA256, format!("{} {value}", app.app_id).as_bytes());
    let id = Uuid::from_slice(&hash.as_ref()[..16]).unwrap_or_default();
    json!({
        "id": id, "value": value, "type": "User", "isEnabled": true, "adminConsentDisplayName": value,
        "adminConsentDescription": value, "userConsentDisplayName": null, "userConsentDescription": null,
    })
}

fn with(mut shown: Value, more: Value) -> Value {
    if let (Some(members), Value::Object(more)) = (shown.as_object_mut(), more) {
        members.extend(more);
    }
    shown
}

fn no_addresses() -> Value {
    json!({
        "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null,
    })
}

/// A secret; its value only in the answer to `addPassword`.
pub fn password_credential(password: &PasswordCredential, with_secret: bool) -> Value {
    json!({
        "customKeyIdentifier": null, "displayName": password.display_name, "endDateTime": password.end,
        "hint": password.secret.chars().take(3).collect::<String>(), "keyId": password.key_id,
        "secretText": with_secret.then_some(&password.secret), "startDateTime": password.start,
    })
}

/// A service principal.
pub fn service_principal(principal: &ServicePrincipal, app: Option<&Application>) -> Value {
    let is_graph = principal.app_id == GRAPH_APP_ID;
    let names: Vec<String> = if is_graph {
        vec![GRAPH_APP_ID.to_string(), "https://graph.microsoft.com".to_owned()]
    } else {
        vec![principal.app_id.to_string()]
    };
    let roles: Vec<Value> = match app {
        _ if is_graph => catalogue::ROLES.iter().map(app_role).collect(),
        Some(app) if app.from_template => vec![user_role()],
        _ => Vec::new(),
    };
    json!({
        "id": principal.id, "deletedDateTime": null, "accountEnabled": principal.enabled, "alternativeNames": [],
        "appDisplayName": principal.display_name, "appDescription": null, "appId": principal.app_id,
        "applicationTemplateId": null, "appOwnerOrganizationId": principal.owner_tenant,
        "appRoleAssignmentRequired": false, "description": null, "disabledByMicrosoftStatus": null,
        "displayName": principal.display_name, "homepage": null, "loginUrl": null, "logoutUrl": null, "notes": null,
        "notificationEmailAddresses": [], "preferredSingleSignOnMode": null, "preferredTokenSigningKeyThumbprint": null,
        "replyUrls": app.map(|app| app.all_redirects().cloned().collect::<Vec<_>>()).unwrap_or_default(), "servicePrincipalNames": names,
        "servicePrincipalType": "Application",
        "signInAudience": app.map_or("AzureADMultipleOrgs", |app| app.sign_in_audience.as_str()),
        "tags": if is_graph { json!([]) } else { json!(["WindowsAzureActiveDirectoryIntegratedApp"]) },
        "tokenEncryptionKeyId": null, "samlSingleSignOnSettings": null, "addIns": [], "appRoles": roles,
        "info": no_addresses(), "keyCredentials": [], "oauth2PermissionScopes": [], "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [],
        "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
    })
}

/// A granted permission, or an assignment of a person or a group.
pub fn assignment(assignment: &AppRoleAssignment, apps: &Apps, directory: &Directory) -> Value {
    let name = |id: Uuid| apps.service_principals.get(&id).map(|principal| principal.display_name.clone());
    let assigned = |id: Uuid| {
        let object = directory.find(id)?;
        let prop = if object.kind == Kind::User { user::DISPLAY_NAME } else { group::DISPLAY_NAME };
        directory.record(object).text(prop)
    };
    let (kind, principal) = match assignment.principal_kind {
        PrincipalKind::ServicePrincipal => ("ServicePrincipal", name(assignment.principal_id)),
        PrincipalKind::User => ("User", assigned(assignment.principal_id)),
        PrincipalKind::Group => ("Group", assigned(assignment.principal_id)),
    };
    json!({
        "id": assignment.id, "deletedDateTime": null, "appRoleId": assignment.app_role_id,
        "createdDateTime": assignment.created, "principalDisplayName": principal,
        "principalId": assignment.principal_id, "principalType": kind,
        "resourceDisplayName": name(assignment.resource_id), "resourceId": assignment.resource_id,
    })
}

fn app_role(role: &Role) -> Value {
    json!({
        "allowedMemberTypes": ["Application"], "description": format!("Allows the app to use {} without a signed-in user.", role.value),
        "displayName": role.value, "id": role.id, "isEnabled": true, "origin": "Application", "value": role.value,
    })
}

fn user_role() -> Value {
    json!({
        "allowedMemberTypes": ["User"], "description": "User", "displayName": "User", "id": catalogue::USER_ROLE,
        "isEnabled": true, "origin": "Application", "value": null,
    })
}

fn key_credential(key: &KeyCredential, with_key: bool) -> Value {
    let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &key.der);
    json!({
        "customKeyIdentifier": STANDARD.encode(thumbprint), "displayName": key.display_name, "endDateTime": key.end,
        "key": with_key.then(|| STANDARD.encode(&key.der)), "keyId": key.key_id, "startDateTime": key.start,
        "type": "AsymmetricX509Cert", "usage": "Verify",
    })
}

fn required_access(app: &Application) -> Value {
    if app.required_access.is_empty() {
        return json!([]);
    }
    let access: Vec<Value> =
        app.required_access.iter().map(|access| json!({ "id": access.id, "type": access.kind })).collect();
    json!([{ "resourceAppId": GRAPH_APP_ID, "resourceAccess": access }])
}
