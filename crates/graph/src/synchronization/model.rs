//! What Graph says of provisioning jobs (`synchronizationJob` and its parts in the metadata of version 1.0).
//!
//! Words of Graph's enumerations stay text: a word that is new must not make a job unreadable.

use kernel::Timestamp;
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

/// An application's instance in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnterpriseApp {
    /// The object id, different in every tenant.
    pub id: Uuid,
    /// The application's id.
    pub app_id: Uuid,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Whether only who is assigned may sign in to it.
    #[serde(default)]
    pub app_role_assignment_required: Option<bool>,
}

/// Somebody assigned to an application.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppAssignment {
    /// Who.
    pub principal_id: Uuid,
    /// `User`, `Group` or `ServicePrincipal`.
    #[serde(default)]
    pub principal_type: Option<String>,
    /// Their name.
    #[serde(default)]
    pub principal_display_name: Option<String>,
}

/// A provisioning job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncJob {
    /// Its id: the template's name and more.
    pub id: String,
    /// What it was made from: `scim`, `customappsso`.
    #[serde(default)]
    pub template_id: Option<String>,
    /// When it works.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// How it is.
    #[serde(default)]
    pub status: Option<SyncStatus>,
}

/// When a job works.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// `Active`, `Disabled` or `Paused`.
    #[serde(default)]
    pub state: Option<String>,
    /// From one cycle to the next, as ISO 8601: `PT40M`.
    #[serde(default)]
    pub interval: Option<String>,
}

/// How a job is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncStatus {
    /// `NotConfigured`, `NotRun`, `Active`, `Paused` or `Quarantine`.
    #[serde(default)]
    pub code: Option<String>,
    /// Cycles that failed one after the other.
    #[serde(default)]
    pub count_successive_complete_failures: u64,
    /// The last cycle.
    #[serde(default)]
    pub last_execution: Option<SyncExecution>,
    /// The last cycle that went well.
    #[serde(default)]
    pub last_successful_execution: Option<SyncExecution>,
    /// Since when it is in quarantine, and why.
    #[serde(default)]
    pub quarantine: Option<Quarantine>,
    /// When the first cycle was through.
    #[serde(default, deserialize_with = "ever")]
    pub steady_state_first_achieved_time: Option<Timestamp>,
    /// How many objects are linked, by rule.
    #[serde(default)]
    pub synchronized_entry_count_by_type: Vec<SyncCount>,
}

/// How many objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SyncCount {
    /// `User to User`.
    pub key: String,
    /// How many.
    pub value: u64,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncExecution {
    /// `Succeeded`, `Failed` or `EntryLevelErrors`.
    #[serde(default)]
    pub state: Option<String>,
    /// From when.
    #[serde(default, deserialize_with = "ever")]
    pub time_began: Option<Timestamp>,
    /// Until when.
    #[serde(default, deserialize_with = "ever")]
    pub time_ended: Option<Timestamp>,
    /// Objects that failed and are tried again.
    #[serde(default)]
    pub count_escrowed: u64,
    /// Objects in scope.
    #[serde(default)]
    pub count_entitled: u64,
    /// Objects read.
    #[serde(default)]
    pub count_imported: u64,
    /// Objects written.
    #[serde(default)]
    pub count_exported: u64,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<JobError>,
}

/// Why a job is in quarantine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quarantine {
    /// `EncounteredQuarantineException`, `TooManyDeletes`…
    #[serde(default)]
    pub reason: Option<String>,
    /// Since when.
    #[serde(default, deserialize_with = "ever")]
    pub current_began: Option<Timestamp>,
    /// When Entra tries again.
    #[serde(default, deserialize_with = "ever")]
    pub next_attempt: Option<Timestamp>,
    /// What failed.
    #[serde(default)]
    pub error: Option<JobError>,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct JobError {
    /// Entra's code.
    #[serde(default)]
    pub code: Option<String>,
    /// Entra's words.
    #[serde(default)]
    pub message: Option<String>,
}

/// A setting kept as a secret.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SyncSecret {
    /// `BaseAddress`, `SecretToken`, `SyncAll`, `SyncNotificationSettings`…
    pub key: String,
    /// Its value, where Graph shows it.
    #[serde(default)]
    pub value: Option<String>,
}

impl std::fmt::Debug for SyncSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncSecret").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What came of provisioning on demand: two JSON documents as text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Provisioned {
    /// What was done and how it ended.
    pub key: String,
    /// The steps and what was sent.
    #[serde(default)]
    pub value: Option<String>,
}

/// A moment; Graph writes the first day of the calendar for "never".
fn ever<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(input)?;
    let text = text.filter(|text| !text.starts_with("0001-01-01"));
    text.map(|text| Timestamp::parse(&text).map_err(serde::de::Error::custom)).transpose()
}
