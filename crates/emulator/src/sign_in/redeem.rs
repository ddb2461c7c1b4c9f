//! Codes and refresh tokens at the token endpoint.

use std::sync::Arc;

use aws_lc_rs::digest;
use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Timestamp;
use serde_json::{Map, Value, json};

use super::advance::Parties;
use super::ask::{Platform, contexts};
use super::claims::{Api, Subject};
use super::grants::{Code, Refresh};
use super::judge::Question;
use super::person::Person;
use super::scopes;
use crate::access::evaluate::Outcome;
use crate::identity::BACK_DATED_SECONDS;
use crate::identity::aadsts::{self, AadError, interactive};
use crate::identity::client::{self, Client, Proof};
use crate::identity::discovery::{is_consumers, is_shared};
use crate::identity::token::TokenRequest;
use crate::world::{Tenant, World};

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
    if already_used(request.world, text) {
        return Err(interactive::code_redeemed());
    }
    let parties = parties(&tenant, &client, &code.grant)?;
    let scope = scopes::narrowed(&code.grant.scope, asked_scope(request).as_deref());
    let grant = Refresh { scope, ..code.grant };
    answer(request, &parties, client.proof, &grant, code.request.nonce.as_deref())
}

/// Whether somebody used the code before; from now on somebody has. Under one lock: of two requests at once one comes first.
fn already_used(world: &World, code: &str) -> bool {
    world.sign_ins.memory().codes.get_mut(code).is_none_or(|code| std::mem::replace(&mut code.used, true))
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
        return Err(if spa { interactive::spa_expired() } else { interactive::refresh_inactive(grant.issued) });
    }
    let parties = parties(&tenant, &client, &grant)?;
    let scope = scopes::narrowed(&grant.scope, asked_scope(request).as_deref());
    let claims = claims_of(request)?.unwrap_or_else(|| grant.claims.clone());
    let grant = Refresh { scope, claims, ..grant };
    judge(request, &parties, &grant)?;
    answer(request, &parties, client.proof, &grant, None)
}

/// What the request itself names: scopes, or on the v1.0 endpoint an API.
fn asked_scope(request: &TokenRequest<'_>) -> Option<String> {
    if request.v2 {
        return request.parameter("scope").map(str::to_owned);
    }
    request.parameter("resource").map(|resource| format!("{resource}/.default"))
}

fn claims_of(request: &TokenRequest<'_>) -> Result<Option<Value>, AadError> {
    let parsed = request.parameter("claims").map(serde_json::from_str);
    parsed.transpose().map_err(|_| interactive::claims_unreadable())
}

/// The tenant of the path must be the grant's, or a shared one.
fn tenant_of(request: &TokenRequest<'_>, grant: &Refresh) -> Result<Arc<Tenant>, AadError> {
    let missing = || aadsts::tenant_not_found(request.tenant, "invalid_request");
    let tenant = request.world.tenant_by_id(grant.tenant).ok_or_else(missing)?;
    if is_consumers(request.tenant) {
        let name = request.world.application(grant.app_id).map(|(_, app)| app.display_name).unwrap_or_default();
        return Err(aadsts::no_personal_accounts(grant.app_id, &name));
    }
    if is_shared(request.tenant) {
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
fn parties(tenant: &Arc<Tenant>, client: &Client, grant: &Refresh) -> Result<Parties, AadError> {
    let person = Person::of(tenant, grant.user).ok_or_else(|| interactive::unknown_user(&tenant.display_name))?;
    if !person.enabled {
        return Err(interactive::user_disabled());
    }
    if grant.revoked || grant.evidence.since < person.sessions_from {
        return Err(interactive::grant_revoked());
    }
    Ok(Parties { tenant: tenant.clone(), person, application: client.application.clone(), home: tenant.id })
}

/// The request as policies see it.
fn question<'a>(request: &'a TokenRequest<'_>, parties: &'a Parties, grant: &'a Refresh) -> Question<'a> {
    Question {
        world: request.world,
        links: request.links,
        parties,
        evidence: &grant.evidence,
        scope: &grant.scope,
        contexts: ["id_token", "access_token"].iter().flat_map(|token| contexts(&grant.claims, token)).collect(),
        address: request.address,
        client: crate::access::situation::client(grant.platform),
        agent: request.agent(),
        began: grant.evidence.since,
        now: request.world.clock.now(),
    }
}

/// What policies say by now.
fn judge(request: &TokenRequest<'_>, parties: &Parties, grant: &Refresh) -> Result<(), AadError> {
    let verdict = question(request, parties, grant).verdict();
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
    parties: &Parties,
    proof: Proof,
    grant: &Refresh,
    nonce: Option<&str>,
) -> Result<Response, AadError> {
    let (world, now) = (request.world, request.world.clock.now());
    let scope = scopes::expanded(world, request.links, &grant.scope);
    let api = scopes::api(world, request.links, &parties.tenant, &scope)?;
    let reached = question(request, parties, grant).reached();
    let subject = Subject {
        world,
        links: request.links,
        tenant: &parties.tenant,
        application: &parties.application,
        person: &parties.person,
        evidence: &grant.evidence,
        sid: &grant.sid,
        scope: &scope,
        claims: &grant.claims,
        reached: &reached,
        v2: request.v2,
        now,
    };
    let seconds = 3_600 + i64::try_from(world.rng.below(1_801)).unwrap_or(0);
    let mut body = if request.v2 { numbers_v2(&scope, seconds) } else { numbers_v1(&grant.scope, &api, seconds, now) };
    body.insert("token_type".to_owned(), json!("Bearer"));
    body.insert("access_token".to_owned(), json!(subject.access_token(&api, proof.word(), seconds)?));
    if scopes::holds(&scope, "offline_access") {
        let text = format!("1.{}", world.rng.token::<90>());
        world.sign_ins.memory().refreshes.insert(text.clone(), grant.renewed(now), now);
        body.insert("refresh_token".to_owned(), json!(text));
    }
    if scopes::holds(&scope, "openid") {
        body.insert("id_token".to_owned(), json!(subject.id_token(nonce, None)?));
    }
    if request.parameter("client_info") == Some("1") {
        let info = json!({ "uid": parties.person.id, "utid": parties.tenant.id }).to_string();
        body.insert("client_info".to_owned(), json!(URL_SAFE_NO_PAD.encode(info)));
    }
    Ok(Json(Value::Object(body)).into_response())
}

fn numbers_v2(scope: &str, seconds: i64) -> Map<String, Value> {
    members(json!({ "scope": scopes::granted(scope), "expires_in": seconds, "ext_expires_in": seconds }))
}

/// The v1.0 endpoint sends its numbers as text and names the API, not its scopes.
fn numbers_v1(scope: &str, api: &Api, seconds: i64, now: Timestamp) -> Map<String, Value> {
    members(json!({
        "scope": api.scopes().join(" "), "resource": scopes::resource(scope),
        "expires_in": seconds.to_string(), "ext_expires_in": seconds.to_string(),
        "expires_on": (now.seconds() + seconds).to_string(),
        "not_before": (now.seconds() - BACK_DATED_SECONDS).to_string(),
    }))
}

fn members(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
