//! The lines about the way to Entra: names, connections, clocks, and whether the tenant is there.

use std::error::Error;
use std::time::Duration;

use graph::Pace;
use kernel::Clock;
use oidc::{Authority, explain};
use url::Url;

use super::{Line, Subject};
use crate::discovery::{Found, discover};
use crate::status::innermost;

/// A clock that differs by more makes assertions and tokens invalid.
const SKEW_FAILS: Duration = Duration::from_mins(5);
/// A clock that differs by more deserves a look.
const SKEW_WARNS: Duration = Duration::from_mins(1);

/// Names, connections, clock, discovery.
pub(super) async fn check(subject: &Subject, authority: &Authority, clock: &Clock, pace: &Pace) -> Vec<Line> {
    let mut lines = Vec::new();
    let start = pace.now();
    let dns = names(subject, authority).await;
    lines.push(dns.took(pace.now().saturating_sub(start)));

    let start = pace.now();
    let tenant = subject.entra_id.to_string();
    let (found, graph) =
        tokio::join!(discover(&subject.http, authority, &tenant), subject.http.get(authority.graph().clone()).send(),);
    let took = pace.now().saturating_sub(start);
    let connect = match (&found, &graph) {
        (Err(cause), _) | (_, Err(cause)) => unreachable(cause),
        _ => Line::ok("connect", format!("TLS to {} and {}", host(authority.login()), host(authority.graph()))),
    };
    if !connect.failed() && lines[0].failed() {
        lines[0] = Line::warn("dns", lines[0].detail.clone(), "nothing to mend when a proxy resolves names");
    }
    lines.push(connect.took(took));
    if let Ok(found) = found {
        lines.extend([skew(&found, clock), discovery(subject, &found)]);
    } else {
        let why = "the sign-in service cannot be reached";
        lines.extend([Line::skipped("clock", why), Line::skipped("discovery", why)]);
    }
    lines
}

/// The clock alone, by the time in an answer of the sign-in service.
pub(super) async fn clock(subject: &Subject, authority: &Authority, clock: &Clock) -> Line {
    match discover(&subject.http, authority, &subject.entra_id.to_string()).await {
        Ok(found) => skew(&found, clock),
        Err(cause) => Line::skipped("clock", format!("the sign-in service cannot be reached: {}", innermost(&cause))),
    }
}

async fn names(subject: &Subject, authority: &Authority) -> Line {
    if subject.proxied {
        return Line::skipped("dns", "the tenant's proxy resolves names");
    }
    let mut known = Vec::new();
    for url in [authority.login(), authority.graph()] {
        let (name, port) = (host(url), url.port_or_known_default().unwrap_or(443));
        match tokio::net::lookup_host((name.trim_matches(['[', ']']), port)).await {
            Ok(addresses) => known.push(format!("{name} has {} addresses", addresses.count())),
            Err(cause) => {
                let mend = "check the name server of this machine, or set a proxy";
                return Line::fail("dns", format!("{name} cannot be resolved: {cause}"), mend);
            }
        }
    }
    Line::ok("dns", known.join(", "))
}

/// Why there is no connection, and what to do: name, route, certificate or time.
pub(super) fn unreachable(cause: &reqwest::Error) -> Line {
    let why = innermost(cause);
    let chain = chain(cause);
    let mend = if chain.contains("certificate") || chain.contains("UnknownIssuer") {
        "something on the way shows a certificate that this machine does not trust: add its authority to the tenant's \
         settings"
    } else if cause.is_timeout() {
        "nothing answers: check firewall and proxy for port 443"
    } else if chain.contains("dns") {
        "the name cannot be resolved: check the name server, or set a proxy"
    } else {
        "check firewall, proxy and the cloud's base URLs"
    };
    Line::fail("connect", why, mend)
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(cause) = inner {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        inner = cause.source();
    }
    text
}

fn skew(found: &Found, clock: &Clock) -> Line {
    let Some(theirs) = found.date else {
        return Line::skipped("clock", "the answer has no time");
    };
    let ours = clock.now();
    let skew = ours.since(theirs).max(theirs.since(ours));
    let mend = "let this machine's clock follow a time server (NTP)";
    let detail = format!("the clocks differ by {} s", skew.as_secs());
    if skew > SKEW_FAILS {
        Line::fail("clock", detail, mend)
    } else if skew > SKEW_WARNS {
        Line::warn("clock", detail, mend)
    } else {
        Line::ok("clock", detail)
    }
}

fn discovery(subject: &Subject, found: &Found) -> Line {
    match (found.tenant, found.code) {
        (Some(tenant), _) if tenant == subject.entra_id => Line::ok("discovery", "the tenant exists"),
        (Some(tenant), _) => {
            Line::fail("discovery", format!("the sign-in service answers for {tenant}"), "check the tenant id")
        }
        (None, Some(code)) => {
            let (what, mend) = explain(code);
            Line::fail("discovery", what, mend).code(Some(format!("AADSTS{code}")))
        }
        (None, None) => Line::fail(
            "discovery",
            format!("status {} and no tenant in it", found.status),
            "look for a proxy or a captive portal on the way, and check the login base URL",
        ),
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}
