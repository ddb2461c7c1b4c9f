//! How a job behaves: what an administrator sets, and what Microsoft's documents leave open. Each is a switch.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Who is provisioned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Users and groups assigned to the application, and the direct members of assigned groups.
    #[default]
    Assigned,
    /// All users and groups.
    Everyone,
}

/// How a manager is written. Documents say an array; what is seen is a plain text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagerShape {
    /// `"id"`.
    #[default]
    Text,
    /// `{"value": "id"}`.
    Object,
    /// `[{"$ref": null, "value": "id"}]`.
    Array,
}

/// The switches of one job. Unknown names are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Behaviour {
    /// Who is provisioned.
    pub scope: Scope,
    /// Seconds between cycles: 40 minutes, and not configurable in Entra.
    pub interval_seconds: u64,
    /// Seconds between attempts in quarantine.
    pub quarantine_interval_seconds: u64,
    /// After so many days in quarantine the job is disabled.
    pub quarantine_days: u64,
    /// Prevent accidental deletions.
    pub deletion_guard: bool,
    /// How many deletions one cycle may make with the guard.
    pub deletion_threshold: usize,
    /// Leave those alone who fall out of scope (`SkipOutOfScopeDeletions`).
    pub skip_out_of_scope_deletions: bool,
    /// Members in one PATCH.
    pub members_per_patch: usize,
    /// From so many membership changes of one group on, a cycle is busy; where it lies is not documented.
    pub busy_from: usize,
    /// Members in one PATCH of a busy cycle; not documented.
    pub members_per_busy_patch: usize,
    /// Requests at the same time; not documented.
    pub parallel_requests: usize,
    /// `active` is a text in the usual dialect; some paths send a boolean.
    pub legacy_active_as_text: bool,
    /// How a manager is written.
    pub manager_shape: ManagerShape,
    /// Ask whether a reference is there before it is written, as older jobs do.
    pub reference_checks: bool,
    /// Creates carry nulls, `roles: []` and `meta`.
    pub create_with_empties: bool,
    /// The probe asks for `AzureAD_Test-{guid}`, not for a bare GUID.
    pub probe_prefix: bool,
    /// Send an `ADSCIMVersion` header, seen on older jobs.
    pub adscim_header: bool,
    /// Hand the flag of the tenant URL on with every request; not documented.
    pub send_flag: bool,
    /// The token of a blank secret names the emulator's own address as its issuer, as a cloud of one's own would.
    pub issuer_is_own_address: bool,
    /// Join a tenant URL that ends with a slash carelessly: `//Users`.
    pub double_slash: bool,
    /// A guest's name ends before `#EXT#` unless it is mapped from `originalUserPrincipalName`.
    pub shorten_guest_names: bool,
    /// How long an answer may take.
    pub request_timeout_seconds: u64,
    /// Hours until an object that failed is tried again; the last one repeats.
    pub escrow_hours: Vec<u64>,
    /// Days until an object that keeps failing is given up.
    pub escrow_days: u64,
    /// Failures below which volume never quarantines.
    pub escrow_floor: usize,
    /// The share of failures that quarantines.
    pub escrow_share: f64,
    /// The failures that quarantine, references left out.
    pub escrow_base: usize,
    /// The failures that quarantine, references included.
    pub escrow_total: usize,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            scope: Scope::Assigned,
            interval_seconds: 40 * 60,
            quarantine_interval_seconds: 86_400,
            quarantine_days: 28,
            deletion_guard: false,
            deletion_threshold: 500,
            skip_out_of_scope_deletions: false,
            members_per_patch: 1,
            busy_from: 100,
            members_per_busy_patch: 10,
            parallel_requests: 4,
            legacy_active_as_text: true,
            manager_shape: ManagerShape::Text,
            reference_checks: false,
            create_with_empties: true,
            probe_prefix: false,
            adscim_header: false,
            send_flag: false,
            issuer_is_own_address: false,
            double_slash: false,
            shorten_guest_names: true,
            request_timeout_seconds: 30,
            escrow_hours: vec![6, 12, 24],
            escrow_days: 28,
            escrow_floor: 5_000,
            escrow_share: 0.4,
            escrow_base: 40_000,
            escrow_total: 60_000,
        }
    }
}

impl Behaviour {
    /// The time between cycles.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval_seconds)
    }

    /// The time between attempts in quarantine.
    pub fn quarantine_interval(&self) -> Duration {
        Duration::from_secs(self.quarantine_interval_seconds)
    }

    /// How long a quarantine may last.
    pub fn quarantine_life(&self) -> Duration {
        Duration::from_secs(self.quarantine_days * 86_400)
    }

    /// How many members go into one PATCH when so many change.
    pub fn batch(&self, changes: usize) -> usize {
        let size = if changes >= self.busy_from { self.members_per_busy_patch } else { self.members_per_patch };
        size.max(1)
    }
}
