//! What the tenant's plan has of what External MFA needs: Conditional Access, Entra ID P1 (SYM-08; Graph: subscribedSku).

use graph::{Client, GraphError, Query};
use serde::Serialize;
use serde_json::Value;
use tenants::checklist::{Line, LineResult};
use utoipa::ToSchema;

/// Reading plans needs this.
pub(crate) const READER: &str = "Organization.Read.All";

/// The plans that count, the best first, as their service plans are named.
const PLANS: [(&str, &str); 2] = [("AAD_PREMIUM_P2", "P2"), ("AAD_PREMIUM", "P1")];

/// What a plan means for the second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaLicence)]
pub struct Licence {
    /// `P1` or `P2`; absent where there is neither, or it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<&'static str>,
    /// Whether it is enough; absent where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enough: Option<bool>,
    /// In a sentence.
    pub detail: String,
}

/// What Graph says of the tenant's plans.
pub(crate) async fn read(client: &Client) -> Result<Vec<Value>, GraphError> {
    client.list::<Value>(&["subscribedSkus"], &Query::new()).first(1_000).await
}

/// What it means.
pub(crate) fn judge(skus: &Result<Vec<Value>, GraphError>) -> Licence {
    let skus = match skus {
        Ok(skus) => skus,
        Err(error) if error.is_forbidden() => {
            return unknown(format!("the tenant’s plan could not be read: {READER} is missing"));
        }
        Err(error) => return unknown(format!("the tenant’s plan could not be read: {error}")),
    };
    let active = skus.iter().filter(|sku| sku["capabilityStatus"] == "Enabled" || sku["capabilityStatus"] == "Warning");
    let services: Vec<&str> = active
        .flat_map(|sku| sku["servicePlans"].as_array().into_iter().flatten())
        .filter_map(|plan| plan["servicePlanName"].as_str())
        .collect();
    let Some((_, plan)) = PLANS.into_iter().find(|(service, _)| services.contains(service)) else {
        let detail = "the tenant has neither Entra ID P1 nor P2: without Conditional Access no policy can ask for a second \
                      factor here";
        return Licence { plan: None, enough: Some(false), detail: detail.to_owned() };
    };
    let risk = if plan == "P1" { "; policies by risk need P2" } else { "" };
    let detail = format!("the tenant has Entra ID {plan}, which is enough{risk}");
    Licence { plan: Some(plan), enough: Some(true), detail }
}

fn unknown(detail: String) -> Licence {
    Licence { plan: None, enough: None, detail }
}

/// The same as a line of the doctor's.
pub(crate) fn line(skus: &Result<Vec<Value>, GraphError>) -> Line {
    let Licence { enough, detail, .. } = judge(skus);
    let (result, mend) = match enough {
        Some(true) => (LineResult::Ok, None),
        Some(false) => (LineResult::Fail, Some("get Entra ID P1 for those who are to be asked".to_owned())),
        None => (LineResult::Skipped, None),
    };
    let code = skus.as_ref().err().and_then(GraphError::raw_code);
    Line { name: "licence".into(), result, detail, code, mend, duration_ms: 0 }
}
