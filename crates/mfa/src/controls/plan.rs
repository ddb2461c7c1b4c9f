//! The way from a custom control to External MFA. Pure.

use std::fmt::Write as _;

use serde::Serialize;
use utoipa::ToSchema;

use super::{ControlView, UsedBy};
use crate::readiness::policy::{Policy, PolicyState};
use crate::settings::CustomControls;

/// A step of the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaMigrationStep)]
pub struct Step {
    /// What to do.
    pub title: String,
    /// How, and what to look out for.
    pub text: String,
    /// Whether it is done already, as far as can be seen from here.
    pub done: bool,
}

/// How it stands here.
pub(super) struct Here<'a> {
    /// Whether Entra is answered.
    pub is_on: bool,
    /// What Entra calls itself to us.
    pub client_id: &'a str,
    /// Whether custom controls are answered.
    pub controls: &'a CustomControls,
}

fn step(title: &str, text: impl Into<String>, done: bool) -> Step {
    Step { title: title.to_owned(), text: text.into(), done }
}

/// The names of policies in a row.
fn names(policies: &[&UsedBy]) -> String {
    policies.iter().map(|one| format!("“{}”", one.policy)).collect::<Vec<_>>().join(", ")
}

/// Whether this server answers the control, where it is this server that people are sent to.
fn answered(view: &ControlView, here: &Here<'_>) -> Option<Step> {
    let mut text = format!(
        "It sends people to this server, which answers custom controls only where the settings say so: Second factor > Settings > \
         Custom controls, with {}.",
        if view.answers.is_empty() { "a claim".to_owned() } else { view.answers.join(", ") }
    );
    let same = view.client_id == here.client_id;
    if !same {
        let _ =
            write!(text, " Its client id {} is not the one here, {}: give that one.", view.client_id, here.client_id);
    }
    let done = same && here.controls.enabled && view.answers.iter().all(|claim| here.controls.claims.contains(claim));
    view.is_ours.then(|| step("Have it answered meanwhile", text, done))
}

/// The end of it, where custom controls are answered.
fn switched_off(here: &Here<'_>) -> Option<Step> {
    let text = format!(
        "This server answers custom controls of this tenant ({}). Attempts tell who still comes by one. When nobody does: Second \
         factor > Settings > Custom controls.",
        here.controls.claims.join(", ")
    );
    here.controls.enabled.then(|| step("Switch custom controls off here", text, false))
}

/// The names of policies that ask for multifactor authentication and for no custom control, in force or report-only.
pub(super) fn beside(policies: &[Policy]) -> Vec<String> {
    let asks = |policy: &&Policy| {
        policy.asks_mfa && policy.custom_controls.is_empty() && policy.state != PolicyState::Disabled
    };
    policies.iter().filter(asks).map(|policy| format!("“{}”", policy.name)).collect()
}

/// The steps, in their order.
pub(super) fn steps(view: &ControlView, beside: &[String], here: &Here<'_>) -> Vec<Step> {
    let using: Vec<&UsedBy> = view.used_by.iter().collect();
    let unused = using.is_empty() && view.unread.is_none();
    let hit_nobody = view.unread.is_none() && using.iter().all(|one| one.state == PolicyState::Disabled);
    let mut steps = vec![
        step(
            "Leave the custom control as it is",
            "It cannot be edited any more, and it ends in early 2027. Until then both can stand side by side.",
            true,
        ),
        step(
            "Set up External MFA here",
            "Application, method, keys: Second factor > Set up. The method is made switched off, for nobody.",
            here.is_on,
        ),
        step(
            "Have people registered before they are asked",
            "Import hardware tokens, write to those without a factor, or let them register within the first sign-in. \
             Readiness counts who could not pass.",
            false,
        ),
        new_policies(view, &using, beside),
        if unused {
            step(
                "Switch the new policies on",
                "For a pilot group first. No old policy asks the same people for the custom control.",
                false,
            )
        } else {
            step(
                "Take the pilot group out of the old policies, then switch the new ones on",
                "In this order, at one time: whoever is hit by both is sent to both providers. The doctor counts them.",
                false,
            )
        },
        step(
            "Go on group by group",
            "Add a group to the method and to the new policies, and leave it out of the old ones, until those hit nobody.",
            hit_nobody && !beside.is_empty(),
        ),
        last(view, unused),
    ];
    steps.splice(1..1, answered(view, here));
    steps.extend(switched_off(here));
    steps
}

/// The new policies: done where another one asks for what External MFA gives. One that asks for the control as well does not.
fn new_policies(view: &ControlView, using: &[&UsedBy], beside: &[String]) -> Step {
    let grant = "the grant Require multifactor authentication, report-only, for a pilot group. No authentication strength: \
                 External MFA satisfies none.";
    let there = if beside.is_empty() {
        String::new()
    } else {
        format!(" These ask for it without the custom control already: {}.", beside.join(", "))
    };
    let (title, how) = match (using.is_empty(), view.unread.is_some()) {
        (false, _) => (
            "Make a policy beside each of the old ones",
            format!("The old way is asked for by: {0}. Copy {0} with the same conditions and {grant}", names(using)),
        ),
        (true, true) => (
            "Make a policy beside each of the old ones",
            format!(
                "The old way is asked for by every policy that grants by it (look under Conditional Access > Policies). \
                 Copy each of those policies with the same conditions and {grant}"
            ),
        ),
        (true, false) => (
            "Make a policy that asks for multifactor authentication",
            format!(
                "No policy asks for the custom control any more, so that there is none to copy. Make one with {grant}"
            ),
        ),
    };
    step(title, format!("{how}{there}"), !beside.is_empty())
}

/// Nobody can see from here whether the custom control is gone.
fn last(view: &ControlView, unused: bool) -> Step {
    if unused {
        let how = "No policy asks for it any more: delete it under Conditional Access > Custom controls. Whether it is there \
                   cannot be seen from here.";
        return step("Delete the custom control", how, false);
    }
    step(
        "Delete the old policies, then the custom control",
        format!("Entra deletes {} only when no policy asks for it any more.", view.name),
        false,
    )
}

/// What External MFA does that the custom control did not.
const GAINS: [&str; 4] = [
    "The sign-in counts as multifactor: for PIM, Intune enrolment, sign-in frequency, risk-based policies and guests of others.",
    "People register themselves and see it among their methods in Entra.",
    "Entra names what was proved (amr) and how (acr); claims of your own are not asked for any more.",
    "Answers are checked by keys that rotate; the list of attempts has Entra’s correlation id.",
];

/// The whole as Markdown.
pub(super) fn text(view: &ControlView) -> String {
    let mut text = format!("# From “{}” to External MFA\n\n## What it did\n\n", view.name);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "- People were sent to {} ({}).", view.host, view.discovery_url);
    for control in &view.controls {
        let claims = if control.claims.is_empty() { "nothing more".to_owned() } else { control.claims.join("; ") };
        let _ =
            writeln!(text, "- A policy that holds “{}” ({}) let them in after: {claims}.", control.id, control.name);
    }
    for used in &view.used_by {
        let _ = writeln!(text, "- Asked for by the policy “{}” ({}).", used.policy, used.state);
    }
    if let Some(why) = &view.unread {
        let _ = writeln!(text, "- Which policies ask for it could not be read: {why}.");
    }
    let _ = writeln!(text, "\n## What is better afterwards\n");
    for gain in GAINS {
        let _ = writeln!(text, "- {gain}");
    }
    let _ = writeln!(text, "\n## The way\n");
    for (number, step) in (1..).zip(&view.plan) {
        let mark = if step.done { "x" } else { " " };
        let _ = writeln!(text, "{number}. [{mark}] **{}.** {}", step.title, step.text);
    }
    text
}
