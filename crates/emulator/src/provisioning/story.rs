//! One line of the provisioning log: what was done for one object, step by step, as Graph shows it in
//! `auditLogs/provisioning`.

use kernel::Timestamp;
use serde_json::{Value, json};

use super::failure::{Failure, Reach};
use super::patch::Difference;
use super::run::Run;
use super::source::Entry;
use crate::directory::Kind;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// An object was created.
    Create,
    /// It was changed, or matched.
    Update,
    /// A user was disabled.
    Disable,
    /// It was deleted.
    Delete,
    /// Nothing.
    Skip,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Disable => "disable",
            Self::Delete => "delete",
            Self::Skip => "other",
        }
    }
}

/// How many modified properties one line holds: a group may take in a hundred thousand members at once.
const MODIFIED_KEPT: usize = 200;

/// A line while it is written.
#[derive(Debug)]
pub struct Story {
    steps: Vec<Value>,
    modified: Vec<Value>,
    intent: Action,
    skipped: Option<(&'static str, String)>,
    target: Option<String>,
    began: std::time::Instant,
}

impl Story {
    /// Begins with what every object goes through: import and scoping.
    pub fn of(entry: &Entry) -> Self {
        let kind = kind_name(entry.object.kind);
        let mut story = Self {
            steps: Vec::new(),
            modified: Vec::new(),
            intent: Action::Update,
            skipped: None,
            target: None,
            began: std::time::Instant::now(),
        };
        story.step("EntryImport", "import", &format!("Received {kind} '{}' from Microsoft Entra ID", entry.name));
        let scoped = if entry.in_scope { "in scope" } else { "not in scope" };
        story.step("EntrySynchronizationScoping", "scoping", &format!("{kind} is {scoped} for provisioning"));
        story
    }

    /// A step that went well.
    pub fn step(&mut self, name: &str, kind: &str, description: &str) {
        self.push(name, kind, "success", description);
    }

    /// What is being attempted, and what would change.
    pub fn attempt(&mut self, intent: Action, differences: &[Difference]) {
        self.intent = intent;
        for difference in differences {
            self.modify(&difference.path.text, difference.old.as_ref(), Some(&json!(difference.new)));
        }
    }

    /// One property that changes.
    pub fn modify(&mut self, name: &str, old: Option<&Value>, new: Option<&Value>) {
        if self.modified.len() == MODIFIED_KEPT {
            return;
        }
        self.modified.push(json!({
            "displayName": name, "oldValue": old.map(Value::to_string), "newValue": new.map(Value::to_string),
        }));
    }

    /// Nothing was to be done, and why.
    pub fn skip(&mut self, code: &'static str, reason: impl Into<String>) -> Action {
        let reason = reason.into();
        self.push("EntryExport", "export", "skipped", &reason);
        self.skipped = Some((code, reason));
        Action::Skip
    }

    /// The target's id.
    pub fn found(&mut self, target: &str) {
        self.target = Some(target.to_owned());
    }

    fn push(&mut self, name: &str, kind: &str, status: &str, description: &str) {
        self.steps.push(json!({
            "name": name, "provisioningStepType": kind, "status": status, "description": description, "details": {},
        }));
    }

    /// The line.
    pub fn finish(mut self, run: &Run<'_>, entry: &Entry, outcome: &Result<Action, Failure>, now: Timestamp) -> Value {
        let kind = kind_name(entry.object.kind);
        let (status, error) = match outcome {
            Err(failure) => {
                self.push("EntryExport", "export", "failure", &failure.to_string());
                ("failure", Some((failure.code, failure.detail.clone(), category(failure))))
            }
            Ok(_) => {
                if let Some((code, reason)) = self.skipped.take() {
                    ("skipped", Some((code, reason, "nonServiceFailure")))
                } else {
                    self.push("EntryExport", "export", "success", &format!("{kind} '{}' was exported", entry.name));
                    ("success", None)
                }
            }
        };
        let action = outcome.as_ref().map_or(self.intent, |action| *action);
        let error = error.map(|(code, reason, category)| {
            json!({
                "errorCode": code, "reason": reason, "additionalDetails": null, "errorCategory": category,
                "recommendedAction": null,
            })
        });
        json!({
            "id": run.world.guid(), "activityDateTime": now, "tenantId": run.job.tenant_id, "jobId": run.job.id,
            "cycleId": run.id, "changeId": run.world.guid(), "provisioningAction": action.name(),
            "durationInMilliseconds": u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "provisioningStatusInfo": { "status": status, "errorInformation": error },
            "provisioningSteps": self.steps, "modifiedProperties": self.modified,
            "servicePrincipal": { "id": run.job.principal_id, "displayName": run.principal_name },
            "sourceSystem": { "id": null, "displayName": "Microsoft Entra ID", "details": {} },
            "targetSystem": { "id": null, "displayName": run.principal_name, "details": {} },
            "initiatedBy": {
                "id": null, "displayName": run.initiator, "initiatorType": "system",
            },
            "sourceIdentity": {
                "id": entry.id, "displayName": entry.name, "identityType": kind,
                "details": { "userPrincipalName": entry.principal_name },
            },
            "targetIdentity": {
                "id": self.target, "displayName": entry.name, "identityType": kind, "details": {},
            },
        })
    }
}

fn category(failure: &Failure) -> &'static str {
    if failure.reach == Reach::Passing { "failure" } else { "nonServiceFailure" }
}

/// `User` or `Group`.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "User",
        Kind::Group => "Group",
    }
}
