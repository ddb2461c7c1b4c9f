//! A directory user as the filter sees it.

use directory::UserAttributes;

use crate::filter::{Attributes, Value};

/// A directory user as the filter sees it.
pub(crate) struct Filterable<'a>(pub(crate) &'a UserAttributes);

impl Attributes for Filterable<'_> {
    fn value(&self, path: &str) -> Value<'_> {
        let user = self.0;
        if let Some((head, tail)) = path.split_once('/') {
            let map = match head {
                "onPremisesExtensionAttributes" => &user.on_premises_extension_attributes,
                "employeeOrgData" => &user.employee_org_data,
                "manager" => return user.manager.into(),
                _ => return Value::Null,
            };
            return map.get(tail).into();
        }
        match path {
            "accountEnabled" => Value::Flag(user.account_enabled.unwrap_or(true)),
            "ageGroup" => (&user.age_group).into(),
            "assignedLicenses" => Value::List(&user.assigned_licenses),
            "businessPhones" => Value::List(&user.business_phones),
            "city" => (&user.city).into(),
            "companyName" => (&user.company_name).into(),
            "country" => (&user.country).into(),
            "createdDateTime" => (&user.created_date_time).into(),
            "creationType" => (&user.creation_type).into(),
            "department" => (&user.department).into(),
            "displayName" => (&user.display_name).into(),
            "employeeHireDate" => (&user.employee_hire_date).into(),
            "employeeId" => (&user.employee_id).into(),
            "employeeType" => (&user.employee_type).into(),
            "externalUserState" => (&user.external_user_state).into(),
            "faxNumber" => (&user.fax_number).into(),
            "givenName" => (&user.given_name).into(),
            "imAddresses" => Value::List(&user.im_addresses),
            "jobTitle" => (&user.job_title).into(),
            "mail" => (&user.mail).into(),
            "mailNickname" => (&user.mail_nickname).into(),
            "mobilePhone" => (&user.mobile_phone).into(),
            "officeLocation" => (&user.office_location).into(),
            "onPremisesDistinguishedName" => (&user.on_premises_distinguished_name).into(),
            "onPremisesDomainName" => (&user.on_premises_domain_name).into(),
            "onPremisesImmutableId" => (&user.on_premises_immutable_id).into(),
            "onPremisesLastSyncDateTime" => (&user.on_premises_last_sync_date_time).into(),
            "onPremisesSamAccountName" => (&user.on_premises_sam_account_name).into(),
            "onPremisesSecurityIdentifier" => (&user.on_premises_security_identifier).into(),
            "onPremisesSyncEnabled" => user.on_premises_sync_enabled.map_or(Value::Null, Value::Flag),
            "onPremisesUserPrincipalName" => (&user.on_premises_user_principal_name).into(),
            "otherMails" => Value::List(&user.other_mails),
            "postalCode" => (&user.postal_code).into(),
            "preferredLanguage" => (&user.preferred_language).into(),
            "proxyAddresses" => Value::List(&user.proxy_addresses),
            "securityIdentifier" => (&user.security_identifier).into(),
            "showInAddressList" => user.show_in_address_list.map_or(Value::Null, Value::Flag),
            "state" => (&user.state).into(),
            "streetAddress" => (&user.street_address).into(),
            "surname" => (&user.surname).into(),
            "usageLocation" => (&user.usage_location).into(),
            "userPrincipalName" => (&user.user_principal_name).into(),
            "userType" => (&user.user_type).into(),
            _ => Value::Null,
        }
    }
}
