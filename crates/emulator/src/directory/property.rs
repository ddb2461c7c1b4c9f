//! The properties of users and groups that the emulator knows, in the order in which replies carry them.
//!
//! Names and types are those of the v1.0 metadata; a test holds this table against it. Deliberately knows
//! nothing of what may be filtered or who may read what: that is `graph`'s.

/// One property of a kind of object: its place in that kind's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prop(pub u8);

impl Prop {
    /// The property's bit in a [`Mask`].
    pub const fn bit(self) -> Mask {
        1 << self.0
    }
}

/// A set of properties of one kind.
pub type Mask = u128;

/// What a property's value looks like in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// An RFC 3339 moment in a string.
    Moment,
    /// A truth value.
    Flag,
    /// A list of strings; `[]` when never set.
    Texts,
    /// An object.
    Object,
    /// A list of objects; `[]` when never set.
    Objects,
}

impl Shape {
    /// What a read shows for a property that was never set.
    pub const fn unset(self) -> &'static [u8] {
        match self {
            Self::Texts | Self::Objects => b"[]",
            _ => b"null",
        }
    }
}

/// Who may write a property, and where it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// In the directory; callers may write it.
    Directory,
    /// In the directory; only the service writes it.
    Service,
    /// In another store: fine on one object, refused on collections.
    Elsewhere,
    /// Written by callers and never shown again.
    Hidden,
}

/// A row of a kind's table.
#[derive(Debug)]
pub struct Property {
    /// The name on the wire.
    pub name: &'static str,
    /// The name as a JSON key with its colon.
    pub key: &'static str,
    /// What the value looks like.
    pub shape: Shape,
    /// Where it lives.
    pub home: Home,
}

/// Finds a property by its exact name.
pub fn find(table: &[Property], name: &str) -> Option<Prop> {
    let index = table.iter().position(|property| property.name == name)?;
    u8::try_from(index).ok().map(Prop)
}

/// The set of the named properties; unknown names are left out.
pub fn mask(table: &[Property], names: &[&str]) -> Mask {
    names.iter().filter_map(|name| find(table, name)).fold(0, |set, prop| set | prop.bit())
}

macro_rules! properties {
    ($(#[$doc:meta])* $module:ident { $($constant:ident $name:literal $shape:ident $home:ident,)+ }) => {
        $(#[$doc])*
        pub mod $module {
            use super::{Home, Prop, Property, Shape};

            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "counts the rows for the constants below")]
            #[repr(u8)]
            enum Row { $($constant),+ }

            $(
                #[doc = concat!("`", $name, "`")]
                pub const $constant: Prop = Prop(Row::$constant as u8);
            )+

            /// All of them; a [`Prop`] is an index into this.
            pub static TABLE: &[Property] = &[$(Property {
                name: $name,
                key: concat!("\"", $name, "\":"),
                shape: Shape::$shape,
                home: Home::$home,
            }),+];
        }
    };
}

properties! {
    /// The properties of a user.
    user {
        ID "id" Text Service,
        DELETED_DATE_TIME "deletedDateTime" Moment Service,
        ACCOUNT_ENABLED "accountEnabled" Flag Directory,
        AGE_GROUP "ageGroup" Text Directory,
        BUSINESS_PHONES "businessPhones" Texts Directory,
        CITY "city" Text Directory,
        CREATED_DATE_TIME "createdDateTime" Moment Service,
        CREATION_TYPE "creationType" Text Service,
        COMPANY_NAME "companyName" Text Directory,
        CONSENT_PROVIDED_FOR_MINOR "consentProvidedForMinor" Text Directory,
        COUNTRY "country" Text Directory,
        DEPARTMENT "department" Text Directory,
        DISPLAY_NAME "displayName" Text Directory,
        EMPLOYEE_ID "employeeId" Text Directory,
        EMPLOYEE_HIRE_DATE "employeeHireDate" Moment Directory,
        EMPLOYEE_LEAVE_DATE_TIME "employeeLeaveDateTime" Moment Directory,
        EMPLOYEE_TYPE "employeeType" Text Directory,
        EXTERNAL_USER_STATE "externalUserState" Text Service,
        EXTERNAL_USER_STATE_CHANGE_DATE_TIME "externalUserStateChangeDateTime" Moment Service,
        FAX_NUMBER "faxNumber" Text Directory,
        GIVEN_NAME "givenName" Text Directory,
        JOB_TITLE "jobTitle" Text Directory,
        MAIL "mail" Text Directory,
        MAIL_NICKNAME "mailNickname" Text Directory,
        MOBILE_PHONE "mobilePhone" Text Directory,
        OFFICE_LOCATION "officeLocation" Text Directory,
        ON_PREMISES_DISTINGUISHED_NAME "onPremisesDistinguishedName" Text Service,
        ON_PREMISES_DOMAIN_NAME "onPremisesDomainName" Text Service,
        ON_PREMISES_IMMUTABLE_ID "onPremisesImmutableId" Text Directory,
        ON_PREMISES_LAST_SYNC_DATE_TIME "onPremisesLastSyncDateTime" Moment Service,
        ON_PREMISES_SAM_ACCOUNT_NAME "onPremisesSamAccountName" Text Service,
        ON_PREMISES_SECURITY_IDENTIFIER "onPremisesSecurityIdentifier" Text Service,
        ON_PREMISES_SYNC_ENABLED "onPremisesSyncEnabled" Flag Service,
        ON_PREMISES_USER_PRINCIPAL_NAME "onPremisesUserPrincipalName" Text Service,
        OTHER_MAILS "otherMails" Texts Directory,
        PASSWORD_POLICIES "passwordPolicies" Text Directory,
        POSTAL_CODE "postalCode" Text Directory,
        PREFERRED_DATA_LOCATION "preferredDataLocation" Text Directory,
        PREFERRED_LANGUAGE "preferredLanguage" Text Directory,
        PROXY_ADDRESSES "proxyAddresses" Texts Service,
        IM_ADDRESSES "imAddresses" Texts Service,
        IS_RESOURCE_ACCOUNT "isResourceAccount" Flag Directory,
        SHOW_IN_ADDRESS_LIST "showInAddressList" Flag Directory,
        SECURITY_IDENTIFIER "securityIdentifier" Text Service,
        SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME "signInSessionsValidFromDateTime" Moment Service,
        LAST_PASSWORD_CHANGE_DATE_TIME "lastPasswordChangeDateTime" Moment Service,
        STATE "state" Text Directory,
        STREET_ADDRESS "streetAddress" Text Directory,
        SURNAME "surname" Text Directory,
        USAGE_LOCATION "usageLocation" Text Directory,
        USER_PRINCIPAL_NAME "userPrincipalName" Text Directory,
        USER_TYPE "userType" Text Directory,
        EMPLOYEE_ORG_DATA "employeeOrgData" Object Directory,
        PASSWORD_PROFILE "passwordProfile" Object Hidden,
        ON_PREMISES_EXTENSION_ATTRIBUTES "onPremisesExtensionAttributes" Object Directory,
        ON_PREMISES_PROVISIONING_ERRORS "onPremisesProvisioningErrors" Objects Service,
        IDENTITIES "identities" Objects Directory,
        ASSIGNED_LICENSES "assignedLicenses" Objects Service,
        ASSIGNED_PLANS "assignedPlans" Objects Service,
        PROVISIONED_PLANS "provisionedPlans" Objects Service,
        AUTHORIZATION_INFO "authorizationInfo" Object Directory,
        IS_MANAGEMENT_RESTRICTED "isManagementRestricted" Flag Service,
        SIGN_IN_ACTIVITY "signInActivity" Object Service,
        ABOUT_ME "aboutMe" Text Elsewhere,
        BIRTHDAY "birthday" Moment Elsewhere,
        HIRE_DATE "hireDate" Moment Elsewhere,
        INTERESTS "interests" Texts Elsewhere,
        MY_SITE "mySite" Text Elsewhere,
        PAST_PROJECTS "pastProjects" Texts Elsewhere,
        PREFERRED_NAME "preferredName" Text Elsewhere,
        RESPONSIBILITIES "responsibilities" Texts Elsewhere,
        SCHOOLS "schools" Texts Elsewhere,
        SKILLS "skills" Texts Elsewhere,
        MAILBOX_SETTINGS "mailboxSettings" Object Elsewhere,
    }
}

properties! {
    /// The properties of a group.
    group {
        ID "id" Text Service,
        DELETED_DATE_TIME "deletedDateTime" Moment Service,
        CLASSIFICATION "classification" Text Directory,
        CREATED_DATE_TIME "createdDateTime" Moment Service,
        DESCRIPTION "description" Text Directory,
        DISPLAY_NAME "displayName" Text Directory,
        EXPIRATION_DATE_TIME "expirationDateTime" Moment Service,
        GROUP_TYPES "groupTypes" Texts Directory,
        INFO_CATALOGS "infoCatalogs" Texts Service,
        IS_ASSIGNABLE_TO_ROLE "isAssignableToRole" Flag Directory,
        IS_MANAGEMENT_RESTRICTED "isManagementRestricted" Flag Service,
        MAIL "mail" Text Service,
        MAIL_ENABLED "mailEnabled" Flag Directory,
        MAIL_NICKNAME "mailNickname" Text Directory,
        MEMBERSHIP_RULE "membershipRule" Text Directory,
        MEMBERSHIP_RULE_PROCESSING_STATE "membershipRuleProcessingState" Text Directory,
        ON_PREMISES_DOMAIN_NAME "onPremisesDomainName" Text Service,
        ON_PREMISES_LAST_SYNC_DATE_TIME "onPremisesLastSyncDateTime" Moment Service,
        ON_PREMISES_NET_BIOS_NAME "onPremisesNetBiosName" Text Service,
        ON_PREMISES_SAM_ACCOUNT_NAME "onPremisesSamAccountName" Text Service,
        ON_PREMISES_SECURITY_IDENTIFIER "onPremisesSecurityIdentifier" Text Service,
        ON_PREMISES_SYNC_ENABLED "onPremisesSyncEnabled" Flag Service,
        PREFERRED_DATA_LOCATION "preferredDataLocation" Text Directory,
        PREFERRED_LANGUAGE "preferredLanguage" Text Directory,
        PROXY_ADDRESSES "proxyAddresses" Texts Service,
        RENEWED_DATE_TIME "renewedDateTime" Moment Service,
        RESOURCE_BEHAVIOR_OPTIONS "resourceBehaviorOptions" Texts Directory,
        RESOURCE_PROVISIONING_OPTIONS "resourceProvisioningOptions" Texts Directory,
        SECURITY_ENABLED "securityEnabled" Flag Directory,
        SECURITY_IDENTIFIER "securityIdentifier" Text Service,
        THEME "theme" Text Directory,
        UNIQUE_NAME "uniqueName" Text Directory,
        VISIBILITY "visibility" Text Directory,
        HAS_MEMBERS_WITH_LICENSE_ERRORS "hasMembersWithLicenseErrors" Flag Service,
        ASSIGNED_LICENSES "assignedLicenses" Objects Service,
        ASSIGNED_LABELS "assignedLabels" Objects Directory,
        LICENSE_PROCESSING_STATE "licenseProcessingState" Object Service,
        ON_PREMISES_PROVISIONING_ERRORS "onPremisesProvisioningErrors" Objects Service,
        ALLOW_EXTERNAL_SENDERS "allowExternalSenders" Flag Elsewhere,
        AUTO_SUBSCRIBE_NEW_MEMBERS "autoSubscribeNewMembers" Flag Elsewhere,
        HIDE_FROM_ADDRESS_LISTS "hideFromAddressLists" Flag Elsewhere,
        HIDE_FROM_OUTLOOK_CLIENTS "hideFromOutlookClients" Flag Elsewhere,
        IS_SUBSCRIBED_BY_MAIL "isSubscribedByMail" Flag Elsewhere,
        IS_ARCHIVED "isArchived" Flag Elsewhere,
    }
}

/// The tables of both kinds: users, groups.
pub static TABLES: [&[Property]; 2] = [user::TABLE, group::TABLE];
