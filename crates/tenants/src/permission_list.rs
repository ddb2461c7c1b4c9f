//! The permission list with its scripts, for a connected tenant or for one to come.

use kernel::May;
use oidc::{Certificate, Cloud};

use crate::grants;
use crate::model::{Slot, TenantId};
use crate::permissions::ReadTenants;
use crate::scripts::{Wanted, scripts};
use crate::store::credentials;
use crate::views::PermissionsView;
use crate::{Feature, Tenants, TenantsError};

impl Tenants {
    /// What a connected tenant needs, held against its last token; the scripts grant it to the application it has,
    /// and upload the newest staged certificate.
    pub async fn permissions(&self, may: &May<ReadTenants>, tenant: TenantId) -> Result<PermissionsView, TenantsError> {
        let organisation = may.actor().organisation;
        let tenant = self.find(organisation, tenant).await?;
        let roles = tenant.health.probed_at.map(|_| tenant.health.roles.as_slice());
        let found = grants::compare(&tenant.features, roles.unwrap_or_default());
        let records = credentials::list(&mut self.store.read().await?, organisation, tenant.id).await?;
        let staged = records.iter().find(|record| record.slot == Slot::Staged);
        let pem = staged.and_then(|record| record.certificate_pem.as_deref());
        let certificate = pem.map(Certificate::from_pem).transpose()?;
        let list = grants::needed(&tenant.features);
        let wanted = Wanted {
            cloud: &tenant.cloud,
            grants: &list,
            client_id: Some(tenant.client_id),
            certificate: certificate.as_ref(),
        };
        Ok(PermissionsView {
            permissions: list.iter().map(|grant| grant.view(roles)).collect(),
            superfluous: found.superfluous,
            scripts: scripts(&wanted),
        })
    }

    /// What these features will need; the scripts register a new application.
    pub fn permissions_for(&self, may: &May<ReadTenants>, features: &[Feature], cloud: &Cloud) -> PermissionsView {
        let _ = may;
        let list = grants::needed(features);
        let wanted = Wanted { cloud, grants: &list, client_id: None, certificate: None };
        PermissionsView {
            permissions: list.iter().map(|grant| grant.view(None)).collect(),
            superfluous: Vec::new(),
            scripts: scripts(&wanted),
        }
    }
}
