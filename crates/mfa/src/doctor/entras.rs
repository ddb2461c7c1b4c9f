//! Entra's side, as Microsoft Graph shows it, as lines: the method, the application. Pure (eam.md §3, §7).

use graph::GraphError;
use serde_json::Value;
use tenants::checklist::Line;

use super::line::{Coded as _, fail, ok, skipped, warn};
use crate::method::application::Needs;
use crate::method::{Method, ours};

/// Reading policies needs this.
pub(crate) const READ_POLICIES: &str = "Policy.Read.All";
/// Reading applications needs this.
pub(crate) const READ_APPLICATIONS: &str = "Application.Read.All";

/// What the method in Entra must say.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub app_id: String,
    pub client_id: String,
    pub discovery_url: String,
    pub authorization_endpoint: String,
}

/// An application as far as the doctor looks at it.
#[derive(Debug, Clone, Default)]
pub(super) struct Principal {
    pub name: String,
    pub enabled: bool,
    pub reply_urls: Vec<String>,
}

impl Principal {
    pub(super) fn read(value: &Value) -> Self {
        let urls = value["replyUrls"].as_array().into_iter().flatten();
        Self {
            name: value["displayName"].as_str().unwrap_or_default().to_owned(),
            enabled: value["accountEnabled"] != false,
            reply_urls: urls.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}

/// Graph did not answer as needed; `permission` is what it takes.
pub(crate) fn unread(name: &'static str, error: &GraphError, permission: &str) -> Line {
    let code = error.raw_code();
    if error.is_forbidden() {
        let mend = format!(
            "give the tenant’s application {permission}, or a plan that has this, and have an administrator consent"
        );
        return Line { mend: Some(mend), ..skipped(name, format!("not looked at: {permission} is missing")) }
            .coded(code);
    }
    let detail = error.refusal().map_or_else(|| error.to_string(), |refusal| refusal.message.clone());
    let mend = if error.try_again() { "try again in a minute" } else { "look at the tenant’s connection test" };
    fail(name, format!("it could not be read: {detail}"), mend).coded(code)
}

/// The method that is meant to be ours: the one with our discovery endpoint, or else one that has another value of ours.
fn find<'a>(methods: &'a [Method], wanted: &Wanted) -> Option<&'a Method> {
    let by = |fits: fn(&Method, &Wanted) -> bool| methods.iter().find(|method| fits(method, wanted));
    ours(methods, wanted)
        .or_else(|| by(|method, wanted| method.client_id == wanted.client_id))
        .or_else(|| by(|method, wanted| method.app_id.eq_ignore_ascii_case(&wanted.app_id)))
}

/// Whether the method is there, says what it must, and is switched on for somebody.
pub(super) fn method(methods: &[Method], wanted: &Wanted) -> Vec<Line> {
    let Some(found) = find(methods, wanted) else {
        let mend = "make the method: the set-up has the four values, or makes it by Microsoft Graph";
        return vec![
            fail("method", "no external method in Entra is ours", mend),
            skipped("method_values", "there is no method"),
            skipped("method_enabled", "there is no method"),
        ];
    };
    vec![ok("method", format!("{} is in Entra", found.name)), values(found, wanted), enabled(found)]
}

fn values(found: &Method, wanted: &Wanted) -> Line {
    let pairs = [
        ("App ID", &found.app_id, &wanted.app_id, "AADSTS900491"),
        ("Client ID", &found.client_id, &wanted.client_id, "AADSTS5001256"),
        ("Discovery Endpoint", &found.discovery_url, &wanted.discovery_url, "AADSTS50166"),
    ];
    let differs = |(name, theirs, ours, _): &&(&str, &String, &String, &str)| {
        if *name == "App ID" { !theirs.eq_ignore_ascii_case(ours) } else { theirs != ours }
    };
    match pairs.iter().find(differs) {
        None => ok("method_values", "App ID, Client ID and Discovery Endpoint are ours"),
        Some((name, theirs, ours, code)) => {
            let detail = format!("{name} is {theirs} in Entra, and {ours} here");
            fail("method_values", detail, "enter the value of the set-up in the method, or this one in the set-up")
                .coded(Some((*code).to_owned()))
        }
    }
}

fn enabled(found: &Method) -> Line {
    if !found.enabled {
        let mend = "enable it for a pilot group: in Entra, or from the set-up";
        return fail("method_enabled", "the method is switched off: nobody is offered it", mend);
    }
    if found.whom().is_nobody() {
        return fail("method_enabled", "the method is for nobody", "add a pilot group to its targets");
    }
    let whom = if found.whom().spares_nobody() { "everybody" } else { "some groups" };
    ok("method_enabled", format!("it is switched on, for {whom}"))
}

/// Whether the application is there, may be used, and takes people back to us.
pub(super) fn principal(found: Option<&Principal>, wanted: &Wanted) -> Vec<Line> {
    let Some(found) = found else {
        let mend = "register the application with this App ID and have an administrator consent to it";
        let detail = "the tenant has no application with the App ID of the method";
        return vec![
            fail("application", detail, mend).coded(Some("AADSTS900491".to_owned())),
            skipped("reply_url", "there is no application"),
        ];
    };
    let application = if found.enabled {
        ok("application", format!("{} is there", found.name))
    } else {
        let mend = "under Enterprise applications > Properties, enable it for users to sign in";
        fail("application", format!("{} is switched off", found.name), mend)
    };
    vec![application, reply_url(found, wanted)]
}

/// A registered reply URL has to be our endpoint, or what it begins with.
fn reply_url(found: &Principal, wanted: &Wanted) -> Line {
    let endpoint = &wanted.authorization_endpoint;
    let fits = found.reply_urls.iter().find(|url| !url.is_empty() && endpoint.starts_with(url.as_str()));
    if fits.is_some() {
        return ok("reply_url", "our endpoint is among the application’s reply URLs");
    }
    let mend = format!("add {endpoint} to the reply URLs (Web) of the application");
    let had = if found.reply_urls.is_empty() { "none".to_owned() } else { found.reply_urls.join(", ") };
    fail("reply_url", format!("our endpoint is not among the application’s reply URLs: {had}"), mend)
        .coded(Some("AADSTS50161".to_owned()))
}

/// Whether people's own portal can send them to Entra and back, and learns how fresh their sign-in is. A sign-in that Entra
/// asks about needs neither, so that nothing here fails.
pub(super) fn portal(found: Option<&Value>, needs: &Needs) -> Vec<Line> {
    let Some(found) = found else {
        let detail = format!("the application {} is registered in another tenant: look there", needs.app_id);
        return vec![skipped("portal_reply_url", detail.clone()), skipped("portal_auth_time", detail)];
    };
    let has = |list: &Value, member: Option<&str>, wanted: &str| {
        let is_it = |one: &Value| member.map_or(one, |member| &one[member]) == wanted;
        list.as_array().is_some_and(|all| all.iter().any(is_it))
    };
    let reply = needs.reply_urls.iter().find(|url| !has(&found["web"]["redirectUris"], None, url.as_str()));
    let claim = needs
        .id_token_claims
        .iter()
        .find(|name| !has(&found["optionalClaims"]["idToken"], Some("name"), name.as_str()));
    let reply = match reply {
        None => ok("portal_reply_url", "people can be sent back to their portal"),
        Some(url) => {
            let detail =
                format!("{url} is not among the reply URLs of {}: nobody gets into their portal", name_of(found));
            let mend = format!("add {url} to the reply URLs (Web) of {}; the set-up has a script", name_of(found));
            warn("portal_reply_url", detail, mend).coded(Some("AADSTS50011".to_owned()))
        }
    };
    let claim = match claim {
        None => ok("portal_auth_time", "the portal is told how fresh a sign-in is"),
        Some(name) => {
            let detail = format!(
                "{} does not ask for the optional claim {name}: nobody registers a first factor at the portal by signing in",
                name_of(found)
            );
            let mend = format!(
                "under App registrations > Token configuration, add the optional claim {name} (ID token) to {}; the set-up \
                 has a script",
                name_of(found)
            );
            warn("portal_auth_time", detail, mend)
        }
    };
    vec![reply, claim]
}

fn name_of(application: &Value) -> &str {
    application["displayName"].as_str().unwrap_or("the application")
}

#[cfg(test)]
mod tests;
