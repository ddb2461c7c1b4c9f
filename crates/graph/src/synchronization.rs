//! Entra's own provisioning: the jobs of an enterprise application (`servicePrincipals/{id}/synchronization`).
//!
//! A job's schema is handed through as it is: what is put back must hold all that was read, also what nobody here knows.
//! What it deliberately does not do: judge a job. Permissions: `Synchronization.Read.All` or `.ReadWrite.All`; the
//! applications and who is assigned to them: `Application.Read.All`.

use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::Call;
use crate::client::{Answer, Client};
use crate::error::GraphError;
use crate::list::List;
use crate::query::{Query, quote};

mod model;

pub use model::{
    AppAssignment, EnterpriseApp, JobError, Provisioned, Quarantine, Schedule, SyncCount, SyncExecution, SyncJob,
    SyncSecret, SyncStatus,
};

const APP: [&str; 4] = ["id", "appId", "displayName", "appRoleAssignmentRequired"];
/// More of these than any application has.
const MOST: usize = 10_000;

impl Client {
    /// An enterprise application by its object id; `None` when Graph says that there is none.
    pub async fn enterprise_app(&self, id: Uuid) -> Result<Option<EnterpriseApp>, GraphError> {
        let url = self.root().path(&["servicePrincipals", &id.to_string()], &Query::new().select(APP).to_text());
        match self.send(Call::get(self, url)).await {
            Ok(answer) => answer.json().map(Some),
            Err(GraphError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Enterprise applications of exactly this name, at most `most`.
    pub async fn enterprise_apps_named(&self, name: &str, most: usize) -> Result<Vec<EnterpriseApp>, GraphError> {
        let query = Query::new().select(APP).filter(format!("displayName eq {}", quote(name)));
        self.list(&["servicePrincipals"], &query).first(most).await
    }

    /// Enterprise applications with this application id: one or none.
    pub async fn enterprise_apps_of(&self, app_id: Uuid) -> Result<Vec<EnterpriseApp>, GraphError> {
        let query = Query::new().select(APP).filter(format!("appId eq {}", quote(&app_id.to_string())));
        self.list(&["servicePrincipals"], &query).first(2).await
    }

    /// Who is assigned to an enterprise application, by page.
    pub fn app_assignments(&self, principal: Uuid) -> List<AppAssignment> {
        self.list(&["servicePrincipals", &principal.to_string(), "appRoleAssignedTo"], &Query::new())
    }

    /// Groups that are direct members of a group, by page.
    pub fn member_groups(&self, group: Uuid) -> List<crate::Group> {
        let query = Query::new().select(["id", "displayName"]);
        self.list(&["groups", &group.to_string(), "members", "microsoft.graph.group"], &query)
    }

    /// An application's provisioning jobs.
    pub async fn sync_jobs(&self, principal: Uuid) -> Result<Vec<SyncJob>, GraphError> {
        self.list(&below(principal, &["jobs"]).each(), &Query::new()).all(MOST).await
    }

    /// The settings kept as secrets: Graph shows the values of some and of others only that they are there.
    pub async fn sync_secrets(&self, principal: Uuid) -> Result<Vec<SyncSecret>, GraphError> {
        self.list(&below(principal, &["secrets"]).each(), &Query::new()).all(MOST).await
    }

    /// What a job maps to what, as Graph's `synchronizationSchema`.
    pub async fn sync_schema(&self, principal: Uuid, job: &str) -> Result<Value, GraphError> {
        let url = self.root().path(&below(principal, &["jobs", job, "schema"]).each(), "");
        self.send(Call::get(self, url)).await?.json()
    }

    /// Replaces what a job maps to what. A new initial cycle follows.
    pub async fn put_sync_schema(&self, principal: Uuid, job: &str, schema: &Value) -> Result<(), GraphError> {
        let path = below(principal, &["jobs", job, "schema"]);
        self.change(Method::PUT, &path, Some(schema)).await.map(drop)
    }

    /// Starts a job that was never started or is paused.
    pub async fn start_sync_job(&self, principal: Uuid, job: &str) -> Result<(), GraphError> {
        self.change(Method::POST, &below(principal, &["jobs", job, "start"]), None::<&Value>).await.map(drop)
    }

    /// Pauses a job.
    pub async fn pause_sync_job(&self, principal: Uuid, job: &str) -> Result<(), GraphError> {
        self.change(Method::POST, &below(principal, &["jobs", job, "pause"]), None::<&Value>).await.map(drop)
    }

    /// Restarts a job. `reset_scope` lists what is forgotten: `Watermark, Escrows, QuarantineState`.
    pub async fn restart_sync_job(&self, principal: Uuid, job: &str, reset_scope: &str) -> Result<(), GraphError> {
        let body = json!({ "criteria": { "resetScope": reset_scope } });
        self.change(Method::POST, &below(principal, &["jobs", job, "restart"]), Some(&body)).await.map(drop)
    }

    /// Provisions one user or group now; of a group the members named, at most five.
    pub async fn provision_on_demand(
        &self,
        principal: Uuid,
        job: &str,
        rule: &str,
        object: (Uuid, &str),
        members: &[Uuid],
    ) -> Result<Provisioned, GraphError> {
        let (id, kind) = object;
        let mut subject = json!({ "objectId": id, "objectTypeName": kind });
        if !members.is_empty() {
            let members: Vec<_> =
                members.iter().map(|member| json!({ "objectId": member, "objectTypeName": "User" })).collect();
            subject["links"] = json!({ "members": members });
        }
        let body = json!({ "parameters": [{ "ruleId": rule, "subjects": [subject] }] });
        let path = below(principal, &["jobs", job, "provisionOnDemand"]);
        self.change(Method::POST, &path, Some(&body)).await?.json()
    }

    async fn change<B: Serialize>(
        &self,
        method: Method,
        path: &Segments,
        body: Option<&B>,
    ) -> Result<Answer, GraphError> {
        let call = Call::new(self, method, self.root().path(&path.each(), ""));
        self.send(match body {
            Some(body) => call.json(body),
            None => call,
        })
        .await
    }
}

/// A path's segments.
struct Segments(Vec<String>);

impl Segments {
    fn each(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

fn below(principal: Uuid, rest: &[&str]) -> Segments {
    let head = ["servicePrincipals".to_owned(), principal.to_string(), "synchronization".to_owned()];
    Segments(head.into_iter().chain(rest.iter().map(|segment| (*segment).to_owned())).collect())
}
