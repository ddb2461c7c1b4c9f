//! Whether an organisation has granted that addresses are read, and what an administrator has to know about codes that are
//! sent (SYM-02: a consent of its own).

use kernel::{May, Timestamp};
use serde::Serialize;
use tenants::grants::needed;
use tenants::{Feature, Tenant, TenantId};
use utoipa::ToSchema;

use super::limits::day_of;
use crate::error::MfaError;
use crate::gateway::{GatewayView, StoredGateway};
use crate::permissions::ReadMfa;
use crate::service::Mfa;
use crate::store::{gateways, messages as rows};

kernel::text_enum!(
    /// Whether addresses may be read.
    pub enum Granted {
        /// Nobody has chosen it for the tenant here.
        NotChosen = "not_chosen",
        /// It is chosen, and an administrator of the tenant has not consented.
        NotGranted = "not_granted",
        /// Addresses are read when they are needed.
        Granted = "granted",
    }
);

impl Granted {
    /// What is known of a tenant: what is chosen for it here, and what its last token carried.
    pub fn of(tenant: &Tenant) -> Self {
        if !tenant.features.contains(&Feature::OutOfBand) {
            return Self::NotChosen;
        }
        let all = needed(&[Feature::OutOfBand]).iter().all(|grant| grant.is_met_by(&tenant.health.roles));
        if all { Self::Granted } else { Self::NotGranted }
    }
}

/// How codes that are sent stand for a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaOutOfBand)]
pub struct OutOfBandView {
    /// Whether addresses may be read out of Entra. Until they may, nobody is offered a code that is sent.
    pub consent: Granted,
    /// The permission that an administrator of the tenant consents to.
    pub permission: &'static str,
    /// What to do next; empty where nothing is to be done.
    pub mend: String,
    /// Where an administrator of the tenant consents.
    pub consent_url: String,
    /// Whether letters can be sent: a mail server is configured.
    pub mail: bool,
    /// How text messages and calls leave.
    pub gateways: Vec<GatewayView>,
    /// What today's messages have cost so far (UTC), in hundredths.
    pub spent_today: i64,
    /// How many they were.
    pub messages_today: i64,
    /// When the day's money was spent: nothing more is sent until midnight UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capped_at: Option<Timestamp>,
}

impl Mfa {
    /// How codes that are sent stand for a tenant.
    pub async fn out_of_band(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<OutOfBandView, MfaError> {
        let organisation = may.actor().organisation;
        let tenant = self.parts.tenants.find(organisation, tenant).await?;
        let consent = Granted::of(&tenant);
        let authority = oidc::Authority::of(&tenant.cloud).map_err(|error| MfaError::Invalid(error.to_string()))?;
        let consent_url = authority.admin_consent(tenant.entra_id, &tenant.client_id.to_string()).to_string();
        let mut tx = self.store().read().await?;
        let gateways = gateways::list(&mut tx, organisation, tenant.id).await?;
        let spend = rows::spent(&mut tx, (tenant.id, day_of(self.env().now()))).await?;
        let (spent_today, messages_today, capped_at) = spend.unwrap_or((0, 0, None));
        Ok(OutOfBandView {
            consent,
            permission: needed(&[Feature::OutOfBand]).first().map_or("", |grant| grant.name),
            mend: mend(consent).to_owned(),
            consent_url,
            mail: self.out_of_band.post.as_ref().is_some_and(|post| post.mailer.is_some()),
            gateways: gateways.into_iter().map(StoredGateway::view).collect(),
            spent_today,
            messages_today,
            capped_at,
        })
    }
}

fn mend(consent: Granted) -> &'static str {
    match consent {
        Granted::NotChosen => {
            "add the feature out_of_band to the tenant, add the permission to its application, then have an administrator \
             open the consent link"
        }
        Granted::NotGranted => {
            "add the permission to the tenant's application, have an administrator open the consent link, then test the \
             tenant"
        }
        Granted::Granted => "",
    }
}
