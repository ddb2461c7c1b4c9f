//! Entra's provisioning job, read by Graph and held against what this server needs: a checklist with what to do (VPR-09,
//! ILL-03, ILL-04, MSZ-06, MSZ-07).
//!
//! Live, and never fails as a whole: what could not be read is a line that says so. Needs a connection that is bound to a
//! connected tenant whose application may read the job. What it deliberately does not do: change anything; `job` does.

use graph::synchronization::{AppAssignment, EnterpriseApp, SyncJob, SyncSecret};
use graph::{Client, GraphError};
use kernel::{May, Timestamp};
use serde::{Deserialize, Serialize};
use tenants::checklist::{Checklist, Line};
use tenants::grants::{self, Grant};
use tenants::scripts::{Scripts, Wanted, scripts};
use tenants::{Feature, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ProvisioningError;
use crate::model::{Connection, ConnectionId};
use crate::permissions::ReadProvisioning;
use crate::service::Provisioning;
use crate::store::connections as rows;

pub mod job;
mod lines;
pub mod mapping;

#[cfg(test)]
mod tests;

/// Reading jobs needs one of these.
const READERS: [&str; 2] = ["Synchronization.ReadWrite.All", "Synchronization.Read.All"];
/// Changing jobs needs this.
const WRITER: &str = "Synchronization.ReadWrite.All";
/// So many assignments are looked at.
const MOST_ASSIGNMENTS: usize = 2_000;
/// So many assigned groups are searched for groups in them.
const MOST_GROUPS: usize = 40;

/// What Entra's side of a connection looks like.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProvisioningJobCheck)]
pub struct JobCheck {
    /// The enterprise application that pushes, where it was found.
    pub application: Option<ApplicationView>,
    /// Its provisioning job, where it has one.
    pub job: Option<JobView>,
    /// Whether the tenant's application may start, pause and mend the job.
    pub may_control: bool,
    /// Application permissions that are missing for all of this.
    pub missing: Vec<String>,
    /// Scripts that grant them, where some are missing.
    pub scripts: Option<Scripts>,
    /// What was looked at, line by line.
    pub checklist: Checklist,
}

/// An enterprise application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningApplication)]
pub struct ApplicationView {
    /// The object id of its service principal.
    pub id: Uuid,
    /// Its application id.
    pub app_id: Uuid,
    /// Its name.
    pub name: String,
}

/// A provisioning job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningJob)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// `NotConfigured`, `NotRun`, `Active`, `Paused` or `Quarantine`.
    pub status: String,
    /// Why it is in quarantine.
    pub quarantine_reason: Option<String>,
    /// Since when.
    pub quarantine_since: Option<Timestamp>,
    /// When the last cycle began.
    pub last_began: Option<Timestamp>,
    /// When it ended.
    pub last_ended: Option<Timestamp>,
    /// `Succeeded`, `EntryLevelErrors` or `Failed`.
    pub last_result: Option<String>,
    /// When the next cycle is expected.
    pub next_expected: Option<Timestamp>,
    /// Users that the job has linked to users here.
    pub users: Option<u64>,
    /// Groups that the job has linked to groups here.
    pub groups: Option<u64>,
    /// Objects that failed and are tried again.
    pub failing: u64,
    /// Whether the first cycle is through.
    pub steady: bool,
}

/// Which application to look at.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The enterprise application: its name, its application id, or the object id of its service principal. Else the one
    /// in the connection's settings, else the one of the connection's name.
    pub application: Option<String>,
}

/// Where a job is.
pub(crate) struct Place {
    pub client: Client,
    pub connection: Connection,
    pub application: EnterpriseApp,
}

impl Provisioning {
    /// Looks at Entra's side of a connection, live.
    pub async fn check_job(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
        which: &Which,
    ) -> Result<JobCheck, ProvisioningError> {
        let found = rows::find(&mut self.store().read().await?, may.actor().organisation, connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        let mut check = Check { lines: Vec::new(), application: None, job: None, roles: Vec::new(), tenant: None };
        if let Some((client, tenant)) = self.reach(&connection, &mut check.lines).await? {
            check.tenant = Some(tenant);
            self.look(&client, &connection, which, &mut check).await;
        }
        Ok(check.view())
    }

    /// The enterprise application that a text names, in the connection's tenant.
    pub async fn find_application(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
        text: &str,
    ) -> Result<ApplicationView, ProvisioningError> {
        let found = rows::find(&mut self.store().read().await?, may.actor().organisation, connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        let client = self.client(&connection).await?;
        let found = named(&client, text).await.map_err(job::refused)?;
        found.map(|app| shown(&app)).map_err(|_| ProvisioningError::NotFound("enterprise application in the tenant"))
    }

    pub(crate) async fn client(&self, connection: &Connection) -> Result<Client, ProvisioningError> {
        let Some(tenant) = connection.tenant else {
            let detail = "the connection is bound to no connected tenant, so Microsoft Graph cannot be asked";
            return Err(ProvisioningError::Conflict(detail.to_owned()));
        };
        Ok(self.parts.tenants.client(connection.organisation, tenant).await?)
    }

    async fn reach(
        &self,
        connection: &Connection,
        lines: &mut Vec<Line>,
    ) -> Result<Option<(Client, Tenant)>, ProvisioningError> {
        let Some(tenant) = connection.tenant else {
            lines.push(lines::unbound());
            return Ok(None);
        };
        let tenant = self.parts.tenants.find(connection.organisation, tenant).await?;
        Ok(Some((self.client(connection).await?, tenant)))
    }

    async fn look(&self, client: &Client, connection: &Connection, which: &Which, check: &mut Check) {
        match roles(client).await {
            Ok(roles) => check.roles = roles,
            Err(error) => return check.lines.push(lines::failed("permission", &error, "")),
        }
        check.lines.extend(lines::permissions(&check.roles));
        let app = match pick(client, connection, which).await {
            Ok(Ok(app)) => app,
            Ok(Err(line)) => return check.lines.push(line),
            Err(error) => return check.lines.push(lines::failed("application", &error, "Application.Read.All")),
        };
        check.lines.push(lines::application(&app));
        check.application = Some(shown(&app));
        let secrets = client.sync_secrets(app.id).await;
        let base = self.base_of(connection.organisation);
        check.lines.extend(lines::target(&secrets, &base));
        match client.sync_jobs(app.id).await {
            Ok(jobs) => self.look_at_job(client, &app, jobs, check).await,
            Err(error) => check.lines.push(lines::failed("job", &error, READERS[1])),
        }
        check.lines.extend(scope(client, &app, &secrets).await);
        check.lines.push(lines::accidental_deletion(&secrets));
    }

    async fn look_at_job(&self, client: &Client, app: &EnterpriseApp, jobs: Vec<SyncJob>, check: &mut Check) {
        let Some(job) = job::pushing(jobs) else { return check.lines.push(lines::no_job()) };
        let now = self.env().now();
        check.lines.extend(lines::job(&job, now));
        match client.sync_schema(app.id, &job.id).await {
            Ok(schema) => check.lines.extend(lines::mappings(&schema)),
            Err(error) => check.lines.push(lines::failed("mappings", &error, READERS[1])),
        }
        check.job = Some(lines::view(&job));
    }
}

/// What is being put together.
struct Check {
    lines: Vec<Line>,
    application: Option<ApplicationView>,
    job: Option<JobView>,
    roles: Vec<String>,
    tenant: Option<Tenant>,
}

impl Check {
    fn view(self) -> JobCheck {
        let known = !self.roles.is_empty();
        let may_control = self.roles.iter().any(|role| role == WRITER);
        let missing: Vec<&'static Grant> = match &self.tenant {
            Some(_) if known => grants::needed(&[Feature::Provisioning])
                .into_iter()
                .filter(|grant| !grant.is_met_by(&self.roles))
                .collect(),
            _ => Vec::new(),
        };
        let scripts = self.tenant.as_ref().filter(|_| !missing.is_empty()).map(ready_scripts);
        let passed = !self.lines.iter().any(|line| line.result == tenants::checklist::LineResult::Fail);
        JobCheck {
            application: self.application,
            job: self.job,
            may_control,
            missing: missing.iter().map(|grant| grant.name.to_owned()).collect(),
            scripts,
            checklist: Checklist { passed, lines: self.lines },
        }
    }
}

/// Scripts that give the tenant's application what it has been given and this too.
fn ready_scripts(tenant: &Tenant) -> Scripts {
    let features: Vec<Feature> = tenant.features.iter().copied().chain([Feature::Provisioning]).collect();
    let grants = grants::needed(&features);
    let client_id = Some(tenant.client_id);
    scripts(&Wanted { cloud: &tenant.cloud, grants: &grants, client_id, certificate: None })
}

/// What the application may do. Where something is missing a new token is asked for: consent shows in a new one only.
async fn roles(client: &Client) -> Result<Vec<String>, GraphError> {
    let roles = client.token_claims().await?.roles;
    if roles.iter().any(|role| role == WRITER) {
        return Ok(roles);
    }
    client.forget_token();
    Ok(client.token_claims().await?.roles)
}

fn shown(app: &EnterpriseApp) -> ApplicationView {
    ApplicationView { id: app.id, app_id: app.app_id, name: app.display_name.clone().unwrap_or_default() }
}

/// The application that is meant; a line where there is none or more than one.
async fn pick(
    client: &Client,
    connection: &Connection,
    which: &Which,
) -> Result<Result<EnterpriseApp, Line>, GraphError> {
    let asked = which.application.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let kept = connection.settings.application.map(|id| id.to_string());
    named(client, asked.or(kept.as_deref()).unwrap_or(&connection.name)).await
}

/// The application of an id or a name.
async fn named(client: &Client, text: &str) -> Result<Result<EnterpriseApp, Line>, GraphError> {
    let mut found = match Uuid::parse_str(text.trim()) {
        Ok(id) => match client.enterprise_app(id).await? {
            Some(app) => vec![app],
            None => client.enterprise_apps_of(id).await?,
        },
        Err(_) => client.enterprise_apps_named(text.trim(), 5).await?,
    };
    Ok(match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(lines::no_application(text)),
        _ => Err(lines::several_applications(text, &found)),
    })
}

/// Who is in scope, and whether groups stand in assigned groups.
async fn scope(client: &Client, app: &EnterpriseApp, secrets: &Result<Vec<SyncSecret>, GraphError>) -> Vec<Line> {
    let everybody = lines::everybody(secrets);
    let mut found = vec![lines::scope(everybody)];
    if everybody == Some(true) {
        return found;
    }
    let assigned = match client.app_assignments(app.id).first(MOST_ASSIGNMENTS).await {
        Ok(assigned) => assigned,
        Err(error) => {
            found.push(lines::failed("assignments", &error, "Application.Read.All"));
            return found;
        }
    };
    found.push(lines::assignments(&assigned, MOST_ASSIGNMENTS));
    found.extend(nested(client, &assigned).await);
    found
}

/// Entra does not follow groups in assigned groups: whoever is only in those is not provisioned (ILL-04).
async fn nested(client: &Client, assigned: &[AppAssignment]) -> Option<Line> {
    let groups: Vec<_> = assigned.iter().filter(|one| lines::is_group(one)).collect();
    if groups.is_empty() {
        return None;
    }
    let mut holding = Vec::new();
    for group in groups.iter().take(MOST_GROUPS) {
        match client.member_groups(group.principal_id).first(3).await {
            Ok(inner) if inner.is_empty() => {}
            Ok(inner) => holding.push(lines::holding(group, &inner)),
            Err(error) => return Some(lines::failed("nested_groups", &error, "GroupMember.Read.All")),
        }
    }
    Some(lines::nested(&holding, groups.len(), MOST_GROUPS))
}
