//! What an actor needs leave for here. People who prove themselves need none of it: they have their sign-in.

use tenants::TenantId;

use crate::model::{AccountId, DeviceId, FactorId};

kernel::permission!(
    /// Reads providers, keys, people's factors without their secrets, and attempts.
    ReadMfa {} = "mfa.read", [Owner, Administrator, Helpdesk, Auditor]
);
kernel::permission!(
    /// Sets up, changes, switches or removes the second factor of a tenant.
    ChangeProvider { tenant: TenantId } = "mfa.change_provider", [Owner, Administrator]
);
kernel::permission!(
    /// Prepares, applies and undoes policies of the second factor.
    ChangePolicies { tenant: TenantId } = "mfa.change_policies", [Owner, Administrator]
);
kernel::permission!(
    /// Has another key sign, now or in time.
    RotateKeys { tenant: TenantId } = "mfa.rotate_keys", [Owner, Administrator]
);
kernel::permission!(
    /// Opens the account of a person who was never asked here, so that a first code can be given to them.
    OpenAccount { tenant: TenantId } = "mfa.open_account", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Unlocks a person who has guessed too often.
    Unlock { account: AccountId } = "mfa.unlock", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Takes a factor from a person, or all of them.
    RemoveFactor { account: AccountId, factor: Option<FactorId> } = "mfa.remove_factor", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Takes a browser from a person: one that is remembered, or in which they agree to sign-ins.
    RemoveBrowser { account: AccountId, device: DeviceId } = "mfa.remove_browser", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Gives a person a temporary code.
    IssueCode { account: AccountId } = "mfa.issue_code", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Writes to people of a tenant who could not pass.
    SendCampaign { tenant: TenantId } = "mfa.send_campaign", [Owner, Administrator]
);
kernel::permission!(
    /// Registers people of a tenant for the method in Entra, and takes that back.
    RegisterPeople { tenant: TenantId } = "mfa.register_people", [Owner, Administrator]
);
kernel::permission!(
    /// Imports what is known of models of security keys.
    ImportMetadata {} = "mfa.import_metadata", [Owner, Administrator]
);
kernel::permission!(
    /// Moves what a person proves themselves with between two accounts of theirs, and back.
    MergeAccounts { account: AccountId } = "mfa.merge_accounts", [Owner, Administrator]
);
kernel::permission!(
    /// Imports factors of people from another product.
    ImportFactors { tenant: TenantId } = "mfa.import_factors", [Owner, Administrator]
);
