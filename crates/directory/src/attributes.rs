//! What a source reports of a user or a group, by Graph's names (Graph v1.0 `user` and `group`).
//!
//! Every source maps to these names, so that filters, previews and pages need know only one vocabulary.

use std::collections::BTreeMap;

use kernel::text_enum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! attributes {
    ($(#[$meta:meta])* $name:ident {
        text: $($text:ident),+ ;
        flags: $($flag:ident),* ;
        lists: $($list:ident),* ;
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(
                #[doc = concat!("Graph's property of this name: `", stringify!($text), "`.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $text: Option<String>,
            )+
            $(
                #[doc = concat!("Graph's property of this name: `", stringify!($flag), "`.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $flag: Option<bool>,
            )*
            $(
                #[doc = concat!("Graph's property of this name: `", stringify!($list), "`.")]
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub $list: Vec<String>,
            )*
            /// `onPremisesExtensionAttributes`, those that have a value.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub on_premises_extension_attributes: BTreeMap<String, String>,
            /// `employeeOrgData`, those that have a value.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub employee_org_data: BTreeMap<String, String>,
            /// The manager's object id.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub manager: Option<Uuid>,
            /// What the client that pushed it calls it: SCIM's `externalId` (RFC 7643 §3.1).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub external_id: Option<String>,
        }
    };
}

attributes!(
    /// What a source reports of a user.
    UserAttributes {
        text: user_principal_name, display_name, given_name, surname, mail, mail_nickname, user_type, creation_type,
            external_user_state, job_title, department, company_name, office_location, employee_id, employee_type,
            mobile_phone, fax_number, city, state, country, postal_code, street_address, usage_location,
            preferred_language, created_date_time, employee_hire_date, on_premises_immutable_id,
            on_premises_distinguished_name, on_premises_domain_name, on_premises_sam_account_name,
            on_premises_security_identifier, on_premises_user_principal_name, on_premises_last_sync_date_time,
            security_identifier, age_group;
        flags: account_enabled, on_premises_sync_enabled, show_in_address_list;
        lists: other_mails, proxy_addresses, im_addresses, business_phones, assigned_licenses;
    }
);

/// What a source reports of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GroupAttributes {
    /// The name people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its primary address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The local part of its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_nickname: Option<String>,
    /// Whether mail can be sent to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_enabled: Option<bool>,
    /// Whether it can give rights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_enabled: Option<bool>,
    /// `Unified`, `DynamicMembership`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_types: Vec<String>,
    /// The rule of a dynamic group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership_rule: Option<String>,
    /// `Public`, `Private`, `HiddenMembership`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Whether directory roles can be given to it (NET-09).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_assignable_to_role: Option<bool>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<String>,
    /// Its addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proxy_addresses: Vec<String>,
    /// Its security identifier in the cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_identifier: Option<String>,
    /// Whether a directory on the premises masters it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_premises_sync_enabled: Option<bool>,
    /// Its security identifier on the premises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_premises_security_identifier: Option<String>,
    /// Its account name on the premises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_premises_sam_account_name: Option<String>,
    /// What the client that pushed it calls it: SCIM's `externalId` (RFC 7643 §3.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

text_enum!(
    /// The kind of a group (Graph `groups` overview: by `groupTypes`, `mailEnabled`, `securityEnabled`).
    pub enum GroupKind {
        /// Gives rights.
        Security = "security",
        /// A Microsoft 365 group.
        Microsoft365 = "microsoft365",
        /// Gives rights and takes mail; read-only in Graph.
        MailEnabledSecurity = "mail_enabled_security",
        /// Takes mail only; read-only in Graph.
        Distribution = "distribution",
    }
);

impl GroupAttributes {
    /// The kind.
    pub fn kind(&self) -> GroupKind {
        let is = |flag: Option<bool>| flag.unwrap_or(false);
        if self.group_types.iter().any(|kind| kind.eq_ignore_ascii_case("Unified")) {
            GroupKind::Microsoft365
        } else if is(self.mail_enabled) && is(self.security_enabled) {
            GroupKind::MailEnabledSecurity
        } else if is(self.mail_enabled) {
            GroupKind::Distribution
        } else {
            GroupKind::Security
        }
    }

    /// Whether a rule decides who is in it.
    pub fn is_dynamic(&self) -> bool {
        self.group_types.iter().any(|kind| kind.eq_ignore_ascii_case("DynamicMembership"))
    }
}

/// The addresses of a user or a group, taken from `proxyAddresses` (VPR-18).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Addresses {
    /// The primary mail address: the one written `SMTP:`, else `mail`.
    pub primary: Option<String>,
    /// Further mail addresses: those written `smtp:`.
    pub aliases: Vec<String>,
    /// The rest, with their scheme: `sip:`, `x500:`, …
    pub others: Vec<String>,
}

impl Addresses {
    /// Sorts addresses by what they are.
    pub fn parse(proxy_addresses: &[String], mail: Option<&str>) -> Self {
        let mut found = Self::default();
        for address in proxy_addresses {
            match address.split_once(':') {
                Some(("SMTP", primary)) if found.primary.is_none() => found.primary = Some(primary.to_owned()),
                Some((scheme, alias)) if scheme.eq_ignore_ascii_case("smtp") => found.aliases.push(alias.to_owned()),
                _ => found.others.push(address.clone()),
            }
        }
        if found.primary.is_none() {
            found.primary = mail.map(str::to_owned);
        }
        found.aliases.sort_unstable();
        found.aliases.dedup();
        found
    }
}
