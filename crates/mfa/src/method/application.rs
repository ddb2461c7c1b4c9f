//! What the applications in Entra must hold, and how it gets there: by hand, by a script, or by Microsoft Graph.
//!
//! ```text
//! the method's App ID ────────────► reply address: our authorization endpoint (eam.md §3; otherwise AADSTS50161)
//! the tenant's own application ───► reply address: the portal's way back (otherwise AADSTS50011),
//!                                   optional claim auth_time: how fresh a sign-in is
//! ```
//!
//! Where both are one application it holds all of it. Nothing that is there is taken away.

use std::fmt::Write as _;

use graph::{Client, GraphError, Query};
use kernel::May;
use oidc::Cloud;
use serde::Serialize;
use serde_json::{Value, json};
use signals::{Entry, Object};
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{roles, told};
use crate::error::MfaError;
use crate::model::Provider;
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::service::Mfa;

/// When the person last entered something at Entra (OpenID Connect Core §2); in Entra an optional claim.
pub(crate) const AUTH_TIME: &str = "auth_time";
/// Changing applications needs this, or to own them with `Application.ReadWrite.OwnedBy`.
const WRITE_APPLICATIONS: &str = "Application.ReadWrite.All";

/// What an application in Entra must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaApplicationNeeds)]
pub struct Needs {
    /// Its App ID.
    pub app_id: String,
    /// Reply addresses (platform *Web*).
    pub reply_urls: Vec<String>,
    /// Optional claims of the ID token.
    pub id_token_claims: Vec<String>,
    /// Whether it stands for us in the method: then people's sign-in is consented to, `openid` and `profile`.
    pub of_method: bool,
}

impl Needs {
    /// The optional claims as an application's manifest has them; empty for none.
    pub fn manifest(&self) -> String {
        let claims = &self.id_token_claims;
        if claims.is_empty() { String::new() } else { optional_claims(claims).to_string() }
    }
}

/// What the applications must hold, and scripts that see to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaApplications)]
pub struct Applications {
    /// One application, or two where the method has one of its own.
    pub applications: Vec<Needs>,
    /// For PowerShell with the Microsoft Graph module.
    pub powershell: String,
    /// For a shell with the Azure CLI.
    pub az: String,
}

/// What was done to an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaApplicationPrepared)]
pub struct Prepared {
    /// Its App ID.
    pub app_id: String,
    /// Whether it is registered in this tenant; one of another tenant is prepared there.
    pub found: bool,
    /// Reply addresses and optional claims that were not there; empty where nothing was missing.
    pub added: Vec<String>,
}

/// The application that people's portal signs them in by, and its address there.
fn of_portal(app_id: &str, back: String) -> Needs {
    let (app_id, id_token_claims) = (app_id.to_owned(), vec![AUTH_TIME.to_owned()]);
    Needs { app_id, reply_urls: vec![back], id_token_claims, of_method: false }
}

/// The applications of a second factor, each by its App ID and address: the method's, and that of people's portal.
pub(crate) fn needs(method: (&str, &str), portal: (&str, &str)) -> Vec<Needs> {
    let of_portal = of_portal(portal.0, portal.1.to_owned());
    if method.0.eq_ignore_ascii_case(portal.0) {
        let reply_urls = vec![method.1.to_owned(), portal.1.to_owned()];
        return vec![Needs { reply_urls, of_method: true, ..of_portal }];
    }
    let of_method = Needs {
        app_id: method.0.to_owned(),
        reply_urls: vec![method.1.to_owned()],
        id_token_claims: Vec::new(),
        of_method: true,
    };
    vec![of_method, of_portal]
}

/// Optional claims of the ID token as Graph has them (Graph: optionalClaims).
pub(crate) fn optional_claims(names: &[String]) -> Value {
    let claims: Vec<Value> = names.iter().map(|name| json!({ "name": name, "essential": false })).collect();
    json!({ "idToken": claims })
}

/// What is missing in an application, and the change that adds it; nothing where nothing is.
fn missing(found: &Value, needs: &Needs) -> Option<(Vec<String>, Value)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (mut urls, mut claims) = (list(&found["web"]["redirectUris"]), list(&found["optionalClaims"]["idToken"]));
    let has_url = |url: &String| urls.iter().any(|had| had == url.as_str());
    let more_urls: Vec<&String> = needs.reply_urls.iter().filter(|url| !has_url(url)).collect();
    let has_claim = |name: &String| claims.iter().any(|had| had["name"] == name.as_str());
    let more_claims: Vec<&String> = needs.id_token_claims.iter().filter(|name| !has_claim(name)).collect();
    let added: Vec<String> = more_urls.iter().chain(&more_claims).map(|one| (*one).clone()).collect();
    let (more_urls, more_claims): (Vec<Value>, Vec<Value>) = (
        more_urls.into_iter().map(|url| json!(url)).collect(),
        more_claims.into_iter().map(|name| json!({ "name": name, "essential": false })).collect(),
    );
    let mut change = json!({});
    if !more_urls.is_empty() {
        urls.extend(more_urls);
        change["web"] = json!({ "redirectUris": urls });
    }
    if !more_claims.is_empty() {
        claims.extend(more_claims);
        let mut all = found["optionalClaims"].as_object().cloned().unwrap_or_default();
        all.insert("idToken".to_owned(), Value::Array(claims));
        change["optionalClaims"] = Value::Object(all);
    }
    (!added.is_empty()).then_some((added, change))
}

/// A registration of this tenant by its App ID.
pub(crate) async fn registration(client: &Client, app_id: &str) -> Result<Option<Value>, GraphError> {
    let filter = format!("appId eq {}", graph::query::quote(app_id));
    let query = Query::new().select(["id", "appId", "displayName", "web", "optionalClaims"]).filter(filter);
    Ok(client.list::<Value>(&["applications"], &query).first(1).await?.pop())
}

impl Mfa {
    /// The applications of a second factor.
    pub(crate) async fn needs(&self, provider: &Provider) -> Result<Vec<Needs>, MfaError> {
        let own = self.tenant_of(provider.organisation, provider.tenant).await?.client_id.to_string();
        let (wanted, back) = (self.wanted(provider), self.portal_redirect_uri());
        Ok(needs((wanted.app_id.as_str(), wanted.authorization_endpoint.as_str()), (own.as_str(), back.as_str())))
    }

    /// What people's portal needs of the tenant's own application.
    pub(crate) async fn portal_needs(&self, provider: &Provider) -> Result<Needs, MfaError> {
        let own = self.tenant_of(provider.organisation, provider.tenant).await?.client_id;
        Ok(of_portal(&own.to_string(), self.portal_redirect_uri()))
    }

    /// What the applications in Entra must hold, and scripts that see to it.
    pub async fn get_applications(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Applications, MfaError> {
        let provider = self.own_provider(&mut self.store().read().await?, may.actor().organisation, tenant).await?;
        let cloud = self.tenant_of(provider.organisation, tenant).await?.cloud;
        let applications = self.needs(&provider).await?;
        let (powershell, az) = (powershell(&cloud, &applications), az(&cloud, &applications));
        Ok(Applications { applications, powershell, az })
    }

    /// Adds what is missing in the applications, by Microsoft Graph.
    pub async fn prepare_applications(&self, may: &May<ChangeProvider>) -> Result<Vec<Prepared>, MfaError> {
        let (provider, client) = self.method_of(may).await?;
        // Consent that was given a moment ago shows in a new token only.
        roles(&client, &[WRITE_APPLICATIONS]).await.map_err(|error| refused(&error))?;
        let mut all = Vec::new();
        for needs in self.needs(&provider).await? {
            let found = registration(&client, &needs.app_id).await.map_err(|error| refused(&error))?;
            let change = found.as_ref().and_then(|found| missing(found, &needs));
            let mut prepared = Prepared { app_id: needs.app_id, found: found.is_some(), added: Vec::new() };
            if let (Some(found), Some((added, change))) = (&found, change) {
                let path = format!("/applications/{}", found["id"].as_str().unwrap_or_default());
                client.patch(&path, &change).await.map_err(|error| refused(&error))?;
                prepared.added = added;
            }
            all.push(prepared);
        }
        let object = Object::new("tenant", provider.tenant, provider.client_id.as_str());
        let mut tx = self.store().begin().await?;
        self.tell(&mut tx, may.actor(), Entry::act("mfa.application_prepared").object(object).after(&all)).await?;
        tx.commit().await?;
        Ok(all)
    }
}

fn refused(error: &GraphError) -> MfaError {
    if error.is_forbidden() {
        let way = "or run the script, or enter it by hand";
        return MfaError::Conflict(format!(
            "the tenant’s application may not change applications: give it {WRITE_APPLICATIONS} for the time being, {way}"
        ));
    }
    MfaError::Conflict(format!("Entra refused: {}", told(error)))
}

// === scripts ===

/// What an operator typed becomes a part of a script only where it is an id.
fn id_of(needs: &Needs) -> String {
    needs.app_id.parse::<Uuid>().map_or_else(|_| "APP_ID".to_owned(), |id| id.to_string())
}

fn quoted(texts: &[String], between: &str) -> String {
    let all: Vec<String> = texts.iter().map(|text| format!("'{}'", text.replace('\'', ""))).collect();
    all.join(between)
}

fn powershell(cloud: &Cloud, all: &[Needs]) -> String {
    let environment = match cloud {
        Cloud::UsGovernment => " -Environment USGov",
        Cloud::China => " -Environment China",
        Cloud::Global | Cloud::Custom { .. } => "",
    };
    let mut text = format!(
        "# Run as Privileged Role Administrator; needs: Install-Module Microsoft.Graph -Scope CurrentUser\n\
         $ErrorActionPreference = 'Stop'\n\
         Connect-MgGraph{environment} -NoWelcome -Scopes 'Application.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All'\n\
         function Complete-Application($AppId, $ReplyUrls, $Claims) {{\n    \
         $app = Get-MgApplication -Filter \"appId eq '$AppId'\"\n    \
         $urls = @($app.Web.RedirectUris) + @($ReplyUrls) | Where-Object {{ $_ }} | Select-Object -Unique\n    \
         Update-MgApplication -ApplicationId $app.Id -Web @{{ RedirectUris = @($urls) }}\n    \
         if (-not $Claims) {{ return }}\n    \
         $had = @($app.OptionalClaims.IdToken | Where-Object {{ $_ -and $_.Name -notin $Claims }})\n    \
         $more = @($Claims | ForEach-Object {{ @{{ Name = $_ }} }})\n    \
         $access = @($app.OptionalClaims.AccessToken | Where-Object {{ $_ }})\n    \
         Update-MgApplication -ApplicationId $app.Id -OptionalClaims @{{ IdToken = $had + $more; AccessToken = $access }}\n\
         }}\n"
    );
    for needs in all {
        let (id, urls, claims) = (id_of(needs), quoted(&needs.reply_urls, ", "), quoted(&needs.id_token_claims, ", "));
        let _ = writeln!(text, "Complete-Application '{id}' @({urls}) @({claims})");
    }
    for id in all.iter().filter(|needs| needs.of_method).map(id_of) {
        let _ = writeln!(
            text,
            "$graph = Get-MgServicePrincipal -Filter \"appId eq '{graph_id}'\"\n\
             $principal = Get-MgServicePrincipal -Filter \"appId eq '{id}'\"\n\
             if (-not $principal) {{ $principal = New-MgServicePrincipal -AppId '{id}' }}\n\
             if (-not (Get-MgOauth2PermissionGrant -Filter \"clientId eq '$($principal.Id)' and consentType eq 'AllPrincipals'\")) {{\n    \
             New-MgOauth2PermissionGrant -ClientId $principal.Id -ConsentType 'AllPrincipals' -ResourceId $graph.Id `\n        \
             -Scope 'openid profile' | Out-Null\n}}",
            graph_id = graph::GRAPH_APP_ID,
        );
    }
    text
}

fn az(cloud: &Cloud, all: &[Needs]) -> String {
    let cloud = match cloud {
        Cloud::UsGovernment => "az cloud set --name AzureUSGovernment\n",
        Cloud::China => "az cloud set --name AzureChinaCloud\n",
        Cloud::Global | Cloud::Custom { .. } => "",
    };
    let mut text = format!(
        "#!/bin/sh\n# Run as Privileged Role Administrator, signed in to the tenant.\nset -eu\n\
         {cloud}az login --allow-no-subscriptions --output none\n\
         reply() {{ # $1: the application, $2: a reply address that it is to have too\n  \
         HAD=$(az ad app show --id \"$1\" --query web.redirectUris --output tsv)\n  \
         echo \"$HAD\" | grep -Fqx \"$2\" || az ad app update --id \"$1\" --web-redirect-uris $HAD \"$2\"\n}}\n"
    );
    for needs in all {
        let id = id_of(needs);
        for url in &needs.reply_urls {
            let _ = writeln!(text, "reply {id} {}", quoted(std::slice::from_ref(url), ""));
        }
        if !needs.id_token_claims.is_empty() {
            let _ = writeln!(
                text,
                "# In place of the optional claims that are there: az ad app show --id {id} --query optionalClaims\n\
                 az ad app update --id {id} --optional-claims '{}'",
                optional_claims(&needs.id_token_claims),
            );
        }
        if needs.of_method {
            let _ = writeln!(
                text,
                "az ad sp show --id {id} --output none 2>/dev/null || az ad sp create --id {id} --output none\n\
                 az ad app permission grant --id {id} --api {} --scope 'openid profile' --output none",
                graph::GRAPH_APP_ID,
            );
        }
    }
    text
}

#[cfg(test)]
mod tests;
