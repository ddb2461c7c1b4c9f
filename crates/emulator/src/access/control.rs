//! Custom controls (retiring): what a policy may ask of a provider that is no second factor (Entra: Conditional Access, custom
//! controls). They are pasted as JSON and never change.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Access;
use super::policy::texts;

/// A provider and the controls that it answers, as providers hand them out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomControl {
    /// What administrators see.
    pub name: String,
    /// The provider's application, consented to in the tenant.
    pub app_id: Uuid,
    /// What the provider calls this tenant.
    pub client_id: String,
    /// Where the provider describes itself.
    pub discovery_url: String,
    /// What policies can ask for.
    pub controls: Vec<Control>,
}

/// One thing that policies can ask for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Control {
    /// What policies name it by (`customAuthenticationFactors`).
    pub id: String,
    /// What administrators see.
    pub name: String,
    /// What the provider must answer.
    #[serde(default)]
    pub claims_requested: Vec<ClaimRequested>,
}

/// A claim that the provider must answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClaimRequested {
    /// Its name.
    #[serde(rename = "Type")]
    pub name: String,
    /// Its value.
    #[serde(default)]
    pub value: Option<String>,
    /// Or one of these.
    #[serde(default)]
    pub values: Option<Vec<String>>,
}

impl ClaimRequested {
    /// Whether an answer will do.
    pub fn takes(&self, said: &Value) -> bool {
        let said = said.as_str();
        let several = self.values.iter().flatten();
        said.is_some() && self.value.iter().chain(several).any(|wanted| Some(wanted.as_str()) == said)
    }
}

impl Control {
    /// The `claims` parameter that asks for it (OpenID Connect Core §5.5).
    pub fn claims(&self) -> Value {
        let one = |claim: &ClaimRequested| {
            let wanted = match (&claim.value, &claim.values) {
                (Some(value), _) => json!({ "essential": true, "value": value }),
                (None, values) => json!({ "essential": true, "values": values }),
            };
            (claim.name.clone(), wanted)
        };
        json!({ "id_token": self.claims_requested.iter().map(one).collect::<Map<_, _>>() })
    }
}

impl Access {
    /// A control by the id that policies name it by, with its provider.
    pub fn control(&self, id: &str) -> Option<(&CustomControl, &Control)> {
        let of = |custom: &CustomControl| custom.controls.iter().position(|control| control.id == id);
        self.controls.values().find_map(|custom| Some((custom, &custom.controls[of(custom)?])))
    }

    /// Whether any policy asks for one of these.
    pub fn asks_for(&self, custom: &CustomControl) -> bool {
        let asked = self.policies.values().flat_map(|policy| {
            let grant = &policy["grantControls"];
            texts(&grant["customAuthenticationFactors"])
        });
        asked.into_iter().any(|id| custom.controls.iter().any(|control| control.id == id))
    }
}
