//! People as operators see them.

use kernel::Timestamp;
use serde::Serialize;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::AccountId;

/// Which accounts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Of this tenant.
    pub provider: Option<TenantId>,
    /// Whose label or name has this in it, or whose user id it is.
    pub text: Option<String>,
    /// Of this person in the tenant.
    pub object_id: Option<Uuid>,
    /// Locked ones, or those that are not.
    pub locked: Option<bool>,
    /// Those with a usual factor, or those without.
    pub enrolled: Option<bool>,
}

/// A person who proves themselves here.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaAccount)]
pub struct AccountView {
    /// Its id.
    pub id: AccountId,
    /// The tenant.
    pub provider: TenantId,
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// What the person is called.
    pub label: String,
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the tenant knows the person by, as the directory has it: a label, never a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Whether the person is a guest.
    pub guest: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When the person last proved themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_proved_at: Option<Timestamp>,
    /// Failures in a row since then.
    pub failures: i64,
    /// Since when no code is looked at until somebody unlocks the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
    /// Usual factors: recovery and temporary codes do not count.
    pub factors: u64,
    /// Why none of them can be used for now: the directory says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspended>,
}

/// An account with where its failures came from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaAccountDetails)]
pub struct AccountDetails {
    /// The account.
    #[serde(flatten)]
    pub account: AccountView,
    /// Where failures since the last success came from, newest first.
    pub sources: Vec<FailureSource>,
}

/// Where failures came from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaFailureSource)]
pub struct FailureSource {
    /// The address, or the network of one subscriber; empty when it is not known.
    pub source: String,
    /// How many in a row.
    pub failures: i64,
    /// The last one.
    pub last_at: Timestamp,
    /// Until when no code of the person's is looked at from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<Timestamp>,
}

kernel::text_enum!(
    /// Why a person cannot use their factors for now.
    pub enum Suspended {
        /// The directory has them disabled.
        Disabled = "disabled",
        /// The directory has them deleted.
        Deleted = "deleted",
    }
);
