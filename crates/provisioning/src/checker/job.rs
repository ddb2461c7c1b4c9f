//! What an operator tells Entra's job to do: start, pause, restart, provision one object, take our mapping.
//!
//! Each is asked of Graph at once and noted in the log after Graph agreed.

use graph::synchronization::{EnterpriseApp, SyncJob};
use graph::{Client, GraphError, UserKey};
use kernel::{May, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signals::{Entry, Object};
use utoipa::ToSchema;
use uuid::Uuid;

use super::mapping::{self, KINDS};
use super::{Place, Which};
use crate::error::ProvisioningError;
use crate::permissions::{ControlJob, ReadProvisioning};
use crate::service::Provisioning;
use crate::store::connections as rows;

/// The templates of jobs that push by SCIM.
const TEMPLATES: [&str; 2] = ["scim", "customappsso"];
/// The most members of one group on demand.
const MOST_MEMBERS: usize = 5;

text_enum!(
    /// What a restart forgets (Graph's `synchronizationJobRestartScope`).
    pub enum RestartScope {
        /// As Entra's own button: everything is read again, failures are forgotten, the quarantine is lifted.
        Usual = "usual",
        /// The quarantine is lifted; the next cycle goes on with what has changed.
        Quarantine = "quarantine",
        /// All objects are read again, not only those that changed.
        ReadAgain = "read_again",
        /// Links between Entra's objects and ours are forgotten too, and looked for again.
        Full = "full",
        /// Deletions that Entra's own guard holds are carried out.
        AllowDeletions = "allow_deletions",
    }
);

impl RestartScope {
    const fn flags(self) -> &'static str {
        match self {
            Self::Usual => "Watermark, Escrows, QuarantineState",
            Self::Quarantine => "QuarantineState",
            Self::ReadAgain => "Watermark",
            Self::Full => "Full",
            Self::AllowDeletions => "ForceDeletes",
        }
    }
}

/// What to provision on demand: one of the two.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ProvisioningOnDemand)]
#[serde(deny_unknown_fields)]
pub struct OnDemand {
    /// A user: the object id in Entra, or the user principal name.
    #[serde(default)]
    pub user: Option<String>,
    /// A group: the object id in Entra.
    #[serde(default)]
    pub group: Option<Uuid>,
    /// At most five of the group's members, by their object ids in Entra; nobody else of it is sent.
    #[serde(default)]
    pub members: Vec<Uuid>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProvisioningOnDemandResult)]
pub struct OnDemandResult {
    /// `success`, `failure`, `skipped`, `warning`, as Entra says.
    pub result: String,
    /// `create`, `update`, `disable`, `other`…, as Entra says.
    pub action: String,
    /// Entra's error code, where it failed.
    pub error_code: Option<String>,
    /// Why it failed, or was skipped.
    pub reason: Option<String>,
    /// The steps, in order.
    pub steps: Vec<OnDemandStep>,
    /// What was sent, attribute by attribute.
    pub changes: Vec<OnDemandChange>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningOnDemandStep)]
pub struct OnDemandStep {
    /// Its name: `EntryImport`, `EntrySynchronizationScoping`…
    pub name: String,
    /// How it ended.
    pub status: String,
    /// What happened.
    pub description: String,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningOnDemandChange)]
pub struct OnDemandChange {
    /// The attribute.
    pub name: String,
    /// What stood there.
    pub before: Option<String>,
    /// What was sent.
    pub after: Option<String>,
}

impl Provisioning {
    /// Starts the job, or goes on with one that was paused.
    pub async fn start_job(&self, may: &May<ControlJob>) -> Result<(), ProvisioningError> {
        let (place, job) = self.job_of(may).await?;
        place.client.start_sync_job(place.application.id, &job.id).await.map_err(refused)?;
        self.log_job(may, &place, "provisioning.job_started", &json!({ "job": job.id })).await
    }

    /// Pauses the job.
    pub async fn pause_job(&self, may: &May<ControlJob>) -> Result<(), ProvisioningError> {
        let (place, job) = self.job_of(may).await?;
        place.client.pause_sync_job(place.application.id, &job.id).await.map_err(refused)?;
        self.log_job(may, &place, "provisioning.job_paused", &json!({ "job": job.id })).await
    }

    /// Restarts the job.
    pub async fn restart_job(&self, may: &May<ControlJob>, scope: RestartScope) -> Result<(), ProvisioningError> {
        let (place, job) = self.job_of(may).await?;
        place.client.restart_sync_job(place.application.id, &job.id, scope.flags()).await.map_err(refused)?;
        self.log_job(may, &place, "provisioning.job_restarted", &json!({ "job": job.id, "scope": scope })).await
    }

    /// Has Entra push one user or group now.
    pub async fn provision_on_demand(
        &self,
        may: &May<ControlJob>,
        wanted: &OnDemand,
    ) -> Result<OnDemandResult, ProvisioningError> {
        let (place, job) = self.job_of(may).await?;
        let (id, kind) = subject(&place.client, wanted).await?;
        let application = place.application.id;
        let schema = place.client.sync_schema(application, &job.id).await.map_err(refused)?;
        let (rule, _) = mapping::object_mapping(&schema, kind)
            .ok_or_else(|| ProvisioningError::Conflict(format!("the job maps no {}", kind.to_lowercase())))?;
        let told = place.client.provision_on_demand(application, &job.id, rule, (id, kind), &wanted.members).await;
        let told = told.map_err(refused)?;
        let result = read(&told.key, told.value.as_deref().unwrap_or("{}"));
        let after = json!({ "job": job.id, "object": id, "kind": kind, "result": result.result });
        self.log_job(may, &place, "provisioning.provisioned_on_demand", &after).await?;
        Ok(result)
    }

    /// Puts the ready mapping in the place of the job's own. Entra then reads everything again.
    pub async fn apply_mapping(&self, may: &May<ControlJob>) -> Result<(), ProvisioningError> {
        let (place, job) = self.job_of(may).await?;
        let application = place.application.id;
        let schema = place.client.sync_schema(application, &job.id).await.map_err(refused)?;
        let wanted = mapping::applied(&schema);
        if let Some(fault) = KINDS.iter().flat_map(|kind| mapping::faults(&wanted, kind)).find(|fault| fault.serious) {
            return Err(ProvisioningError::Conflict(format!(
                "the job's schema cannot take the ready mapping: {}",
                fault.detail
            )));
        }
        place.client.put_sync_schema(application, &job.id, &wanted).await.map_err(refused)?;
        self.log_job(may, &place, "provisioning.mapping_applied", &json!({ "job": job.id })).await
    }

    /// The mapping that we want, as Graph's `synchronizationSchema`.
    pub fn ready_mapping(&self, may: &May<ReadProvisioning>) -> Value {
        let _ = may;
        mapping::ready()
    }

    async fn job_of(&self, may: &May<ControlJob>) -> Result<(Place, SyncJob), ProvisioningError> {
        let found = rows::find(&mut self.store().read().await?, may.actor().organisation, may.connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        let client = self.client(&connection).await?;
        let application: EnterpriseApp = super::pick(&client, &connection, &Which::default())
            .await
            .map_err(refused)?
            .map_err(|line| ProvisioningError::Conflict(line.detail))?;
        let jobs = client.sync_jobs(application.id).await.map_err(refused)?;
        let job = pushing(jobs);
        let job =
            job.ok_or_else(|| ProvisioningError::Conflict("the application has no provisioning job".to_owned()))?;
        Ok((Place { client, connection, application }, job))
    }

    async fn log_job(
        &self,
        may: &May<ControlJob>,
        place: &Place,
        name: &'static str,
        after: &Value,
    ) -> Result<(), ProvisioningError> {
        let connection = &place.connection;
        let entry = Entry::act(name).object(Object::new("connection", connection.id, &connection.name)).after(after);
        let mut tx = self.store().begin().await?;
        signals::append(&mut tx, self.env(), may.actor(), vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The job that pushes by SCIM; an application has one as a rule.
pub(super) fn pushing(jobs: Vec<SyncJob>) -> Option<SyncJob> {
    let is_ours = |job: &SyncJob| {
        let template = job.template_id.as_deref().unwrap_or(&job.id);
        TEMPLATES.iter().any(|name| template.to_ascii_lowercase().starts_with(name))
    };
    let at = jobs.iter().position(is_ours).unwrap_or(0);
    jobs.into_iter().nth(at)
}

/// What Graph refused, in its words: whoever acts must know why.
pub(super) fn refused(error: GraphError) -> ProvisioningError {
    if error.is_forbidden() {
        let detail =
            "the tenant's application may not do this; it needs Synchronization.ReadWrite.All and Application.Read.All";
        return ProvisioningError::Conflict(detail.to_owned());
    }
    match (&error, error.refusal()) {
        (GraphError::Rejected(_) | GraphError::NotFound(_), Some(refusal)) => {
            ProvisioningError::Conflict(format!("Microsoft Graph refused: {} ({})", refusal.message, refusal.code))
        }
        _ => ProvisioningError::Graph(error),
    }
}

async fn subject(client: &Client, wanted: &OnDemand) -> Result<(Uuid, &'static str), ProvisioningError> {
    if wanted.members.len() > MOST_MEMBERS {
        return Err(ProvisioningError::Invalid(format!("members has at most {MOST_MEMBERS} entries")));
    }
    match (&wanted.user, wanted.group) {
        (Some(user), None) if wanted.members.is_empty() => {
            let user = user.trim();
            if let Ok(id) = Uuid::parse_str(user) {
                return Ok((id, "User"));
            }
            let found = client.user(&UserKey::PrincipalName(user.to_owned()), &["id"]).await.map_err(refused)?;
            found.map(|user| (user.id, "User")).ok_or(ProvisioningError::NotFound("user in the tenant"))
        }
        (None, Some(group)) => Ok((group, "Group")),
        _ => Err(ProvisioningError::Invalid("name either a user, or a group and members of it".to_owned())),
    }
}

/// Reads Graph's two documents; what is not there stays empty.
fn read(key: &str, value: &str) -> OnDemandResult {
    let key: Value = serde_json::from_str(key).unwrap_or_default();
    let value: Value = serde_json::from_str(value).unwrap_or_default();
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    };
    let list = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    let error = &key["error"];
    let first = |names: &[&str]| names.iter().find_map(|name| text(&error[*name]));
    let result = text(&key["result"]).unwrap_or_default().to_lowercase();
    // Of what was skipped the last step says why.
    let last = || list("provisioningSteps").last().and_then(|step| text(&step["description"]));
    let reason = first(&["reason", "additionalDetails", "message"]);
    OnDemandResult {
        reason: if result == "success" { reason } else { reason.or_else(last) },
        result,
        action: text(&key["action"]).unwrap_or_default(),
        error_code: first(&["errorCode", "code"]),
        steps: list("provisioningSteps")
            .iter()
            .map(|step| OnDemandStep {
                name: text(&step["name"]).unwrap_or_default(),
                status: text(&step["status"]).unwrap_or_default(),
                description: text(&step["description"]).unwrap_or_default(),
            })
            .collect(),
        changes: list("modifiedProperties")
            .iter()
            .map(|change| OnDemandChange {
                name: text(&change["displayName"]).unwrap_or_default(),
                before: text(&change["oldValue"]),
                after: text(&change["newValue"]),
            })
            .collect(),
    }
}
