//! The pages of sign-in. They work without script; the two that go on by themselves have a button too.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_SECURITY_POLICY;
use uuid::Uuid;

use super::flow::Flow;
use super::visit::Visit;
use crate::identity::aadsts::AadError;

/// The script of the pages that post themselves.
pub const SUBMIT: &str = "document.forms[0].submit();\n";

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct Password<'a> {
    action: String,
    flow: &'a str,
    application: &'a str,
    name: &'a str,
    trouble: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "sign_in/consent.html")]
struct Consent<'a> {
    action: String,
    flow: &'a str,
    application: &'a str,
    person: &'a str,
    scopes: Vec<&'a str>,
}

#[derive(Template)]
#[template(path = "sign_in/picker.html")]
struct Picker<'a> {
    action: String,
    flow: &'a str,
    person: &'a str,
    choices: &'a [(Uuid, String)],
    registering: bool,
}

#[derive(Template)]
#[template(path = "sign_in/accepted.html")]
struct Accepted<'a> {
    amr: &'a str,
}

#[derive(Template)]
#[template(path = "sign_in/posting.html")]
struct Posting<'a> {
    action: &'a str,
    fields: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "sign_in/going_on.html")]
struct GoingOn<'a> {
    address: &'a str,
}

#[derive(Template)]
#[template(path = "sign_in/left.html")]
struct Left<'a> {
    frames: &'a [String],
    address: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "sign_in/error.html")]
struct Trouble<'a> {
    headline: String,
    trace_id: Uuid,
    correlation_id: Uuid,
    timestamp: String,
    again: Option<&'a Again<'a>>,
}

/// A form that tries again.
#[derive(Debug)]
pub struct Again<'a> {
    /// Where it goes.
    pub action: String,
    /// The sign-in.
    pub flow: &'a str,
}

/// Name and password.
pub fn password(visit: &Visit, flow: &Flow, application: &str, name: &str, trouble: Option<&str>) -> Response {
    let action = format!("/{}/login", flow.request.path_tenant);
    let shown = Password { action, flow: &flow.id, application, name, trouble };
    visit.keep(flow, rendered(visit, StatusCode::OK, &shown))
}

/// Whether the application may.
pub fn consent(visit: &Visit, flow: &Flow, application: &str, person: &str) -> Response {
    let action = format!("/{}/consent", flow.request.path_tenant);
    let scopes = flow.request.scope.split_ascii_whitespace().collect();
    let shown = Consent { action, flow: &flow.id, application, person, scopes };
    visit.keep(flow, rendered(visit, StatusCode::OK, &shown))
}

/// A form that posts itself to somebody else.
pub fn posting(visit: &Visit, action: &str, fields: &[(&'static str, String)]) -> Response {
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    posting_all(visit, action, &fields)
}

/// The same with names made up on the way.
pub fn posting_all(visit: &Visit, action: &str, fields: &[(String, String)]) -> Response {
    rendered(visit, StatusCode::OK, &Posting { action, fields })
}

/// Ways to prove a second factor, or to register one.
pub fn picker(visit: &Visit, flow: &Flow, person: &str, choices: &[(Uuid, String)], registering: bool) -> Response {
    let action = format!("/{}/method", flow.request.path_tenant);
    let shown = Picker { action, flow: &flow.id, person, choices, registering };
    visit.keep(flow, rendered(visit, StatusCode::OK, &shown))
}

/// An answer that belongs to no sign-in is good.
pub fn accepted(visit: &Visit, amr: &str) -> Response {
    rendered(visit, StatusCode::OK, &Accepted { amr })
}

/// A page that goes on by itself to an address.
pub fn going_on(visit: &Visit, address: &str) -> Response {
    rendered(visit, StatusCode::OK, &GoingOn { address })
}

/// Signed out; other applications are told in frames.
pub fn left(visit: &Visit, frames: &[String], address: Option<&str>) -> Response {
    rendered(visit, StatusCode::OK, &Left { frames, address })
}

/// What went wrong.
pub fn error(visit: &Visit, error: &AadError, again: Option<&Again<'_>>) -> Response {
    let trace = &visit.trace;
    let shown = Trouble {
        headline: error.headline(),
        trace_id: trace.trace_id,
        correlation_id: trace.correlation_id,
        timestamp: trace.timestamp(),
        again,
    };
    rendered(visit, StatusCode::BAD_REQUEST, &shown)
}

/// A page under a policy: our own style and script. It says nothing of forms (`form-action`): some browsers hold every
/// redirect after a form's post against it, and nobody knows where an application or a provider redirects to.
pub fn rendered(visit: &Visit, status: StatusCode, page: &impl Template) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    };
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src *; base-uri 'none'; frame-ancestors 'none'";
    visit.trace.marked((status, [(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response())
}
