//! Users (`microsoft.graph.user`, v1.0).

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::property::resource;
use crate::field::Field;

resource!(
    /// A user, with every property that a directory sync may want.
    User {
        user_principal_name: String = "userPrincipalName",
        display_name: String = "displayName",
        given_name: String = "givenName",
        surname: String = "surname",
        mail: String = "mail",
        mail_nickname: String = "mailNickname",
        account_enabled: bool = "accountEnabled",
        user_type: String = "userType",
        creation_type: String = "creationType",
        external_user_state: String = "externalUserState",
        external_user_state_change_date_time: Timestamp = "externalUserStateChangeDateTime",
        created_date_time: Timestamp = "createdDateTime",
        deleted_date_time: Timestamp = "deletedDateTime",
        other_mails: Vec<String> = "otherMails",
        proxy_addresses: Vec<String> = "proxyAddresses",
        im_addresses: Vec<String> = "imAddresses",
        identities: Vec<Identity> = "identities",
        job_title: String = "jobTitle",
        department: String = "department",
        company_name: String = "companyName",
        office_location: String = "officeLocation",
        employee_id: String = "employeeId",
        employee_type: String = "employeeType",
        employee_hire_date: Timestamp = "employeeHireDate",
        employee_leave_date_time: Timestamp = "employeeLeaveDateTime",
        employee_org_data: EmployeeOrgData = "employeeOrgData",
        business_phones: Vec<String> = "businessPhones",
        mobile_phone: String = "mobilePhone",
        fax_number: String = "faxNumber",
        street_address: String = "streetAddress",
        postal_code: String = "postalCode",
        city: String = "city",
        state: String = "state",
        country: String = "country",
        usage_location: String = "usageLocation",
        preferred_language: String = "preferredLanguage",
        preferred_data_location: String = "preferredDataLocation",
        age_group: String = "ageGroup",
        password_policies: String = "passwordPolicies",
        last_password_change_date_time: Timestamp = "lastPasswordChangeDateTime",
        sign_in_sessions_valid_from_date_time: Timestamp = "signInSessionsValidFromDateTime",
        security_identifier: String = "securityIdentifier",
        assigned_licenses: Vec<AssignedLicense> = "assignedLicenses",
        show_in_address_list: bool = "showInAddressList",
        is_management_restricted: bool = "isManagementRestricted",
        on_premises_sync_enabled: bool = "onPremisesSyncEnabled",
        on_premises_immutable_id: String = "onPremisesImmutableId",
        on_premises_distinguished_name: String = "onPremisesDistinguishedName",
        on_premises_domain_name: String = "onPremisesDomainName",
        on_premises_sam_account_name: String = "onPremisesSamAccountName",
        on_premises_security_identifier: String = "onPremisesSecurityIdentifier",
        on_premises_user_principal_name: String = "onPremisesUserPrincipalName",
        on_premises_last_sync_date_time: Timestamp = "onPremisesLastSyncDateTime",
        on_premises_extension_attributes: BTreeMap<String, Option<String>> = "onPremisesExtensionAttributes",
        sign_in_activity: SignInActivity = "signInActivity",
    }
);

impl User {
    /// What a sync selects when nobody asked for more. All of it is readable with `User.Read.All` alone and is
    /// tracked by delta queries.
    pub const SYNC_SELECT: &'static [&'static str] = &[
        "userPrincipalName",
        "displayName",
        "givenName",
        "surname",
        "mail",
        "mailNickname",
        "accountEnabled",
        "userType",
        "creationType",
        "externalUserState",
        "createdDateTime",
        "otherMails",
        "proxyAddresses",
        "identities",
        "jobTitle",
        "department",
        "companyName",
        "officeLocation",
        "employeeId",
        "employeeType",
        "employeeHireDate",
        "employeeOrgData",
        "businessPhones",
        "mobilePhone",
        "faxNumber",
        "streetAddress",
        "postalCode",
        "city",
        "state",
        "country",
        "usageLocation",
        "preferredLanguage",
        "securityIdentifier",
        "assignedLicenses",
        "onPremisesSyncEnabled",
        "onPremisesImmutableId",
        "onPremisesDistinguishedName",
        "onPremisesDomainName",
        "onPremisesSamAccountName",
        "onPremisesSecurityIdentifier",
        "onPremisesUserPrincipalName",
        "onPremisesExtensionAttributes",
    ];

    /// A guest by its own word, or by the mark in its user principal name where Graph is silent.
    pub fn is_guest(&self) -> bool {
        match &self.user_type {
            Field::Value(kind) => kind.eq_ignore_ascii_case("guest"),
            Field::Absent | Field::Null => self.user_principal_name.text().is_some_and(|name| name.contains("#EXT#")),
        }
    }

    /// The mail addresses in `proxyAddresses`, sorted out by their prefixes.
    pub fn proxies(&self) -> ProxyAddresses<'_> {
        ProxyAddresses::parse(self.proxy_addresses.items())
    }
}

/// `proxyAddresses` sorted out: `SMTP:` is the primary, `smtp:` the aliases, anything else is not mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProxyAddresses<'a> {
    /// The primary mail address.
    pub primary: Option<&'a str>,
    /// Further mail addresses.
    pub aliases: Vec<&'a str>,
    /// Addresses of other kinds, with their prefix: `SIP:`, `X500:`, `EUM:`.
    pub others: Vec<&'a str>,
}

impl<'a> ProxyAddresses<'a> {
    /// Sorts out a list. A second primary, which Exchange forbids, counts as an alias.
    pub fn parse(addresses: &'a [String]) -> Self {
        let mut sorted = Self::default();
        for entry in addresses {
            match entry.split_once(':') {
                Some(("SMTP", address)) if sorted.primary.is_none() => sorted.primary = Some(address),
                Some((prefix, address)) if prefix.eq_ignore_ascii_case("smtp") => sorted.aliases.push(address),
                None if entry.contains('@') => sorted.aliases.push(entry),
                Some(_) | None => sorted.others.push(entry),
            }
        }
        sorted
    }
}

/// One way a user signs in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identity {
    /// `userPrincipalName`, `federated`, `emailAddress`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_type: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The issuer's own id of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_assigned_id: Option<String>,
}

/// Where a user stands in the organisation's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EmployeeOrgData {
    /// The cost centre.
    pub cost_center: Option<String>,
    /// The division.
    pub division: Option<String>,
}

/// One assigned licence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AssignedLicense {
    /// The licence.
    pub sku_id: Option<Uuid>,
    /// Parts of it that are switched off.
    pub disabled_plans: Vec<Uuid>,
}

/// When a user last signed in. Needs `AuditLog.Read.All` and a premium tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SignInActivity {
    /// With interaction, successful or not.
    pub last_sign_in_date_time: Option<Timestamp>,
    /// Without interaction.
    pub last_non_interactive_sign_in_date_time: Option<Timestamp>,
    /// Successful.
    pub last_successful_sign_in_date_time: Option<Timestamp>,
}
