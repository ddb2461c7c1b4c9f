//! Policies and a situation make a verdict. Every policy that is about it must be content; one that only reports
//! says what it would have done.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::policy::texts;
use super::situation::Situation;
use super::{Access, conditions};

/// What one policy said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub grant: Vec<String>,
    /// How it shapes the session.
    pub session: Vec<String>,
    /// `success`, `failure`, `notApplied`, ... (Graph: appliedConditionalAccessPolicyResult).
    pub result: &'static str,
}

/// What comes of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Go on.
    Pass,
    /// The password first, again.
    Password,
    /// A second factor first.
    SecondFactor,
    /// A custom control first.
    Control,
    /// Not at all: AADSTS number.
    Refuse(u32),
}

/// Everything.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Policy by policy.
    pub applied: Vec<Applied>,
    /// Together.
    pub outcome: Outcome,
    /// The custom control that is to be passed next.
    pub control: Option<String>,
}

impl Verdict {
    /// Graph's `conditionalAccessStatus`.
    pub fn status(&self) -> &'static str {
        let any = |wanted: &str| self.applied.iter().any(|applied| applied.result == wanted);
        match () {
            () if any("failure") => "failure",
            () if any("success") => "success",
            () => "notApplied",
        }
    }

    /// Whether a policy that is on asks for a second factor, passed or not.
    pub fn wants_second_factor(&self) -> bool {
        let on = |applied: &&Applied| matches!(applied.result, "success" | "failure");
        self.applied.iter().filter(on).any(|applied| applied.grant.iter().any(|control| control == "mfa"))
    }
}

/// One control, or one policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Met,
    Reachable,
    /// By a provider that is no second factor.
    Asked,
    Unmet(u32),
}

/// Asks every policy.
pub fn evaluate(access: &Access, situation: &Situation<'_>) -> Verdict {
    let (mut outcome, mut control) = (Outcome::Pass, None);
    let mut applied = Vec::new();
    for (id, policy) in &access.policies {
        let (result, own) = ask(access, policy, situation);
        outcome = worse(outcome, own);
        if own == Outcome::Control {
            control = control.or_else(|| next_control(access, &policy["grantControls"], situation));
        }
        let grant = controls(&policy["grantControls"]);
        let session = policy["sessionControls"].as_object().cloned().unwrap_or_default();
        applied.push(Applied {
            id: id.to_string(),
            name: policy["displayName"].as_str().unwrap_or_default().to_owned(),
            grant,
            session: session.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone()).collect(),
            result,
        });
    }
    Verdict { applied, outcome, control }
}

/// The authentication contexts that a policy in force protects and whose policies are content.
pub fn reached(access: &Access, situation: &Situation<'_>) -> Vec<String> {
    let on: Vec<_> = access.policies.values().filter(|policy| policy["state"] == "enabled").collect();
    let references =
        |policy: &&Value| texts(&policy["conditions"]["applications"]["includeAuthenticationContextClassReferences"]);
    let mut contexts: BTreeSet<String> = on.iter().flat_map(references).collect();
    contexts.retain(|context| {
        let alone = Situation { targets: Vec::new(), contexts: vec![context.clone()], ..situation.clone() };
        let protected = on.iter().any(|policy| conditions::hold(access, policy, &alone));
        protected && evaluate(access, &alone).outcome == Outcome::Pass
    });
    contexts.into_iter().collect()
}

fn ask(access: &Access, policy: &Value, situation: &Situation<'_>) -> (&'static str, Outcome) {
    let reporting = match policy["state"].as_str() {
        Some("enabled") => false,
        Some("enabledForReportingButNotEnforced") => true,
        _ => return ("notEnabled", Outcome::Pass),
    };
    if !conditions::hold(access, policy, situation) {
        return (if reporting { "reportOnlyNotApplied" } else { "notApplied" }, Outcome::Pass);
    }
    let frequency = &policy["sessionControls"]["signInFrequency"];
    let again = frequency["authenticationType"] != "secondaryAuthentication"
        && is_old(frequency, Some(situation.evidence.since), situation);
    match (grant(access, &policy["grantControls"], frequency, situation), reporting) {
        (State::Unmet(code), false) => ("failure", Outcome::Refuse(code)),
        (_, false) if again => ("success", Outcome::Password),
        (State::Reachable, false) => ("failure", Outcome::SecondFactor),
        (State::Asked, false) => ("failure", Outcome::Control),
        (State::Met, false) => ("success", Outcome::Pass),
        (State::Unmet(_), true) => ("reportOnlyFailure", Outcome::Pass),
        (State::Reachable | State::Asked, true) => ("reportOnlyInterrupted", Outcome::Pass),
        (State::Met, true) => ("reportOnlySuccess", Outcome::Pass),
    }
}

fn worse(one: Outcome, other: Outcome) -> Outcome {
    let weight = |outcome: &Outcome| match outcome {
        Outcome::Pass => 0,
        Outcome::Control => 1,
        Outcome::SecondFactor => 2,
        Outcome::Password => 3,
        Outcome::Refuse(_) => 4,
    };
    if weight(&other) > weight(&one) { other } else { one }
}

/// The names of everything a policy asks for.
fn controls(grant: &Value) -> Vec<String> {
    let mut all = texts(&grant["builtInControls"]);
    all.extend(texts(&grant["customAuthenticationFactors"]));
    all.extend(texts(&grant["termsOfUse"]));
    if !grant["authenticationStrength"].is_null() {
        all.push("authenticationStrength".to_owned());
    }
    all
}

fn grant(access: &Access, grant: &Value, frequency: &Value, situation: &Situation<'_>) -> State {
    let mut states: Vec<State> =
        texts(&grant["builtInControls"]).iter().map(|control| built_in(control, frequency, situation)).collect();
    // An external method satisfies no authentication strength, not even the built-in one (External MFA, limits).
    states.extend((!grant["authenticationStrength"].is_null()).then_some(State::Unmet(53003)));
    states.extend(texts(&grant["customAuthenticationFactors"]).iter().map(|id| custom(access, id, situation)));
    states.extend(texts(&grant["termsOfUse"]).iter().map(|_| State::Unmet(50158)));
    let unmet = states.iter().find(|state| matches!(state, State::Unmet(_))).copied();
    let has = |wanted: State| states.contains(&wanted).then_some(wanted);
    let decided = if grant["operator"] == "AND" {
        unmet.or_else(|| has(State::Reachable)).or_else(|| has(State::Asked))
    } else {
        has(State::Met).or_else(|| has(State::Reachable)).or_else(|| has(State::Asked)).or(unmet)
    };
    decided.unwrap_or(State::Met)
}

/// A custom control is passed once in a session, and is no second factor whatever its provider does.
fn custom(access: &Access, id: &str, situation: &Situation<'_>) -> State {
    if situation.evidence.controls.iter().any(|passed| passed == id) {
        return State::Met;
    }
    if access.control(id).is_some() { State::Asked } else { State::Unmet(50176) }
}

fn next_control(access: &Access, grant: &Value, situation: &Situation<'_>) -> Option<String> {
    let all = texts(&grant["customAuthenticationFactors"]);
    all.into_iter().find(|id| custom(access, id, situation) == State::Asked)
}

fn built_in(control: &str, frequency: &Value, situation: &Situation<'_>) -> State {
    match control {
        "mfa" if is_old(frequency, situation.evidence.second, situation) => State::Reachable,
        "mfa" if situation.evidence.second.is_some() => State::Met,
        "mfa" => State::Reachable,
        "compliantDevice" => State::Unmet(53000),
        "domainJoinedDevice" => State::Unmet(53001),
        "approvedApplication" | "compliantApplication" => State::Unmet(53002),
        "passwordChange" => State::Unmet(50142),
        _ => State::Unmet(53003),
    }
}

/// Whether a proof is older than the sign-in frequency allows.
fn is_old(frequency: &Value, proved: Option<Timestamp>, situation: &Situation<'_>) -> bool {
    let Some(proved) = proved.filter(|_| frequency["isEnabled"] == true) else { return false };
    if frequency["frequencyInterval"] == "everyTime" {
        return proved < situation.began;
    }
    let unit = if frequency["type"] == "days" { 24 * 3_600 } else { 3_600 };
    let seconds = frequency["value"].as_u64().unwrap_or(1).saturating_mul(unit);
    situation.now.since(proved) >= Duration::from_secs(seconds)
}
