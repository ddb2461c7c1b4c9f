//! An administrator's consent, v1 and v2 (Entra: admin consent endpoint): a page that asks, and the redirect that answers.
//!
//! | | v1 | v2 |
//! |---|---|---|
//! | accepted | `tenant`, `state`, `admin_consent=True` | `admin_consent=True`, `tenant`, `scope`, `state` |
//! | declined | `error=permission_denied`, `error_description`, `state` | `admin_consent=True`, `error=consent_required`, `error_description=AADSTS65004...`, `state` |
//!
//! A wrong client or redirect URI is shown on a page and never redirected. Nobody signs in: the page asks who you are.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use super::aadsts::{self, AadError};
use super::trace::Trace;
use crate::apps::{Application, catalogue, grant};
use crate::auth::is_graph_audience;
use crate::links::Links;
use crate::world::{Tenant, World};

/// What the application asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Ask {
    /// The application.
    pub client_id: Option<String>,
    /// Where to go back to.
    pub redirect_uri: Option<String>,
    /// Handed back as it came.
    pub state: Option<String>,
    /// v2 only: what is to be granted.
    pub scope: Option<String>,
}

/// What the person at the page decided.
#[derive(Debug, Clone, Deserialize)]
pub struct Decision {
    /// The question again.
    #[serde(flatten)]
    pub ask: Ask,
    /// `accept` or `cancel`.
    pub decision: String,
    /// In which tenant, where the path names none.
    #[serde(default)]
    pub tenant_id: Option<String>,
    /// `administrator` or `member`.
    #[serde(default)]
    pub who: Option<String>,
}

/// A question that makes sense.
struct Question {
    v2: bool,
    home: Uuid,
    application: Application,
    tenants: Vec<Arc<Tenant>>,
    redirect: Url,
    state: Option<String>,
    scope: String,
    roles: Vec<Uuid>,
    delegated: Vec<String>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    name: &'a str,
    client_id: Uuid,
    action: String,
    tenants: &'a [Arc<Tenant>],
    roles: Vec<&'static str>,
    delegated: &'a [String],
    redirect: &'a str,
    state: &'a str,
    has_state: bool,
    scope: &'a str,
}

#[derive(Template)]
#[template(path = "login_error.html")]
struct ErrorPage<'a> {
    headline: String,
    trace_id: Uuid,
    correlation_id: Uuid,
    timestamp: String,
    back: Option<&'a str>,
}

/// `GET /{tenant}/adminconsent`.
pub async fn ask_v1(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Path(tenant): Path<String>,
    Query(ask): Query<Ask>,
) -> Response {
    page(&world, &links, &headers, &tenant, &ask, false)
}

/// `GET /{tenant}/v2.0/adminconsent`.
pub async fn ask_v2(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Path(tenant): Path<String>,
    Query(ask): Query<Ask>,
) -> Response {
    page(&world, &links, &headers, &tenant, &ask, true)
}

/// The page's form, v1.
pub async fn answer_v1(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Path(tenant): Path<String>,
    Form(decision): Form<Decision>,
) -> Response {
    decide(&world, &links, &headers, &tenant, &decision, false)
}

/// The page's form, v2.
pub async fn answer_v2(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Path(tenant): Path<String>,
    Form(decision): Form<Decision>,
) -> Response {
    decide(&world, &links, &headers, &tenant, &decision, true)
}

fn page(world: &Arc<World>, links: &Links, headers: &HeaderMap, tenant: &str, ask: &Ask, v2: bool) -> Response {
    let trace = Trace::of(world, headers);
    let question = match question(world, links, tenant, ask, v2) {
        Ok(question) => question,
        Err(error) => return error_page(&trace, &error, None),
    };
    let version = if v2 { "/v2.0" } else { "" };
    let shown = ConsentPage {
        name: &question.application.display_name,
        client_id: question.application.app_id,
        action: format!("/{tenant}{version}/adminconsent"),
        tenants: &question.tenants,
        roles: question.roles.iter().filter_map(|id| catalogue::role_by_id(*id)).map(|role| role.value).collect(),
        delegated: &question.delegated,
        redirect: ask.redirect_uri.as_deref().unwrap_or(question.redirect.as_str()),
        state: question.state.as_deref().unwrap_or_default(),
        has_state: question.state.is_some(),
        scope: &question.scope,
    };
    trace.marked(rendered(StatusCode::OK, &shown))
}

fn decide(
    world: &Arc<World>,
    links: &Links,
    headers: &HeaderMap,
    tenant: &str,
    decision: &Decision,
    v2: bool,
) -> Response {
    let trace = Trace::of(world, headers);
    let question = match question(world, links, tenant, &decision.ask, v2) {
        Ok(question) => question,
        Err(error) => return error_page(&trace, &error, None),
    };
    if decision.decision != "accept" {
        return trace.marked(found(&refusal(world, &question, &trace)));
    }
    if decision.who.as_deref() == Some("member") {
        let back = refusal(world, &question, &trace);
        return error_page(&trace, &aadsts::admin_needed(), Some(back.as_str()));
    }
    let chosen = decision.tenant_id.as_deref().and_then(|name| world.tenant(name));
    let chosen = chosen.filter(|chosen| question.tenants.iter().any(|offered| offered.id == chosen.id));
    let Some(chosen) = chosen.or_else(|| question.tenants.first().cloned()) else {
        return error_page(&trace, &aadsts::tenant_not_found(tenant, "invalid_request"), None);
    };
    grant::consent(world, &chosen, question.home, &question.application, &question.roles);
    trace.marked(found(&acceptance(&question, &chosen)))
}

// === impl Question ===

fn question(world: &Arc<World>, links: &Links, tenant: &str, ask: &Ask, v2: bool) -> Result<Question, AadError> {
    let client_id =
        ask.client_id.as_deref().filter(|id| !id.is_empty()).ok_or_else(|| aadsts::missing_parameter("client_id"))?;
    let app_id: Uuid = client_id.parse().map_err(|_| aadsts::not_an_app_id(client_id))?;
    let shared = if v2 { "organizations" } else { "common" };
    let tenants = if tenant == shared {
        world.tenants()
    } else if matches!(tenant, "common" | "organizations" | "consumers") {
        return Err(aadsts::tenant_not_a_name(tenant));
    } else {
        vec![world.tenant(tenant).ok_or_else(|| aadsts::tenant_not_found(tenant, "invalid_request"))?]
    };
    let directory = tenants.first().map(|tenant| tenant.display_name.clone()).unwrap_or_default();
    let (home, application) = world.application(app_id).ok_or_else(|| aadsts::app_not_found(app_id, &directory))?;
    let tenants = open_to(&application, home.id, tenants)?;
    let redirect = registered_redirect(&application, ask.redirect_uri.as_deref(), v2)?;
    let (roles, delegated, scope) = requested(&application, links, ask, v2, &directory)?;
    Ok(Question {
        v2,
        home: home.id,
        application,
        tenants,
        redirect,
        state: ask.state.clone(),
        scope,
        roles,
        delegated,
    })
}

/// A single-tenant application can only be consented to at home.
fn open_to(application: &Application, home: Uuid, tenants: Vec<Arc<Tenant>>) -> Result<Vec<Arc<Tenant>>, AadError> {
    if application.sign_in_audience != "AzureADMyOrg" {
        return Ok(tenants);
    }
    let open: Vec<_> = tenants.into_iter().filter(|tenant| tenant.id == home).collect();
    if open.is_empty() { Err(aadsts::single_tenant(application.app_id, &application.display_name)) } else { Ok(open) }
}

/// The redirect must be registered exactly; v1 permits further path segments.
fn registered_redirect(application: &Application, asked: Option<&str>, v2: bool) -> Result<Url, AadError> {
    let registered = &application.redirect_uris;
    let first = registered.first().ok_or_else(aadsts::no_redirect)?;
    let asked = asked.filter(|uri| !uri.is_empty()).unwrap_or(first);
    let below = |uri: &String| !v2 && asked.starts_with(&format!("{}/", uri.trim_end_matches('/')));
    let accepted = registered.iter().any(|uri| uri == asked || below(uri));
    let mismatch = || aadsts::redirect_mismatch(asked, application.app_id);
    if !accepted {
        return Err(mismatch());
    }
    Url::parse(asked).map_err(|_| mismatch())
}

/// What is granted: v1 everything registered; v2 the registered application permissions only for `.default`.
fn requested(
    application: &Application,
    links: &Links,
    ask: &Ask,
    v2: bool,
    directory: &str,
) -> Result<(Vec<Uuid>, Vec<String>, String), AadError> {
    let of_kind = |kind: &str| {
        let wanted = application.required_access.iter().filter(|access| access.kind == kind);
        wanted.map(|access| access.id).collect::<Vec<_>>()
    };
    if !v2 {
        return Ok((of_kind("Role"), Vec::new(), String::new()));
    }
    let scope =
        ask.scope.as_deref().filter(|scope| !scope.is_empty()).ok_or_else(|| aadsts::missing_parameter("scope"))?;
    let (mut roles, mut delegated) = (Vec::new(), Vec::new());
    for one in scope.split_ascii_whitespace() {
        match one.strip_suffix("/.default") {
            Some(resource) if is_graph_audience(resource, links) => roles = of_kind("Role"),
            Some(resource) => return Err(aadsts::resource_not_found(resource, directory)),
            None => delegated.push(one.to_owned()),
        }
    }
    Ok((roles, delegated, scope.to_owned()))
}

// === answers ===

fn acceptance(question: &Question, tenant: &Tenant) -> Url {
    let mut url = question.redirect.clone();
    let id = tenant.id.to_string();
    {
        let mut query = url.query_pairs_mut();
        if question.v2 {
            query.append_pair("admin_consent", "True").append_pair("tenant", &id).append_pair("scope", &question.scope);
        } else {
            query.append_pair("tenant", &id);
        }
        if let Some(state) = &question.state {
            query.append_pair("state", state);
        }
        if !question.v2 {
            query.append_pair("admin_consent", "True");
        }
    }
    url
}

fn refusal(world: &World, question: &Question, trace: &Trace) -> Url {
    let mut url = question.redirect.clone();
    let switches = world.switches();
    let declined = trace.description(&aadsts::declined());
    {
        let mut query = url.query_pairs_mut();
        if question.v2 {
            if switches.consent_error_says_true {
                query.append_pair("admin_consent", "True");
            }
            query.append_pair("error", "consent_required");
            query.append_pair("error_description", &declined);
        } else if switches.consent_v1_access_denied {
            query.append_pair("error", "access_denied").append_pair("error_description", &declined);
        } else {
            query.append_pair("error", "permission_denied");
            query.append_pair("error_description", "The admin canceled the request");
        }
        if let Some(state) = question.state.as_ref().filter(|_| switches.consent_error_keeps_state) {
            query.append_pair("state", state);
        }
    }
    url
}

fn found(url: &Url) -> Response {
    (StatusCode::FOUND, [(LOCATION, url.to_string())]).into_response()
}

fn error_page(trace: &Trace, error: &AadError, back: Option<&str>) -> Response {
    let page = ErrorPage {
        headline: error.headline(),
        trace_id: trace.trace_id,
        correlation_id: trace.correlation_id,
        timestamp: trace.timestamp(),
        back,
    };
    trace.marked(rendered(StatusCode::BAD_REQUEST, &page))
}

fn rendered(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
