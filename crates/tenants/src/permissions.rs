//! What an actor needs leave for here.

use crate::model::{CredentialId, TenantId};

kernel::permission!(
    /// Reads tenants, their status and their credentials' dates; never a secret.
    ReadTenants {} = "tenants.read_tenants", [Owner, Administrator, Helpdesk, Auditor]
);
kernel::permission!(
    /// Connects a tenant.
    ConnectTenant {} = "tenants.connect_tenant", [Owner, Administrator]
);
kernel::permission!(
    /// Changes a tenant's record.
    UpdateTenant { tenant: TenantId } = "tenants.update_tenant", [Owner, Administrator]
);
kernel::permission!(
    /// Disconnects a tenant.
    DeleteTenant { tenant: TenantId } = "tenants.delete_tenant", [Owner, Administrator]
);
kernel::permission!(
    /// Asks Entra how a tenant is.
    ProbeTenant { tenant: TenantId } = "tenants.probe_tenant", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Gives a tenant a credential.
    PutCredential { tenant: TenantId } = "tenants.put_credential", [Owner, Administrator]
);
kernel::permission!(
    /// Makes a staged credential the primary one.
    PromoteCredential { tenant: TenantId, credential: CredentialId } = "tenants.promote_credential", [Owner, Administrator]
);
kernel::permission!(
    /// Retires a credential.
    DeleteCredential { tenant: TenantId, credential: CredentialId } = "tenants.delete_credential", [Owner, Administrator]
);
