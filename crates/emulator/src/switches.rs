//! Behaviours of the service that differ between tenants, years and documents: each is a switch.
//!
//! A switch changes how the emulator behaves for as long as it is set; a fault (`faults`) strikes single requests.

use serde::{Deserialize, Serialize};

/// Every switch. Unknown names are refused, so that a typing mistake shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// How many objects one delta page holds.
    pub delta_page_size: usize,
    /// How many `members@delta` entries one page of a group holds before the group is split over pages.
    pub group_split_size: usize,
    /// Repeat this share (0 to 1) of objects on a later page of the same round.
    pub delta_duplicates: f64,
    /// Shuffle the order of objects within a round.
    pub delta_shuffle: bool,
    /// Put an empty page with a next link before every n-th page; 0 is never.
    pub empty_page_every: usize,
    /// Deliver the changes of the previous round once more.
    pub delta_replay: bool,
    /// A full first round also holds stray `@removed` entries of objects deleted before.
    pub removed_in_first_round: bool,
    /// Seconds until a write shows in lists, delta and reads by id.
    pub replication_delay_seconds: u64,
    /// A deleted user leaves its groups without a removal in groups/delta.
    pub suppress_membership_removal_on_user_delete: bool,
    /// Security groups vanish at once when deleted, as older documents say.
    pub security_groups_hard_delete: bool,
    /// Every delta link answers 410 with a `Location` that starts over.
    pub force_delta_reset: bool,
    /// Every delta link answers 400 `Request_UnsupportedQuery`, "DeltaLink older than 30 days ...".
    pub force_delta_expiry: bool,
    /// Days a delta link lives.
    pub delta_link_days: u64,
    /// Page tokens of every kind answer 400 `Directory_ExpiredPageToken`.
    pub force_page_token_expiry: bool,
    /// Hide this share (0 to 1) of users and groups from lists, and report them as `@removed` in delta.
    pub hide_fraction: f64,
    /// Throttled answers carry `Retry-After`.
    pub retry_after: bool,
    /// Enforce the quota of resource units per app and tenant (tiers S, M, L).
    pub enforce_quota: bool,
    /// Seconds from the administrator's consent until the service principal and its roles are seen.
    pub consent_delay_seconds: u64,
    /// Graph answers clients that declared `cp1` with a claims challenge until a token was issued after it was set.
    pub claims_challenge: bool,
    /// `DELETE /groups/{g}/members/{u}` without `/$ref` deletes the user itself, as the service does.
    pub delete_member_deletes_user: bool,
    /// Subscriptions take `https` addresses only, as the service does; without it a webhook on loopback will do.
    pub subscriptions_need_https: bool,
    /// Error descriptions of the token endpoint separate their parts by spaces, as captured in 2026, not by CRLF.
    pub error_parts_by_space: bool,
    /// A refused v2 consent also says `admin_consent=True`, as documented.
    pub consent_error_says_true: bool,
    /// A refused consent hands `state` back; the documented v1 sample does not show it.
    pub consent_error_keeps_state: bool,
    /// A refused v1 consent says `access_denied` with AADSTS65004, not the documented `permission_denied`.
    pub consent_v1_access_denied: bool,
    /// HTTP status of AADSTS7000112 (service principal disabled), which is not documented.
    pub disabled_app_status: u16,
    /// The password of everybody who was given none of their own.
    pub default_password: String,
    /// People must be registered for an external method; without it everybody it is meant for may use it.
    pub external_methods_need_registration: bool,
    /// External providers are reached over `https` only, as the service does; without it one on loopback will do.
    pub external_provider_needs_https: bool,
    /// Hours that an external provider's metadata and keys are kept.
    pub external_metadata_hours: u64,
    /// An unknown key in an external provider's answer makes the service read its keys again, which nobody promises.
    pub external_refetch_on_unknown_key: bool,
    /// The `kid` of an external provider's key must be base64, as the documents ask.
    pub external_kid_must_be_base64: bool,
    /// Minutes an external provider has for its answer: 5 by the newest documents, 10 by older ones.
    pub external_minutes: u64,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            delta_page_size: 200,
            group_split_size: 500,
            delta_duplicates: 0.0,
            delta_shuffle: false,
            empty_page_every: 0,
            delta_replay: false,
            removed_in_first_round: false,
            replication_delay_seconds: 0,
            suppress_membership_removal_on_user_delete: true,
            security_groups_hard_delete: false,
            force_delta_reset: false,
            force_delta_expiry: false,
            delta_link_days: 30,
            force_page_token_expiry: false,
            hide_fraction: 0.0,
            retry_after: true,
            enforce_quota: false,
            consent_delay_seconds: 0,
            claims_challenge: false,
            delete_member_deletes_user: true,
            subscriptions_need_https: false,
            error_parts_by_space: false,
            consent_error_says_true: true,
            consent_error_keeps_state: true,
            consent_v1_access_denied: false,
            disabled_app_status: 400,
            default_password: "Passw0rd!".to_owned(),
            external_methods_need_registration: true,
            external_provider_needs_https: false,
            external_metadata_hours: 24,
            external_refetch_on_unknown_key: false,
            external_kid_must_be_base64: true,
            external_minutes: 5,
        }
    }
}
