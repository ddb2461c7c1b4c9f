//! Groups (`microsoft.graph.group`, v1.0).

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::property::resource;
use super::users::AssignedLicense;

resource!(
    /// A group, with every property that a directory sync may want. Members come by delta or by list.
    Group {
        display_name: String = "displayName",
        description: String = "description",
        mail: String = "mail",
        mail_nickname: String = "mailNickname",
        mail_enabled: bool = "mailEnabled",
        security_enabled: bool = "securityEnabled",
        group_types: Vec<String> = "groupTypes",
        membership_rule: String = "membershipRule",
        membership_rule_processing_state: String = "membershipRuleProcessingState",
        visibility: String = "visibility",
        is_assignable_to_role: bool = "isAssignableToRole",
        is_management_restricted: bool = "isManagementRestricted",
        created_date_time: Timestamp = "createdDateTime",
        renewed_date_time: Timestamp = "renewedDateTime",
        expiration_date_time: Timestamp = "expirationDateTime",
        deleted_date_time: Timestamp = "deletedDateTime",
        proxy_addresses: Vec<String> = "proxyAddresses",
        security_identifier: String = "securityIdentifier",
        unique_name: String = "uniqueName",
        classification: String = "classification",
        preferred_language: String = "preferredLanguage",
        preferred_data_location: String = "preferredDataLocation",
        resource_provisioning_options: Vec<String> = "resourceProvisioningOptions",
        assigned_licenses: Vec<AssignedLicense> = "assignedLicenses",
        on_premises_sync_enabled: bool = "onPremisesSyncEnabled",
        on_premises_domain_name: String = "onPremisesDomainName",
        on_premises_net_bios_name: String = "onPremisesNetBiosName",
        on_premises_sam_account_name: String = "onPremisesSamAccountName",
        on_premises_security_identifier: String = "onPremisesSecurityIdentifier",
        on_premises_last_sync_date_time: Timestamp = "onPremisesLastSyncDateTime",
    }
);

/// What sort of group it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A security group.
    Security,
    /// A Microsoft 365 group.
    Unified,
    /// A security group that gets mail; read-only in Graph.
    MailSecurity,
    /// A distribution list; read-only in Graph.
    Distribution,
}

impl Group {
    /// What a sync selects when nobody asked for more, without members.
    pub const SYNC_SELECT: &'static [&'static str] = &[
        "displayName",
        "description",
        "mail",
        "mailNickname",
        "mailEnabled",
        "securityEnabled",
        "groupTypes",
        "membershipRule",
        "membershipRuleProcessingState",
        "visibility",
        "isAssignableToRole",
        "createdDateTime",
        "proxyAddresses",
        "securityIdentifier",
        "onPremisesSyncEnabled",
        "onPremisesDomainName",
        "onPremisesSamAccountName",
        "onPremisesSecurityIdentifier",
    ];

    /// What sort of group it is.
    pub fn kind(&self) -> GroupKind {
        let is = |field: &crate::Field<bool>| field.value().copied().unwrap_or(false);
        if self.has_type("Unified") {
            return GroupKind::Unified;
        }
        match (is(&self.security_enabled), is(&self.mail_enabled)) {
            (true, true) => GroupKind::MailSecurity,
            (false, true) => GroupKind::Distribution,
            _ => GroupKind::Security,
        }
    }

    /// Whether a rule fills the group.
    pub fn is_dynamic(&self) -> bool {
        self.has_type("DynamicMembership")
    }

    fn has_type(&self, wanted: &str) -> bool {
        self.group_types.items().iter().any(|kind| kind == wanted)
    }
}
