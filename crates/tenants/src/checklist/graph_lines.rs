//! The lines about what we may do: token, permissions, one page of each kind, delta, throttling, licence.

use graph::{Client, GraphError, Pace, Query};
use serde::de::IgnoredAny;

use super::{Line, LineResult, Subject};
use crate::Feature;
use crate::grants::{self, Grant};
use crate::status::{Failure, Fault, sentence};

/// Token and everything behind it, added to `lines`.
pub(super) async fn check(subject: &Subject, reached: bool, pace: &Pace, lines: &mut Vec<Line>) {
    let start = pace.now();
    let roles = if reached { token(subject, lines).await } else { None };
    if let Some(line) = lines.last_mut().filter(|line| line.name == "token") {
        *line = line.clone().took(pace.now().saturating_sub(start));
    }
    let Some(roles) = roles else {
        if !reached {
            lines.push(Line::skipped("token", "the sign-in service cannot be reached"));
        }
        for name in ["permission", "users", "groups", "delta", "throttling", "licence"] {
            lines.push(Line::skipped(name, "there is no token"));
        }
        return;
    };
    permissions(subject, &roles, lines);
    let mut licence = Line::ok("licence", "no chosen feature needs a licence");
    for (name, feature) in [("users", Feature::Users), ("groups", Feature::Groups), ("delta", Feature::Users)] {
        let start = pace.now();
        let line = match refused_beforehand(subject, feature, &roles) {
            Some(why) => Line::skipped(name, why),
            None => page(&subject.client, name, &mut licence).await,
        };
        lines.push(line.took(pace.now().saturating_sub(start)));
    }
    lines.push(throttling(&subject.client));
    lines.push(licence);
}

async fn token(subject: &Subject, lines: &mut Vec<Line>) -> Option<Vec<String>> {
    match subject.client.token_claims().await {
        Ok(claims) if claims.tid.as_deref().is_some_and(|tid| tid != subject.entra_id.to_string()) => {
            lines.push(Line::fail("token", "Entra gave a token for another tenant", "check the tenant id"));
            None
        }
        Ok(claims) => {
            let how = match claims.appidacr.as_deref() {
                Some("2") => "by certificate",
                Some("1") => "by secret",
                _ => "by its credential",
            };
            lines.push(Line::ok("token", format!("Entra knows the application {how}")));
            Some(claims.roles)
        }
        Err(error) => {
            lines.push(refused("token", &error));
            None
        }
    }
}

fn permissions(subject: &Subject, roles: &[String], lines: &mut Vec<Line>) {
    for grant in grants::needed(&subject.features) {
        lines.push(permission(grant, roles));
    }
    let superfluous = grants::compare(&subject.features, roles).superfluous;
    if !superfluous.is_empty() {
        let detail = format!("granted and not needed: {}", superfluous.join(", "));
        lines.push(Line::warn("superfluous", detail, "remove them from the application: the least is the safest"));
    }
}

fn permission(grant: &'static Grant, roles: &[String]) -> Line {
    if grant.is_met_by(roles) {
        return Line::ok("permission", format!("{} is granted", grant.name));
    }
    let detail = format!("{} is missing: {}", grant.name, grant.without);
    let mend = "add it to the application as an application permission and have an administrator consent";
    if grant.optional { Line::warn("permission", detail, mend) } else { Line::fail("permission", detail, mend) }
}

fn refused_beforehand(subject: &Subject, feature: Feature, roles: &[String]) -> Option<&'static str> {
    if !subject.features.contains(&feature) {
        return Some("not chosen");
    }
    let granted = grants::needed(&[feature]).iter().all(|grant| grant.is_met_by(roles));
    (!granted).then_some("the permission is missing")
}

async fn page(client: &Client, name: &'static str, licence: &mut Line) -> Line {
    let one = Query::new().select(["id"]).top(1);
    let tried = match name {
        "users" => client.users(&one).next_page().await.map(|page| page.map_or(0, |page| page.items.len())),
        "groups" => client.groups(&one).next_page().await.map(|page| page.map_or(0, |page| page.items.len())),
        _ => client.get_json::<IgnoredAny>("/users/delta?$select=id&$deltatoken=latest").await.map(|_| 1),
    };
    match tried {
        Ok(0) => Line::warn(name, "the page is empty", "expected only in a tenant without any"),
        Ok(_) => Line::ok(name, "one page was read"),
        Err(error) => {
            let line = refused(name, &error);
            if Failure::of(&error).is_some_and(|failure| failure.fault == Fault::NoLicence) {
                *licence = Line { name: "licence".into(), ..line.clone() };
            }
            line
        }
    }
}

fn throttling(client: &Client) -> Line {
    let state = client.budget().look();
    match state.throttled_for {
        Some(left) => {
            let detail = format!("Graph asks to wait {} s more", left.as_secs());
            Line::warn("throttling", detail, "nothing to do: Vestibule waits as long as Microsoft asks")
        }
        None => Line::ok(
            "throttling",
            format!("{} resource units left, throttled {} times so far", state.units_left, state.throttled_count),
        ),
    }
}

/// A failure as a line, with its raw code and its mend.
fn refused(name: &'static str, error: &GraphError) -> Line {
    let mend = match (error, Failure::of(error)) {
        (GraphError::Token(token), _) => token.explanation().1,
        (_, Some(failure)) => failure.fault.status().mend(),
        (_, None) => "report it together with the request ids",
    };
    let result = match error {
        GraphError::Throttled { .. } => LineResult::Warn,
        _ => LineResult::Fail,
    };
    Line { result, ..Line::fail(name, sentence(error), mend).code(error.raw_code()) }
}
