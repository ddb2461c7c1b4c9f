//! Custom controls of Conditional Access, which retire: an existing one's JSON is read, what it did is told, and the way from it
//! to External MFA is written down.
//!
//! What it deliberately does not do: change anything, here or in Entra. Whether custom controls are answered meanwhile is set with
//! the tenant's settings.

mod plan;

use std::collections::BTreeSet;

use kernel::May;
use serde::{Deserialize, Serialize};
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

pub use plan::Step;

use crate::doctor;
use crate::error::MfaError;
use crate::method;
use crate::model::ProviderState;
use crate::permissions::ReadMfa;
use crate::readiness::policy::PolicyState;
use crate::service::Mfa;

/// The longest JSON that is looked at: Entra takes no longer one.
const LONGEST: usize = 64 * 1024;

/// A custom control's JSON.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaCustomControlImport)]
pub struct NewControl {
    /// The JSON as it was pasted into Entra (*Conditional Access > Custom controls*).
    pub json: String,
}

/// What a custom control did, and the way from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaCustomControl)]
pub struct ControlView {
    /// What administrators called it.
    pub name: String,
    /// The provider's application in Entra.
    pub app_id: Option<Uuid>,
    /// What Entra calls itself to the provider.
    pub client_id: String,
    /// Where the provider's metadata are.
    pub discovery_url: String,
    /// The server that people were sent to.
    pub host: String,
    /// Whether that is this server, for this tenant.
    pub is_ours: bool,
    /// What policies could ask for.
    pub controls: Vec<Asked>,
    /// What has to be answered so that it goes on working, as `custom_controls.claims` of the settings has it: `Type=Value`.
    pub answers: Vec<String>,
    /// The policies that ask for it; empty where Entra could not be asked.
    pub used_by: Vec<UsedBy>,
    /// Why Entra could not be asked; null where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The way from it, step by step.
    pub plan: Vec<Step>,
    /// The same as a text (Markdown), to be handed on.
    pub text: String,
}

/// What a policy could ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaCustomControlAsked)]
pub struct Asked {
    /// The word that policies hold.
    pub id: String,
    /// What administrators choose.
    pub name: String,
    /// What the provider had to answer, a sentence each.
    pub claims: Vec<String>,
}

/// A policy that asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaCustomControlUse)]
pub struct UsedBy {
    /// Its name.
    pub policy: String,
    /// Whether it is in force.
    pub state: PolicyState,
    /// Whether it asks for *Require multifactor authentication* as well.
    pub asks_mfa: bool,
}

/// The JSON as providers hand it out. Names are taken in any case.
#[derive(Deserialize)]
struct Read {
    #[serde(alias = "name", rename = "Name")]
    name: String,
    #[serde(alias = "appId", rename = "AppId", default)]
    app_id: String,
    #[serde(alias = "clientId", rename = "ClientId", default)]
    client_id: String,
    #[serde(alias = "discoveryUrl", rename = "DiscoveryUrl")]
    discovery_url: String,
    #[serde(alias = "controls", rename = "Controls")]
    controls: Vec<ReadControl>,
}

#[derive(Deserialize)]
struct ReadControl {
    #[serde(alias = "id", rename = "Id")]
    id: String,
    #[serde(alias = "name", rename = "Name", default)]
    name: String,
    #[serde(alias = "claimsRequested", rename = "ClaimsRequested", default)]
    claims: Option<Vec<ReadClaim>>,
}

#[derive(Deserialize)]
struct ReadClaim {
    #[serde(alias = "type", rename = "Type")]
    kind: String,
    #[serde(alias = "value", rename = "Value", default)]
    value: Option<String>,
    #[serde(alias = "values", rename = "Values", default)]
    values: Option<Vec<String>>,
}

impl ReadClaim {
    /// The values that will do; none: any.
    fn all(&self) -> Vec<&str> {
        self.value.iter().chain(self.values.iter().flatten()).map(String::as_str).collect()
    }

    fn answer(&self) -> String {
        format!("{}={}", self.kind, self.all().first().unwrap_or(&"true"))
    }

    fn told(&self) -> String {
        match self.all().as_slice() {
            [] => format!("the claim {}, with any value", self.kind),
            [one] => format!("the claim {} with the value {one}", self.kind),
            all => format!("the claim {} with one of the values {}", self.kind, all.join(", ")),
        }
    }
}

/// Reads a custom control. Pure.
pub fn read(json: &str) -> Result<ControlView, MfaError> {
    let wrong = |why: String| MfaError::Invalid(format!("json {why}"));
    if json.len() > LONGEST {
        return Err(wrong(format!("is longer than {} KB", LONGEST / 1024)));
    }
    let read: Read =
        serde_json::from_str(json.trim()).map_err(|error| wrong(format!("is no custom control: {error}")))?;
    let url =
        url::Url::parse(&read.discovery_url).map_err(|_| wrong("has a DiscoveryUrl that is no address".to_owned()))?;
    if read.controls.is_empty() {
        return Err(wrong("names no control".to_owned()));
    }
    let answers: BTreeSet<String> =
        read.controls.iter().flat_map(|control| control.claims.iter().flatten()).map(ReadClaim::answer).collect();
    let asked = |control: ReadControl| Asked {
        claims: control.claims.iter().flatten().map(ReadClaim::told).collect(),
        name: if control.name.is_empty() { control.id.clone() } else { control.name },
        id: control.id,
    };
    Ok(ControlView {
        name: read.name,
        app_id: read.app_id.parse().ok(),
        client_id: read.client_id,
        host: url.host_str().unwrap_or_default().to_owned(),
        discovery_url: read.discovery_url,
        is_ours: false,
        answers: answers.into_iter().collect(),
        controls: read.controls.into_iter().map(asked).collect(),
        used_by: Vec::new(),
        unread: None,
        plan: Vec::new(),
        text: String::new(),
    })
}

impl Mfa {
    /// Tells what a custom control did, who asks for it, and the way from it. Nothing is kept.
    pub async fn explain_control(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        new: &NewControl,
    ) -> Result<ControlView, MfaError> {
        let mut view = read(&new.json)?;
        let organisation = may.actor().organisation;
        let provider = self.own_provider(&mut self.store().read().await?, organisation, tenant).await?;
        let client = self.parts.tenants.client(organisation, tenant).await?;
        let mut beside = Vec::new();
        match doctor::policies(&client).await {
            Ok(policies) => {
                beside = plan::beside(&policies);
                let named = |id: &String| view.controls.iter().any(|control| control.id == *id);
                let using = policies.into_iter().filter(|policy| policy.custom_controls.iter().any(named));
                let used_by = using.map(|policy| UsedBy {
                    policy: policy.name.clone(),
                    state: policy.state,
                    asks_mfa: policy.asks_mfa,
                });
                view.used_by = used_by.collect();
            }
            Err(error) => view.unread = Some(method::told(&error)),
        }
        view.is_ours = view.discovery_url == self.wanted(&provider).discovery_url;
        let here = plan::Here {
            is_on: provider.state == ProviderState::On,
            client_id: &provider.client_id,
            controls: &provider.settings.custom_controls,
        };
        view.plan = plan::steps(&view, &beside, &here);
        view.text = plan::text(&view);
        Ok(view)
    }
}

#[cfg(test)]
mod tests;
