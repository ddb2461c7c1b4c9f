//! Codes and refresh tokens at the token endpoint.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use aws_lc_rs::digest;
use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::advance::Parties;
use super::ask::{Platform, contexts};
use super::claims::{Api, Subject};
use super::grants::{Code, Refresh};
use super::judge::{self, Renewal};
use super::person::Person;
use super::visit;
use crate::access::evaluate::Outcome;
use crate::apps::Application;
use crate::auth::is_graph_audience;
use crate::identity::aadsts::{self, AadError, interactive};
use crate::identity::client::{self, Client};
use crate::identity::discovery::SHARED;
use crate::identity::token::TokenRequest;
use crate::world::{Tenant, World};

/// Scopes that are not an API's.
const OWN_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// `grant_type=authorization_code`.
pub fn code(request: &TokenRequest<'_>) -> Result<Response, AadError> {
    let text = request.required("code")?;
    let redirect = request.required("redirect_uri")?;
    let known = request.world.sign_ins.memory().codes.get(text).cloned();
    let code = known.ok_or_else(interactive::grant_unknown)?;
    let tenant = tenant_of(request, &code.grant)?;
    let client = who(request, &tenant, &code.grant)?;
    let now = request.world.clock.now();
    if code.used {
        return Err(interactive::code_redeemed());
    }
    if now >= code.until {
        return Err(interactive::grant_expired());
    }
    if redirect != code.request.redirect {
        return Err(interactive::redirect_of_code(redirect, &code.request.redirect));
    }
    check_verifier(&code, request.parameter("code_verifier"))?;
    if let Some(code) = request.world.sign_ins.memory().codes.get_mut(text) {
        code.used = true;
    }
    let person = check(&tenant, &code.grant)?;
    let nonce = code.request.nonce.as_deref();
    answer(request, &tenant, &client, &person, &code.grant, nonce)
}

/// `grant_type=refresh_token`: the old one stays good.
pub fn refresh(request: &TokenRequest<'_>) -> Result<Response, AadError> {
    let text = request.required("refresh_token")?;
    let known = request.world.sign_ins.memory().refreshes.get(text).cloned();
    let grant = known.ok_or_else(interactive::grant_unknown)?;
    let tenant = tenant_of(request, &grant)?;
    let client = who(request, &tenant, &grant)?;
    let now = request.world.clock.now();
    if now >= grant.until {
        let spa = grant.platform == Platform::Spa;
        return Err(if spa { interactive::spa_expired() } else { interactive::grant_expired() });
    }
    let person = check(&tenant, &grant)?;
    let scope = request.parameter("scope").unwrap_or(&grant.scope).to_owned();
    let claims = claims_of(request)?.unwrap_or_else(|| grant.claims.clone());
    let grant = Refresh { scope, claims, ..grant };
    judge(request, &tenant, &client, &person, &grant)?;
    answer(request, &tenant, &client, &person, &grant, None)
}

fn claims_of(request: &TokenRequest<'_>) -> Result<Option<Value>, AadError> {
    let parsed = request.parameter("claims").map(serde_json::from_str);
    parsed.transpose().map_err(|_| interactive::claims_unreadable())
}

/// The tenant of the path must be the grant's, or a shared one.
fn tenant_of(request: &TokenRequest<'_>, grant: &Refresh) -> Result<Arc<Tenant>, AadError> {
    let missing = || aadsts::tenant_not_found(request.tenant, "invalid_request");
    let tenant = request.world.tenant_by_id(grant.tenant).ok_or_else(missing)?;
    if SHARED.contains(&request.tenant) {
        return Ok(tenant);
    }
    let named = request.world.tenant(request.tenant).ok_or_else(missing)?;
    if named.id == tenant.id { Ok(tenant) } else { Err(interactive::grant_of_other_tenant()) }
}

/// The client, proved as its kind proves itself.
fn who(request: &TokenRequest<'_>, tenant: &Tenant, grant: &Refresh) -> Result<Client, AadError> {
    let origin = request.headers.get("origin").and_then(|origin| origin.to_str().ok());
    match (grant.platform, origin) {
        (Platform::Spa, None) => return Err(interactive::only_cross_origin()),
        (Platform::Web, Some(origin)) => return Err(interactive::cross_origin(origin)),
        _ => {}
    }
    let client = client::of_person(request, tenant, grant.platform == Platform::Web)?;
    if client.application.app_id == grant.app_id { Ok(client) } else { Err(interactive::grant_unknown()) }
}

/// The person is still there, enabled, and nobody revoked their sessions.
fn check(tenant: &Tenant, grant: &Refresh) -> Result<Person, AadError> {
    let person = Person::of(tenant, grant.user).ok_or_else(|| interactive::unknown_user(&tenant.display_name))?;
    if !person.enabled {
        return Err(interactive::user_disabled());
    }
    if grant.revoked || grant.evidence.since < person.sessions_from {
        return Err(interactive::grant_revoked());
    }
    Ok(person)
}

/// What policies say by now.
fn judge(
    request: &TokenRequest<'_>,
    tenant: &Arc<Tenant>,
    client: &Client,
    person: &Person,
    grant: &Refresh,
) -> Result<(), AadError> {
    let parties = Parties {
        tenant: tenant.clone(),
        person: person.clone(),
        application: client.application.clone(),
        home: tenant.id,
    };
    let renewal = Renewal {
        evidence: &grant.evidence,
        scope: &grant.scope,
        contexts: ["id_token", "access_token"].iter().flat_map(|token| contexts(&grant.claims, token)).collect(),
        address: visit::forwarded(request.headers).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        client: crate::access::situation::client(grant.platform),
        now: request.world.clock.now(),
    };
    let verdict = judge::renewal(request.world, request.links, &parties, renewal);
    let failed: Vec<_> =
        verdict.applied.iter().filter(|applied| applied.result == "failure").map(|applied| &applied.id).collect();
    let claims = json!({ "access_token": { "capolids": { "essential": true, "values": failed } } }).to_string();
    match verdict.outcome {
        Outcome::Pass => Ok(()),
        Outcome::Password => Err(interactive::too_old("")),
        Outcome::SecondFactor => Err(interactive::second_factor_needed(grant.app_id).at_token_endpoint(Some(claims))),
        Outcome::Control => Err(interactive::refused_by_policy(50158).at_token_endpoint(Some(claims))),
        Outcome::Refuse(code) => Err(interactive::refused_by_policy(code).at_token_endpoint(Some(claims))),
    }
}

fn check_verifier(code: &Code, verifier: Option<&str>) -> Result<(), AadError> {
    let fits = match (&code.request.challenge, verifier) {
        (None, None) => true,
        (Some((challenge, false)), Some(verifier)) => challenge == verifier,
        (Some((challenge, true)), Some(verifier)) => {
            *challenge == URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(interactive::verifier_mismatch()) }
}

fn answer(
    request: &TokenRequest<'_>,
    tenant: &Tenant,
    client: &Client,
    person: &Person,
    grant: &Refresh,
    nonce: Option<&str>,
) -> Result<Response, AadError> {
    let (world, now) = (request.world, request.world.clock.now());
    let api = api(request, tenant, &grant.scope)?;
    let subject = Subject {
        world,
        links: request.links,
        tenant,
        application: &client.application,
        person,
        evidence: &grant.evidence,
        sid: &grant.sid,
        scope: &grant.scope,
        claims: &grant.claims,
        now,
    };
    let wants = |scope: &str| grant.scope.split_ascii_whitespace().any(|asked| asked == scope);
    let seconds = 3_600 + i64::try_from(world.rng.below(1_801)).unwrap_or(0);
    let mut body = Map::new();
    body.insert("token_type".to_owned(), json!("Bearer"));
    body.insert("scope".to_owned(), json!(granted(&grant.scope)));
    body.insert("expires_in".to_owned(), json!(seconds));
    body.insert("ext_expires_in".to_owned(), json!(seconds));
    body.insert("access_token".to_owned(), json!(subject.access_token(&api, client.proof.word(), seconds)?));
    if wants("offline_access") {
        let text = format!("1.{}", world.rng.token::<90>());
        world.sign_ins.memory().refreshes.insert(text.clone(), grant.renewed(now));
        body.insert("refresh_token".to_owned(), json!(text));
    }
    if wants("openid") {
        body.insert("id_token".to_owned(), json!(subject.id_token(nonce, None)?));
    }
    if request.parameter("client_info") == Some("1") {
        let info = json!({ "uid": person.id, "utid": tenant.id }).to_string();
        body.insert("client_info".to_owned(), json!(URL_SAFE_NO_PAD.encode(info)));
    }
    Ok(Json(Value::Object(body)).into_response())
}

/// What the answer names as granted.
fn granted(scope: &str) -> String {
    scope.split_ascii_whitespace().filter(|one| *one != "offline_access").collect::<Vec<_>>().join(" ")
}

/// The one API that the scopes name; Graph when they name none.
fn api(request: &TokenRequest<'_>, tenant: &Tenant, scope: &str) -> Result<Api, AadError> {
    let mut found: Option<(String, Vec<String>)> = None;
    let mut own = Vec::new();
    for one in scope.split_ascii_whitespace() {
        if OWN_SCOPES.contains(&one) {
            own.extend(Some(one).filter(|one| *one != "offline_access").map(str::to_owned));
            continue;
        }
        let (resource, name) = one.rsplit_once('/').unwrap_or(("https://graph.microsoft.com", one));
        let (known, names) = found.get_or_insert_with(|| (resource.to_owned(), Vec::new()));
        if known != resource {
            return Err(aadsts::several_resources());
        }
        names.push(name.to_owned());
    }
    let Some((resource, names)) = found else { return Ok(Api::Graph(own)) };
    if is_graph_audience(&resource, request.links) {
        return Ok(Api::Graph(names.into_iter().chain(own).collect()));
    }
    let other = application(request.world, &resource);
    let missing = || aadsts::resource_not_found(&resource, &tenant.display_name);
    other.map(|app| Api::Other(Box::new(app), names)).ok_or_else(missing)
}

/// The application that goes by a client id or an application ID URI.
pub fn application(world: &World, named: &str) -> Option<Application> {
    let bare = named.strip_prefix("api://").unwrap_or(named);
    let known = bare.parse().ok().and_then(|id| world.application(id)).map(|(_, app)| app);
    let by_uri = || {
        let all = world
            .tenants()
            .into_iter()
            .flat_map(|tenant| tenant.apps().applications.values().cloned().collect::<Vec<_>>());
        all.into_iter().find(|app| app.identifier_uris.iter().any(|uri| uri == named))
    };
    known.or_else(by_uri)
}
