//! `/organization`, `/domains` and the licences: the tenant itself.

use axum::extract::Path;
use axum::response::Response;
use serde_json::{Value, json};

use super::query::Asked;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::world::{License, Tenant};

/// The catalogue also accepts plain user reading for the organisation.
const READ: [&str; 6] = [
    "Organization.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Organization.ReadWrite.All",
];
const READ_DOMAINS: [&str; 3] = ["Domain.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// `GET /organization`: always one.
pub async fn list(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    token.require(&READ)?;
    asked.page("organization", vec![organization(&token.tenant)])
}

/// `GET /organization/{id}`.
pub async fn read(token: AppToken, asked: Asked, Path(id): Path<String>) -> Result<Response, GraphError> {
    token.require(&READ)?;
    if id.parse() != Ok(token.tenant.id) {
        return Err(GraphError::not_found(&id));
    }
    asked.entity("organization", organization(&token.tenant))
}

/// `GET /domains`.
pub async fn list_domains(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    token.require(&READ_DOMAINS)?;
    asked.page("domains", token.tenant.domains.iter().map(|name| domain(&token.tenant, name)).collect())
}

/// `GET /domains/{id}`.
pub async fn read_domain(token: AppToken, asked: Asked, Path(id): Path<String>) -> Result<Response, GraphError> {
    token.require(&READ_DOMAINS)?;
    let name = token.tenant.domains.iter().find(|name| name.eq_ignore_ascii_case(&id));
    asked.entity("domains", domain(&token.tenant, name.ok_or_else(|| GraphError::not_found(&id))?))
}

/// `GET /subscribedSkus`.
pub async fn list_skus(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    token.require(&READ)?;
    let (part, plan, sku, service) = match token.tenant.license() {
        License::Free => return asked.page("subscribedSkus", Vec::new()),
        License::P1 => (
            "AAD_PREMIUM",
            "AAD_PREMIUM",
            "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
            "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
        ),
        License::P2 => (
            "AAD_PREMIUM_P2",
            "AAD_PREMIUM_P2",
            "84a661c4-e949-4bd2-a560-ed7766fcaf2b",
            "eec0eb4f-6444-4f95-aba0-50c24d67f998",
        ),
    };
    let users = token.tenant.directory().live(crate::directory::Kind::User).len();
    asked.page("subscribedSkus", vec![json!({
        "id": format!("{}_{sku}", token.tenant.id), "accountId": token.tenant.id, "accountName": token.tenant.display_name,
        "appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": users, "skuId": sku, "skuPartNumber": part,
        "subscriptionIds": [], "prepaidUnits": { "enabled": users, "suspended": 0, "warning": 0, "lockedOut": 0 },
        "servicePlans": [{ "servicePlanId": service, "servicePlanName": plan, "provisioningStatus": "Success", "appliesTo": "User" }],
    })])
}

fn organization(tenant: &Tenant) -> Value {
    json!({
        "id": tenant.id, "deletedDateTime": null, "businessPhones": ["+46 46 555 01 00"], "city": "Lund", "country": null,
        "countryLetterCode": "SE", "createdDateTime": tenant.created, "defaultUsageLocation": null,
        "displayName": tenant.display_name, "marketingNotificationEmails": [], "mobileDeviceManagementAuthority": "unknown",
        "onPremisesLastSyncDateTime": null, "onPremisesSyncEnabled": null, "partnerTenantType": null,
        "postalCode": "22100", "preferredLanguage": "en", "privacyProfile": null,
        "securityComplianceNotificationMails": [], "securityComplianceNotificationPhones": [], "state": null,
        "street": null, "technicalNotificationMails": [format!("admin@{}", tenant.default_domain)], "tenantType": "AAD",
        "assignedPlans": plans(tenant), "provisionedPlans": [],
        "verifiedDomains": tenant.domains.iter().map(|name| verified_domain(tenant, name)).collect::<Vec<_>>(),
    })
}

fn plans(tenant: &Tenant) -> Value {
    let plan = match tenant.license() {
        License::Free => return json!([]),
        License::P1 => "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
        License::P2 => "eec0eb4f-6444-4f95-aba0-50c24d67f998",
    };
    json!([{
        "assignedDateTime": tenant.created, "capabilityStatus": "Enabled", "service": "AADPremiumService",
        "servicePlanId": plan,
    }])
}

fn verified_domain(tenant: &Tenant, name: &str) -> Value {
    json!({
        "capabilities": "Email, OfficeCommunicationsOnline", "isDefault": name == tenant.default_domain,
        "isInitial": name.ends_with(".onmicrosoft.com"), "name": name, "type": "Managed",
    })
}

fn domain(tenant: &Tenant, name: &str) -> Value {
    json!({
        "id": name, "authenticationType": "Managed", "availabilityStatus": null, "isAdminManaged": true,
        "isDefault": name == tenant.default_domain, "isInitial": name.ends_with(".onmicrosoft.com"), "isRoot": true,
        "isVerified": true, "supportedServices": ["Email", "OfficeCommunicationsOnline"], "manufacturer": null,
        "model": null, "passwordValidityPeriodInDays": null, "passwordNotificationWindowInDays": null, "state": null,
    })
}
