//! How a tenant's connection is, in one word.

kernel::text_enum!(
    /// How a tenant's connection is.
    pub enum Status {
        /// Everything needed is granted and works.
        Granted = "granted",
        /// Everything is granted, but Entra asks for more than consent, such as a directory role.
        RoleMissing = "role_missing",
        /// What was granted is still there; a feature chosen later needs more.
        UpdateNeeded = "update_needed",
        /// Some of the permissions are missing.
        PartlyGranted = "partly_granted",
        /// No permission is granted (any more).
        ConsentWithdrawn = "consent_withdrawn",
        /// The application is switched off in the tenant.
        AppDisabled = "app_disabled",
        /// The tenant does not know the application (any more).
        AppDeleted = "app_deleted",
        /// Every credential has expired.
        SecretExpired = "secret_expired",
        /// The credential ends within seven days.
        SecretExpiring = "secret_expiring",
        /// Entra gives no token: wrong credential, Conditional Access, policy.
        TokenRefused = "token_refused",
        /// The tenant lacks a licence.
        LicenceMissing = "licence_missing",
        /// Entra or Graph throttles us.
        Throttled = "throttled",
        /// The tenant cannot be reached, or does not exist.
        Unreachable = "unreachable",
        /// Nobody has looked yet.
        NeverProbed = "never_probed",
    }
);
