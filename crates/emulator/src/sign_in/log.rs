//! The sign-in log: one entry per sign-in that ended, well or badly (Graph: signIn).

use std::collections::VecDeque;
use std::net::IpAddr;

use kernel::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::advance::Parties;
use super::claims::Api;
use super::flow::Flow;
use super::visit::Visit;
use super::{agent, scopes};
use crate::access::evaluate::{Applied, Verdict};
use crate::access::{Risk, place, situation};
use crate::apps::catalogue::GRAPH_APP_ID;
use crate::identity::aadsts::AadError;

/// How many entries are remembered.
const KEPT: usize = 5_000;

/// One step of a sign-in.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// `Password`, or the name of the external method.
    pub method: String,
    /// More about it.
    pub detail: String,
    /// Whether it was passed.
    pub succeeded: bool,
    /// What came of it.
    pub result: String,
    /// What it was needed for.
    pub requirement: &'static str,
}

/// One sign-in that ended.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// The tenant.
    pub tenant: Uuid,
    /// When it ended.
    pub at: Timestamp,
    /// Follows the sign-in through logs.
    pub correlation_id: Uuid,
    /// The request it ended in.
    pub request_id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// The person's principal name.
    pub principal_name: String,
    /// The person's name.
    pub display_name: String,
    /// The application.
    pub app_id: Uuid,
    /// The application's name.
    pub app_name: String,
    /// The API it was for.
    pub resource_id: Uuid,
    /// The API's name.
    pub resource_name: String,
    /// From where.
    pub address: IpAddr,
    /// With which browser.
    pub agent: String,
    /// With what kind of client.
    pub client: &'static str,
    /// 0, or the AADSTS number.
    pub code: u32,
    /// The text of the number.
    pub reason: Option<String>,
    /// A second factor was asked for.
    pub second_factor: bool,
    /// `amr` of the tokens; empty when it failed.
    pub amr: Vec<String>,
    /// The risk as it was.
    pub risk: Risk,
    /// `success`, `failure`, `notApplied`.
    pub policy_status: &'static str,
    /// Policy by policy.
    pub policies: Vec<Applied>,
    /// Step by step.
    pub steps: Vec<Step>,
}

/// The entries, youngest first.
#[derive(Debug, Default)]
pub struct Log(VecDeque<Entry>);

impl Log {
    /// The entries of a tenant, youngest first.
    pub fn of(&self, tenant: Uuid) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |entry| entry.tenant == tenant)
    }

    /// Forgets those of a tenant.
    pub fn clear(&mut self, tenant: Uuid) {
        self.0.retain(|entry| entry.tenant != tenant);
    }

    fn note(&mut self, entry: Entry) {
        self.0.truncate(KEPT - 1);
        self.0.push_front(entry);
    }
}

impl Step {
    /// The password.
    pub fn password(at: Timestamp, succeeded: bool) -> Self {
        Self {
            at,
            method: "Password".to_owned(),
            detail: "Password in the cloud".to_owned(),
            succeeded,
            result: if succeeded { "Correct password" } else { "Incorrect password" }.to_owned(),
            requirement: "Primary authentication",
        }
    }

    /// What the browser's session had proved before.
    pub fn before(at: Timestamp) -> Self {
        Self {
            at,
            method: "Previously satisfied".to_owned(),
            detail: String::new(),
            succeeded: true,
            result: "First factor requirement satisfied by claim in the token".to_owned(),
            requirement: "Primary authentication",
        }
    }
}

/// Notes a sign-in that ended: well without an error.
pub fn note(visit: &Visit, flow: &Flow, parties: &Parties, verdict: Option<&Verdict>, error: Option<&AadError>) {
    let session = flow.session.as_ref().and_then(|id| visit.world.sign_ins.memory().sessions.get(id).cloned());
    let amr = session.filter(|_| error.is_none()).map(|session| session.evidence.words()).unwrap_or_default();
    let (resource_id, resource_name) = resource(visit, flow, parties);
    let entry = Entry {
        id: visit.world.guid(),
        tenant: parties.tenant.id,
        at: visit.trace.now,
        correlation_id: flow.correlation_id,
        request_id: visit.trace.trace_id,
        user_id: parties.person.id,
        principal_name: parties.person.principal_name.clone(),
        display_name: parties.person.name.clone(),
        app_id: parties.application.app_id,
        app_name: parties.application.display_name.clone(),
        resource_id,
        resource_name,
        address: visit.address,
        agent: visit.agent.clone(),
        client: situation::client(flow.request.platform),
        code: error.map_or(0, |error| error.code),
        reason: error.map(|error| error.text.clone()),
        second_factor: verdict.is_some_and(Verdict::wants_second_factor),
        amr,
        risk: parties.tenant.access().risk(parties.person.id),
        policy_status: verdict.map_or("notApplied", Verdict::status),
        policies: verdict.map(|verdict| verdict.applied.clone()).unwrap_or_default(),
        steps: flow.steps.clone(),
    };
    visit.world.sign_ins.memory().log.note(entry);
}

/// The API that tokens were asked for.
fn resource(visit: &Visit, flow: &Flow, parties: &Parties) -> (Uuid, String) {
    match scopes::api(&visit.world, &visit.links, &parties.tenant, &flow.request.scope) {
        Ok(Api::Other(app, _)) => (app.app_id, app.display_name),
        _ => (GRAPH_APP_ID, "Microsoft Graph".to_owned()),
    }
}

/// An entry as Graph shows it; the details only in `beta`.
pub fn shown(entry: &Entry, beta: bool) -> Value {
    let mut shown = json!({
        "id": entry.id, "createdDateTime": entry.at, "userDisplayName": entry.display_name,
        "userPrincipalName": entry.principal_name, "userId": entry.user_id, "appId": entry.app_id,
        "appDisplayName": entry.app_name, "ipAddress": entry.address,
        "clientAppUsed": if entry.client == "browser" { "Browser" } else { "Mobile Apps and Desktop clients" },
        "correlationId": entry.correlation_id, "conditionalAccessStatus": entry.policy_status, "isInteractive": true,
        "riskDetail": entry.risk.detail, "riskLevelAggregated": entry.risk.level,
        "riskLevelDuringSignIn": entry.risk.sign_in_level, "riskState": entry.risk.state, "riskEventTypes": [],
        "riskEventTypes_v2": [], "resourceDisplayName": entry.resource_name, "resourceId": entry.resource_id,
        "userAgent": entry.agent,
        "status": { "errorCode": entry.code, "failureReason": entry.reason, "additionalDetails": additional(entry) },
        "deviceDetail": { "deviceId": "", "displayName": "", "operatingSystem": agent::system(&entry.agent), "browser": agent::browser(&entry.agent), "isCompliant": false, "isManaged": false, "trustType": "" },
        "location": { "city": null, "state": null, "countryOrRegion": place::country(entry.address), "geoCoordinates": { "altitude": null, "latitude": null, "longitude": null } },
        "appliedConditionalAccessPolicies": entry.policies.iter().map(policy).collect::<Vec<_>>(),
    });
    if beta {
        shown["authenticationRequirement"] =
            json!(if entry.second_factor { "multiFactorAuthentication" } else { "singleFactorAuthentication" });
        shown["authenticationDetails"] = entry.steps.iter().map(step).collect();
    }
    shown
}

fn additional(entry: &Entry) -> Option<&'static str> {
    (entry.code == 0 && entry.second_factor).then_some("MFA completed in Azure AD")
}

fn policy(applied: &Applied) -> Value {
    json!({
        "id": applied.id, "displayName": applied.name, "enforcedGrantControls": applied.grant,
        "enforcedSessionControls": applied.session, "result": applied.result,
    })
}

fn step(step: &Step) -> Value {
    json!({
        "authenticationStepDateTime": step.at, "authenticationMethod": step.method,
        "authenticationMethodDetail": step.detail, "succeeded": step.succeeded,
        "authenticationStepResultDetail": step.result, "authenticationStepRequirement": step.requirement,
    })
}
