//! `/identityProtection/riskyUsers`: who is at risk, and what administrators say to it. Needs a P2 licence.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Risk;
use super::policy::texts;
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::sign_in::person::Person;
use crate::world::{License, Tenant};

const SET: &str = "identityProtection/riskyUsers";
const READ: &[&str] = &["IdentityRiskyUser.Read.All", "IdentityRiskyUser.ReadWrite.All"];
const WRITE: &[&str] = &["IdentityRiskyUser.ReadWrite.All"];
/// One call takes this many users.
const MOST: usize = 60;

/// The routes below `/v1.0` and `/beta`.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/identityProtection/riskyUsers", get(list))
        .route("/identityProtection/riskyUsers/confirmCompromised", post(confirm))
        .route("/identityProtection/riskyUsers/dismiss", post(dismiss))
        .route("/identityProtection/riskyUsers/confirmSafe", post(confirm_safe))
        .route("/identityProtection/riskyUsers/{id}", get(read))
}

fn may(token: &AppToken, any: &[&str]) -> Result<(), GraphError> {
    let refuse = |text: &str| Err(GraphError::new(StatusCode::FORBIDDEN, "Forbidden", text));
    if !token.allowed(any) {
        return refuse("You cannot perform the requested operation, required scopes are missing in the token.");
    }
    if token.tenant.license() != License::P2 {
        return refuse("Your tenant is not licensed for this feature.");
    }
    Ok(())
}

async fn list(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    may(&token, READ)?;
    let risks = token.tenant.access().risks.clone();
    asked.page(SET, risks.iter().map(|(user, risk)| shown(&token.tenant, *user, risk)).collect())
}

async fn read(token: AppToken, asked: Asked, Path(id): Path<String>) -> Result<Response, GraphError> {
    may(&token, READ)?;
    let missing =
        || GraphError::new(StatusCode::NOT_FOUND, "NotFound", format!("No risky user found for the given id: {id}"));
    let user: Uuid = id.parse().map_err(|_| missing())?;
    let risk = token.tenant.access().risks.get(&user).cloned().ok_or_else(missing)?;
    asked.entity(SET, shown(&token.tenant, user, &risk))
}

async fn confirm(world: State<Arc<World>>, token: AppToken, body: Json<Value>) -> Result<StatusCode, GraphError> {
    decide(&world, &token, &body, ("high", "confirmedCompromised", "adminConfirmedUserCompromised"))
}

async fn dismiss(world: State<Arc<World>>, token: AppToken, body: Json<Value>) -> Result<StatusCode, GraphError> {
    decide(&world, &token, &body, ("none", "dismissed", "adminDismissedAllRiskForUser"))
}

async fn confirm_safe(world: State<Arc<World>>, token: AppToken, body: Json<Value>) -> Result<StatusCode, GraphError> {
    decide(&world, &token, &body, ("none", "confirmedSafe", "adminConfirmedAccountSafe"))
}

fn decide(world: &World, token: &AppToken, body: &Value, to: (&str, &str, &str)) -> Result<StatusCode, GraphError> {
    may(token, WRITE)?;
    let users = texts(&body["userIds"]);
    if users.is_empty() || users.len() > MOST {
        return Err(GraphError::bad_request(format!("Between 1 and {MOST} user ids are needed.")));
    }
    let now = world.clock.now();
    let mut access = token.tenant.access_mut();
    for user in users.iter().filter_map(|user| user.parse::<Uuid>().ok()) {
        let risk = access.risks.entry(user).or_insert_with(|| Risk::none(now));
        (risk.level, risk.state, risk.detail) = (to.0.to_owned(), to.1.to_owned(), to.2.to_owned());
        risk.at = now;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A risky user as Graph shows one.
pub fn shown(tenant: &Tenant, user: Uuid, risk: &Risk) -> Value {
    let person = Person::of(tenant, user);
    json!({
        "id": user, "isDeleted": person.is_none(), "isProcessing": false, "riskLevel": risk.level,
        "riskState": risk.state, "riskDetail": risk.detail, "riskLastUpdatedDateTime": risk.at,
        "userDisplayName": person.as_ref().map(|person| person.name.clone()),
        "userPrincipalName": person.map(|person| person.principal_name),
    })
}
