//! The method in Entra (`externalAuthenticationMethodConfiguration`): what it must say, as a file and by Microsoft Graph.
//!
//! It is made switched off and for nobody; then an administrator switches it on for a pilot group, or for everybody. What
//! it deliberately does not do: change a method that is there otherwise, or delete one.

pub mod application;

use graph::{Client, GraphError, Query};
use kernel::May;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signals::{Entry, Object};
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::doctor::entras::Wanted;
use crate::error::MfaError;
use crate::model::Provider;
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::readiness::policy::Whom;
use crate::service::Mfa;

/// The type of such a method in Graph.
const TYPE: &str = "#microsoft.graph.externalAuthenticationMethodConfiguration";
/// Where methods are.
const SET: &str = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations";
/// Making and changing one needs this.
pub(crate) const WRITER: &str = "Policy.ReadWrite.AuthenticationMethod";
/// More than any tenant has.
const MOST: usize = 200;
/// The longest name, in characters.
const LONGEST_NAME: usize = 120;

/// An external method.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Method {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub app_id: String,
    pub client_id: String,
    pub discovery_url: String,
    include: Value,
    exclude: Value,
}

impl Method {
    /// Reads one as Graph shows it; nothing where it is another kind of method.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        value["@odata.type"].as_str().filter(|kind| kind.eq_ignore_ascii_case(TYPE))?;
        Some(Self {
            id: value["id"].as_str()?.to_owned(),
            name: text(&value["displayName"]),
            enabled: value["state"] == "enabled",
            app_id: text(&value["appId"]),
            client_id: text(&value["openIdConnectSetting"]["clientId"]),
            discovery_url: text(&value["openIdConnectSetting"]["discoveryUrl"]),
            include: value["includeTargets"].clone(),
            exclude: value["excludeTargets"].clone(),
        })
    }

    /// For whom it is.
    pub(crate) fn whom(&self) -> Whom {
        Whom::of_method(&self.include, &self.exclude)
    }

    fn view(&self) -> MethodView {
        let targets = self.include.as_array().into_iter().flatten();
        MethodView {
            id: self.id.clone(),
            name: self.name.clone(),
            enabled: self.enabled,
            targets: targets.filter_map(|target| target["id"].as_str()).map(str::to_owned).collect(),
        }
    }
}

/// The method in Entra, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaMethod)]
pub struct MethodView {
    /// Its id in Entra.
    pub id: String,
    /// What people choose it by.
    pub name: String,
    /// Whether people are offered it.
    pub enabled: bool,
    /// For whom: object ids of groups, or `all_users`.
    pub targets: Vec<String>,
}

/// How far the method in Entra is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaMethodState)]
pub struct MethodState {
    /// The method that is ours, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodView>,
    /// What is sent to make it.
    pub body: Value,
    /// Whether the tenant's application may make and change it.
    pub may_write: bool,
    /// Why Entra could not be asked; null where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// A method to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMfaMethod)]
pub struct NewMethod {
    /// What people choose it by; it cannot be changed afterwards. Left out: `Vestibule`.
    #[serde(default)]
    pub name: Option<String>,
}

/// For whom a method is switched on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EnableMfaMethod)]
pub struct Targets {
    /// Object ids of groups.
    #[serde(default)]
    pub groups: Vec<Uuid>,
    /// Everybody, instead of groups.
    #[serde(default)]
    pub everybody: bool,
}

/// What to enter in Entra, to be handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsFile {
    /// As JSON.
    pub plain: Value,
    /// The same as a JWT, signed by the key that signs answers: whoever gets it can check whose it is. Its audience is no
    /// client, so that it is never taken for an answer.
    pub signed: String,
}

impl Mfa {
    pub(crate) fn wanted(&self, provider: &Provider) -> Wanted {
        let issuer = self.issuer(provider.tenant);
        Wanted {
            app_id: provider.app_id.clone(),
            client_id: provider.client_id.clone(),
            discovery_url: format!("{issuer}/.well-known/openid-configuration"),
            authorization_endpoint: format!("{issuer}/authorize"),
        }
    }

    /// What to enter in Entra, plain and signed.
    pub async fn settings_file(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<SettingsFile, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let wanted = self.wanted(&provider);
        let plain = json!({
            "name": NAME, "clientId": wanted.client_id, "discoveryEndpoint": wanted.discovery_url,
            "appId": wanted.app_id, "replyUrl": wanted.authorization_endpoint, "tenantId": provider.entra_id,
            "method": body(NAME, &wanted), "applications": registrations(&self.needs(&provider).await?),
        });
        let key = self.signing_key(&mut tx, tenant).await?;
        let now = self.env().now().seconds();
        let claims = json!({ "iss": self.issuer(tenant), "aud": "vestibule-settings", "iat": now, "settings": plain });
        let signed = key.sign(&claims)?;
        Ok(SettingsFile { plain, signed })
    }

    /// How far the method in Entra is.
    pub async fn get_method(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<MethodState, MfaError> {
        let provider = self.own_provider(&mut self.store().read().await?, may.actor().organisation, tenant).await?;
        let wanted = self.wanted(&provider);
        let mut state = MethodState { method: None, body: body(NAME, &wanted), may_write: false, unread: None };
        let client = self.parts.tenants.client(provider.organisation, tenant).await?;
        match roles(&client, &[WRITER]).await {
            Ok(roles) => state.may_write = roles.iter().any(|role| role == WRITER),
            Err(error) => state.unread = Some(told(&error)),
        }
        match methods(&client).await {
            Ok(all) => state.method = ours(&all, &wanted).map(Method::view),
            Err(error) => state.unread = Some(told(&error)),
        }
        Ok(state)
    }

    /// Makes the method in Entra: switched off, for nobody.
    pub async fn create_method(&self, may: &May<ChangeProvider>, new: &NewMethod) -> Result<MethodView, MfaError> {
        let name = new.name.as_deref().unwrap_or(NAME).trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(MfaError::Invalid(format!("name must have 1 to {LONGEST_NAME} characters")));
        }
        let (provider, client) = self.method_of(may).await?;
        let wanted = self.wanted(&provider);
        if let Some(known) = ours(&methods(&client).await.map_err(|error| refused(&error))?, &wanted) {
            return Err(MfaError::Conflict(format!("the method {} is in Entra already", known.name)));
        }
        let answer = client.post(SET, &body(name, &wanted)).await.map_err(|error| refused(&error))?;
        let made: Value = answer.json().map_err(|error| refused(&error))?;
        let made = Method::read(&made).ok_or_else(|| MfaError::Conflict("Entra answered with no method".to_owned()))?;
        self.tell_of_method(may, &provider, "mfa.method_created", &made.view()).await?;
        Ok(made.view())
    }

    /// Switches the method on, for groups or for everybody. Whoever was its target before and is not named is it no more.
    pub async fn enable_method(&self, may: &May<ChangeProvider>, targets: &Targets) -> Result<MethodView, MfaError> {
        let ids: Vec<String> = match (targets.everybody, targets.groups.as_slice()) {
            (true, []) => vec!["all_users".to_owned()],
            (false, groups @ [_, ..]) => groups.iter().map(Uuid::to_string).collect(),
            _ => return Err(MfaError::Invalid("name groups, or everybody".to_owned())),
        };
        let (provider, client) = self.method_of(may).await?;
        let all = methods(&client).await.map_err(|error| refused(&error))?;
        let found = ours(&all, &self.wanted(&provider)).ok_or(MfaError::NotFound("method in Entra"))?;
        let include: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "@odata.type": "#microsoft.graph.authenticationMethodTarget", "targetType": "group", "id": id }))
            .collect();
        let change = json!({ "@odata.type": TYPE, "state": "enabled", "includeTargets": include });
        client.patch(&format!("{SET}/{}", found.id), &change).await.map_err(|error| refused(&error))?;
        let view = MethodView { enabled: true, targets: ids, ..found.view() };
        self.tell_of_method(may, &provider, "mfa.method_enabled", &view).await?;
        Ok(view)
    }

    async fn method_of(&self, may: &May<ChangeProvider>) -> Result<(Provider, Client), MfaError> {
        let organisation = may.actor().organisation;
        let provider = self.own_provider(&mut self.store().read().await?, organisation, may.tenant).await?;
        let client = self.parts.tenants.client(organisation, may.tenant).await?;
        Ok((provider, client))
    }

    async fn tell_of_method(
        &self,
        may: &May<ChangeProvider>,
        provider: &Provider,
        event: &'static str,
        view: &MethodView,
    ) -> Result<(), MfaError> {
        let object = Object::new("tenant", provider.tenant, provider.client_id.as_str());
        let mut tx = self.store().begin().await?;
        self.tell(&mut tx, may.actor(), Entry::act(event).object(object).after(view)).await?;
        Ok(tx.commit().await?)
    }
}

/// The applications as Graph would show them (Graph: application), as far as the second factor needs them.
fn registrations(all: &[application::Needs]) -> Vec<Value> {
    let one = |needs: &application::Needs| {
        json!({
            "appId": needs.app_id, "web": { "redirectUris": needs.reply_urls },
            "optionalClaims": application::optional_claims(&needs.id_token_claims),
        })
    };
    all.iter().map(one).collect()
}

/// What the method is called, where nobody says otherwise.
const NAME: &str = "Vestibule";

/// What is sent to make the method (Graph: POST authenticationMethodConfigurations). No targets are named: an empty list is
/// none that Graph knows, and a method that is switched off is for nobody.
fn body(name: &str, wanted: &Wanted) -> Value {
    json!({
        "@odata.type": TYPE, "displayName": name, "state": "disabled", "appId": wanted.app_id,
        "openIdConnectSetting": { "clientId": wanted.client_id, "discoveryUrl": wanted.discovery_url },
    })
}

/// The method that is ours: the one with our discovery endpoint. Two servers may share an application, and what is changed
/// here is never the other one's.
pub(crate) fn ours<'a>(methods: &'a [Method], wanted: &Wanted) -> Option<&'a Method> {
    methods.iter().find(|method| method.discovery_url == wanted.discovery_url)
}

/// Every external method of a tenant.
pub(crate) async fn methods(client: &Client) -> Result<Vec<Method>, GraphError> {
    let path = ["policies", "authenticationMethodsPolicy", "authenticationMethodConfigurations"];
    let all = client.list::<Value>(&path, &Query::new()).first(MOST).await?;
    Ok(all.iter().filter_map(Method::read).collect())
}

/// What the application may do. Where something is missing a new token is asked for: consent shows in a new one only.
pub(crate) async fn roles(client: &Client, needed: &[&str]) -> Result<Vec<String>, GraphError> {
    let roles = client.token_claims().await?.roles;
    if needed.iter().all(|name| roles.iter().any(|role| role == name)) {
        return Ok(roles);
    }
    client.forget_token();
    Ok(client.token_claims().await?.roles)
}

/// What Graph said, for people.
pub(crate) fn told(error: &GraphError) -> String {
    let said = error.refusal().map_or_else(|| error.to_string(), |refusal| refusal.message.clone());
    if error.is_forbidden() { format!("{said} ({WRITER} or {READER} is missing)") } else { said }
}

/// Reading methods and policies needs this.
const READER: &str = "Policy.Read.All";

fn refused(error: &GraphError) -> MfaError {
    MfaError::Conflict(format!("Entra refused: {}", told(error)))
}

#[cfg(test)]
mod tests;
